// Bundles dist/ from the TypeScript compiler's output: every entry of the package, and chunks of the code that entries
// share. Types are left as the compiler wrote them.

import { copyFile, readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = new URL("../dist/", import.meta.url);
const compiled = new URL("../.compiled/", import.meta.url);
const path = (/** @type {string} */ name, /** @type {URL} */ base) => fileURLToPath(new URL(name, base));

/** Every script that package.json names, however deep. @param {unknown} exports @returns {string[]} */
function scripts(exports) {
  if (typeof exports === "string") return exports.endsWith(".js") ? [exports] : [];
  return Object.values(exports ?? {}).flatMap(scripts);
}

const { bin, exports } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
// Pages without a bundler name the file of `index.js`.
const entries = new Set([
  "index.js",
  ...scripts({ bin, exports }).map(script => script.replace("./dist/", "")),
]);
for (const glue of ["glue", "tools-glue"]) {
  const made = new URL(`../src/generated/${glue}`, import.meta.url).href;
  await copyFile(new URL(`${made}.js`), new URL(`generated/${glue}.js`, compiled));
  await copyFile(new URL(`${made}.d.ts`), new URL(`generated/${glue}.d.ts`, dist));
}

await build({
  // The glue is an entry for tests, which count handles.
  entryPoints: [...entries, "generated/glue.js"].map(name => path(name, compiled)),
  outdir: fileURLToPath(dist),
  outbase: fileURLToPath(compiled),
  bundle: true,
  splitting: true,
  chunkNames: "shared-[hash]",
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // Identifiers are kept, so that stack traces and printed objects are readable.
  minifySyntax: true,
  minifyWhitespace: true,
  packages: "external",
  external: ["*.wasm", "*.wasm?module"],
  legalComments: "none",
  logLevel: "warning",
});

for (const name of ["core", "tools"]) {
  await copyFile(new URL(`../src/generated/${name}.wasm`, import.meta.url), new URL(`${name}.wasm`, dist));
}
await rm(compiled, { recursive: true });

// Declarations that no entry refers to are not published; those of the glue are for tests.
const needed = new Set();
const waiting = [...entries, "generated/glue.js"].map(name => name.replace(/\.js$/, ".d.ts"));
for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  if (needed.has(name)) continue;
  needed.add(name);
  const declarations = await readFile(new URL(name, dist), "utf8");
  for (const [, from = ""] of declarations.matchAll(/(?:from|import\() ?"(\.[^"]+)\.js"/g)) {
    waiting.push(new URL(`${from}.d.ts`, new URL(name, dist)).href.slice(dist.href.length));
  }
}
for (const name of await readdir(dist, { recursive: true })) {
  if (name.endsWith(".d.ts") && !needed.has(name)) await rm(new URL(name, dist));
}
