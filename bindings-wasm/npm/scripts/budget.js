// Checks the modules against their recorded sizes, and the JavaScript of a page against 8 KB: node scripts/budget.js
// [--accept]
//
// sizes.json contains the size of each module, gzip -9, for each version of rustc and binaryen and each kind of
// standard library. Two per cent more fails, and so does a core.wasm above the ceiling. `--accept` records the current
// sizes.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The maximum size of core.wasm, in bytes after gzip -9. */
const CEILING = 72_000;
/** The maximum size of the JavaScript of a page's entry, in bytes, minified, after gzip -9. */
const SCRIPT_CEILING = 8192;
/** The tolerated growth of a module over its recorded size. */
const ALLOWANCE = 1.02;

const at = (/** @type {string} */ path) => new URL(path, import.meta.url);
const text = async (/** @type {string} */ path) => (await readFile(at(path), "utf8")).trim();

const binaryen = JSON.parse(await text("../node_modules/binaryen/package.json")).version;
const built = `rustc ${await text("../../pkg/rustc-version")}, binaryen ${binaryen}, ${await text("../../pkg/standard-library")} std`;
/** @type {Record<string, Record<string, number>>} */
const recorded = JSON.parse(await text("sizes.json"));

/** @type {Record<string, number>} */
const sizes = {};
for (const name of ["core.wasm", "tools.wasm"]) {
  sizes[name] = gzipSync(await readFile(at(`../dist/${name}`)), { level: 9 }).length;
}

if (process.argv.includes("--accept")) {
  const all = Object.entries({ ...recorded, [built]: sizes }).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(at("sizes.json"), `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

const before = process.argv.includes("--accept") ? undefined : recorded[built];
let passed = true;
for (const [name, size] of Object.entries(sizes)) {
  const limits = before?.[name] === undefined ? [] : [Math.floor(before[name] * ALLOWANCE)];
  if (name === "core.wasm") limits.push(CEILING);
  const limit = Math.min(...limits);
  if (size > limit) {
    console.error(
      `budget: ${name} is ${size} bytes after gzip -9, ${limit} are allowed with ${built}; make it smaller, or record it with \`npm run budget -- --accept\``,
    );
    passed = false;
  } else {
    console.log(
      `budget: ${name} is ${size} bytes after gzip -9${limit === Number.POSITIVE_INFINITY ? "" : ` of ${limit}`}`,
    );
  }
}

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(at("../dist/index.js"))],
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["*.wasm", "*.wasm?module"],
  logLevel: "warning",
});
const script = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
console.log(`budget: index.js is ${script} bytes minified after gzip -9 of ${SCRIPT_CEILING}`);
if (script > SCRIPT_CEILING) {
  console.error("budget: that is more than a page may load; leave out of index.js what only tools need");
  passed = false;
}
if (before === undefined)
  console.log(
    `budget: ${built}: ${process.argv.includes("--accept") ? "recorded" : "nothing is recorded, the ceiling alone holds"}`,
  );
if (!passed) process.exitCode = 1;
