/** Reports a run as the tables of RESULTS.md: the checks of each consumer, and the files that each bundler emitted. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { findChromium } from "../../conformance/runners/chromium/browser.js";
import { CONSUMERS } from "./consumers.js";

/** Marks the diagnostic of a test that lists emitted files. */
const EMITS = "emits ";

const SHOWN = [".js", ".mjs", ".wasm"];

const number = value => value.toLocaleString("en");

/**
 * Reports the sizes of the scripts and modules below a folder as a diagnostic of the test, under the names that `name`
 * returns (undefined: not reported). Returns their paths.
 */
export async function reportEmitted(test, folder, name = file => file) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter(entry => entry.isFile() && SHOWN.includes(extname(entry.name)))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const files = [];
  for (const path of paths) {
    const shown = name(relative(folder, path));
    if (shown === undefined) continue;
    // Hashes in names would change the table with every release.
    const file = shown
      .replace(/-[\w-]{8}(?=[-.])/g, "-*")
      .replace(/\.[\w-]{8,}(?=\.wasm$)/, ".*")
      .replace(/^[0-9a-f]{16,}/, "*");
    const content = await readFile(path);
    files.push({ file, bytes: content.length, zipped: gzipSync(content, { level: 9 }).length });
  }
  test.diagnostic(EMITS + JSON.stringify(files));
  return paths.map(path => relative(folder, path));
}

function consumerOf(name) {
  const { title = name, packages = {} } = CONSUMERS[name] ?? {};
  const versions = Object.entries(packages).map(([dependency, version]) => `${dependency} ${version}`);
  return { name, title, versions: versions.join(", ") };
}

function chromiumVersion() {
  const program = findChromium();
  const printed = program === undefined ? "" : execFileSync(program, ["--version"], { encoding: "utf8" });
  return /^\w+ \d+/.exec(printed)?.[0] ?? "no Chromium";
}

export default async function* table(source) {
  const rows = [];
  const sizes = [];
  let consumer;
  for await (const { type, data } of source) {
    // The outermost suite has the name of the consumer.
    if (type === "test:start" && data.nesting === 0) consumer = consumerOf(data.name);
    const ended = type === "test:pass" || type === "test:fail";
    // The tests of a skipped suite are not reported: the suite stands for them.
    if (ended && (data.details.type !== "suite" || data.skip !== undefined)) {
      const skipped = data.skip === undefined ? undefined : `skipped: ${data.skip}`;
      rows.push({
        consumer,
        checked: data.name,
        result: skipped ?? (type === "test:pass" ? "passes" : "FAILS"),
      });
    }
    if (type === "test:diagnostic" && data.message.startsWith(EMITS)) {
      for (const file of JSON.parse(data.message.slice(EMITS.length))) sizes.push({ consumer, ...file });
    }
  }
  const { version } = JSON.parse(readFileSync(new URL("../npm/package.json", import.meta.url), "utf8"));
  yield `# Where the npm package is tested

Written by \`make consumers\`, from the packed package isoflag ${version}, on Node ${process.versions.node} and
${chromiumVersion()}.

| consumer | with | checked | result |
|---|---|---|---|
`;
  let last;
  for (const { consumer, checked, result } of rows) {
    const same = consumer.name === last;
    last = consumer.name;
    yield `| ${same ? "" : `${consumer.title} (\`${consumer.name}\`)`} | ${same ? "" : consumer.versions} | ${checked} | ${result} |\n`;
  }
  if (sizes.length === 0) return;
  yield `
The bytes that a page loads, with isoflag and the lines of application.js:

| consumer | file | bytes | gzip -9 |
|---|---|--:|--:|
`;
  for (const { consumer, file, bytes, zipped } of sizes) {
    yield `| \`${consumer.name}\` | ${file} | ${number(bytes)} | ${number(zipped)} |\n`;
  }
}
