/** Reports a run as the tables of RESULTS.md: what was checked of each consumer, and what each bundler emitted. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findChromium } from "../../../conformance/runners/chromium/browser.js";
import { EMITS } from "./emitted.js";

const number = value => value.toLocaleString("en");

function consumerOf(file) {
  const folder = dirname(file);
  const { description, dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  return { name: basename(folder), description, versions: versions.join(", ") };
}

function chromiumVersion() {
  const program = findChromium();
  const said = program === undefined ? "" : execFileSync(program, ["--version"], { encoding: "utf8" });
  return /^\w+ \d+/.exec(said)?.[0] ?? "no Chromium";
}

export default async function* table(source) {
  const rows = [];
  const sizes = [];
  for await (const { type, data } of source) {
    if (data.file === undefined || basename(data.file) !== "check.test.js") continue;
    const consumer = consumerOf(data.file);
    if ((type === "test:pass" || type === "test:fail") && data.details.type !== "suite") {
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
  const { version } = JSON.parse(readFileSync(new URL("../../npm/package.json", import.meta.url), "utf8"));
  yield `# What the npm package was tried in

Written by \`bindings-wasm/consumers/run.sh\`, from the packed package isoflag ${version}, on Node ${process.versions.node} and
${chromiumVersion()}.

| consumer | with | checked | result |
|---|---|---|---|
`;
  let last;
  for (const { consumer, checked, result } of rows) {
    const same = consumer.name === last;
    last = consumer.name;
    yield `| ${same ? "" : `${consumer.description} (\`${consumer.name}\`)`} | ${same ? "" : consumer.versions} | ${checked} | ${result} |\n`;
  }
  if (sizes.length === 0) return;
  yield `
What a page loads, in bytes, with isoflag and the few lines that ask it:

| consumer | file | bytes | gzip -9 |
|---|---|--:|--:|
`;
  for (const { consumer, file, bytes, zipped } of sizes) {
    yield `| \`${consumer.name}\` | ${file} | ${number(bytes)} | ${number(zipped)} |\n`;
  }
}
