#!/usr/bin/env node
/**
 * Answers each case of the conformance suite with the installed package, and compares the digest with the published one.
 *
 * Prints the lines of DIGEST for this machine. The exit code is 1 if any answer differs.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import canonicalize from "canonicalize";
import { answerLine } from "./case.js";

const MOST_SHOWN = 20;
// Many cases have invalid contexts, which the package reports in development.
process.env.NODE_ENV = "production";

const read = name => readFileSync(new URL(name, import.meta.url));
const sha256 = text => createHash("sha256").update(text).digest("hex");

/** Imports isoflag from the project of the current folder; otherwise the one that is installed beside this package. */
async function installed() {
  for (const from of [join(process.cwd(), "package.json"), import.meta.filename]) {
    try {
      return await import(pathToFileURL(createRequire(from).resolve("isoflag")));
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  console.error("isoflag is not installed in this folder; run `npm install isoflag`");
  process.exit(2);
}

const isoflag = await installed();
await isoflag.ready();
console.log(
  `isoflag ${isoflag.version} on Node ${process.versions.node}, ${process.platform}-${process.arch}`,
);

const { version } = JSON.parse(read("package.json"));
if (isoflag.version !== version) {
  console.log(`isoflag-verify ${version} verifies isoflag ${version}: install the same version of both`);
}

const lines = gunzipSync(read("cases.jsonl.gz")).toString().trimEnd().split("\n");
const answers = createHash("sha256");
const differing = [];
for (const line of lines) {
  const { given, sha256: expected } = JSON.parse(line);
  // Each host runtime words the messages of errors in its own way.
  const { message, ...answered } = JSON.parse(answerLine(isoflag, JSON.stringify(given)));
  const found = `${canonicalize(answered)}\n`;
  answers.update(found);
  if (!sha256(found).startsWith(expected)) differing.push(found.slice(0, 500).trimEnd());
}
const published = read("DIGEST").toString();
const found = `spec ${isoflag.SPEC_VERSION}\ncases ${lines.length}\nsha256 ${answers.digest("hex")}\n`;
process.stdout.write(found);
if (found === published && differing.length === 0) {
  console.log("This is the published digest.");
} else {
  console.log(`This is not the published digest:\n${published}${differing.length} answers differ:`);
  for (const line of differing.slice(0, MOST_SHOWN)) console.log(`  ${line}`);
  process.exitCode = 1;
}
