// Bundles dist/ from the TypeScript compiler's output: every entry of the package, and chunks of the code that entries
// share. Types are left as the compiler wrote them.

import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
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

/** @satisfies {import("esbuild").BuildOptions} */
const options = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // Identifiers are kept, so that stack traces and printed objects are readable.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
};
await build({
  ...options,
  // The glue is an entry for tests, which count handles.
  entryPoints: [...entries, "generated/glue.js"].map(name => path(name, compiled)),
  outdir: fileURLToPath(dist),
  outbase: fileURLToPath(compiled),
  splitting: true,
  chunkNames: "shared-[hash]",
  packages: "external",
  external: ["*.wasm", "*.wasm?module"],
});

/** The chunks that a script loads, of those that exist. @param {string} script @param {Set<string>} found */
async function chunksOf(script, found = new Set()) {
  const text = await readFile(new URL(script, dist), "utf8");
  for (const [, chunk = ""] of text.matchAll(/(?:from|import) ?"\.\/(shared-[^"]+)"/g)) {
    if (!found.has(chunk)) await chunksOf(chunk, found.add(chunk));
  }
  return found;
}

/** The names that a chunk exports. @param {string} chunk */
async function exported(chunk) {
  return Object.keys(await import(new URL(chunk, dist).href));
}

/**
 * Joins the chunks that both a page and Node load: esbuild makes one for each set of entries that load a module. Each file
 * costs a page without a bundler a request, and Node time at the import (`import` in the benchmark). Entries beside the
 * evaluator do not load it.
 */
async function joinChunks() {
  const inNode = await chunksOf("node.js");
  const inPage = await chunksOf("page.js");
  /** @type {Set<string>} */
  const beside = new Set();
  for (const entry of entries) {
    const chunks = await chunksOf(entry);
    const texts = [entry, ...chunks].map(script => readFile(new URL(script, dist), "utf8"));
    if (!(await Promise.all(texts)).some(text => text.includes("WebAssembly"))) {
      for (const chunk of chunks) beside.add(chunk);
    }
  }
  const inIndex = await chunksOf("index.js");
  const shared = [...inPage].filter(chunk => inNode.has(chunk));
  for (const [name, joined] of Object.entries({
    "shared-base.js": shared.filter(chunk => inIndex.has(chunk) && beside.has(chunk)),
    "shared-evaluator.js": shared.filter(chunk => inIndex.has(chunk) && !beside.has(chunk)),
    "shared-source.js": shared.filter(chunk => !inIndex.has(chunk)),
  })) {
    const names = (await Promise.all(joined.map(exported))).flat();
    if (new Set(names).size < names.length) throw new Error(`two chunks of ${name} export the same name`);
    const { outputFiles } = await build({
      ...options,
      stdin: {
        contents: joined.map(chunk => `export * from "./${chunk}";`).join("\n"),
        resolveDir: fileURLToPath(dist),
      },
      external: (await readdir(dist))
        .filter(script => script.startsWith("shared-") && !joined.includes(script))
        .map(script => `./${script}`),
      write: false,
    });
    for (const script of await readdir(dist, { recursive: true })) {
      if (!script.endsWith(".js")) continue;
      const text = await readFile(new URL(script, dist), "utf8");
      const moved = text.replaceAll(/\/(shared-[^"]+)"/g, (path, chunk) =>
        joined.includes(chunk) ? `/${name}"` : path,
      );
      if (moved !== text) await writeFile(new URL(script, dist), moved);
    }
    for (const chunk of joined) await rm(new URL(chunk, dist));
    await writeFile(new URL(name, dist), outputFiles[0]?.contents ?? "");
  }
}

// The demo has one module for both, and the chunks of its two glues export the same names.
const made = ["core", "tools"].map(name => new URL(`../../pkg/${name}/core_bg.wasm`, import.meta.url));
const [core, tools] = await Promise.all(made.map(module => readFile(module, "base64")));
if (core !== tools) await joinChunks();

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
