// Writes src/generated/ from what wasm-pack made: the glue, the modules as text, and the constants that the core knows.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";

const made = new URL("../../pkg/", import.meta.url);
const generated = new URL("../src/generated/", import.meta.url);

await mkdir(generated, { recursive: true });
// One glue serves both modules: `core.wasm` is `tools.wasm` with some exports left out.
await copyFile(new URL("tools/core.js", made), new URL("glue.js", generated));
await copyFile(new URL("tools/core.d.ts", made), new URL("glue.d.ts", generated));

const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));

/** A module with an empty custom section that is named after its release, by which the scripts know it. @param {Uint8Array} bytes */
function stamped(bytes) {
  const name = new TextEncoder().encode(`isoflag ${version}`);
  return Buffer.from([...bytes, 0, name.length + 1, name.length, ...name]);
}

/** @type {Record<string, Set<string>>} */
const names = {};
let tools = new Uint8Array();
for (const name of ["core", "tools"]) {
  const bytes = stamped(await readFile(new URL(`${name}/core_bg.wasm`, made)));
  await writeFile(new URL(`${name}.wasm`, generated), bytes);
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module).map(({ name }) => `import ${name}`);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => `export ${name}`);
  names[name] = new Set([...imports, ...exports]);
  await writeFile(
    new URL(`${name}-base64.ts`, generated),
    `/** The WebAssembly module ${name}.wasm. */\nexport const ${name}Base64: string =\n  "${bytes.toString("base64")}";\n`,
  );
  tools = bytes;
}
const unknown = [...(names.core ?? [])].filter(name => !names.tools?.has(name));
if (unknown.length > 0) throw new Error(`core.wasm has what tools.wasm has not: ${unknown.join(", ")}`);

const core = await import(new URL("glue.js", generated).href);
core.initSync({ module: tools });
if (core.version() !== version) throw new Error(`the crate is ${core.version()}, the package ${version}`);
const [contextBytes, documentBytes, nesting] = core.limits();
await writeFile(
  new URL("constants.ts", generated),
  `/** The version of this package. */
export const version: string = ${JSON.stringify(core.version())};

/** The version of the evaluation rules, raised when any answer for any document may change. */
export const SPEC_VERSION: number = ${core.specVersion()};

/** What the core accepts: bytes of a context and of a document, and levels of nesting. */
export const limits: { readonly contextBytes: number; readonly documentBytes: number; readonly nesting: number } =
  ${JSON.stringify({ contextBytes, documentBytes, nesting })};
`,
);
