// Writes src/generated/ from what wasm-pack made: the glue, the modules as text, and the constants that the core knows.

import { mkdir, readFile, writeFile } from "node:fs/promises";

const made = new URL("../../pkg/", import.meta.url);
const generated = new URL("../src/generated/", import.meta.url);

await mkdir(generated, { recursive: true });
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));

/** A module with empty custom sections, by whose names the scripts know its release. @param {Uint8Array} bytes @param {string[]} sections */
function stamped(bytes, sections) {
  const names = sections.map(section => [...new TextEncoder().encode(section)]);
  return Buffer.from([...bytes, ...names.flatMap(name => [0, name.length + 1, name.length, ...name])]);
}

/** What wasm-bindgen has made for a module, with a list of what the module imports. @param {string} from @param {string} to @param {WebAssembly.Module} module */
async function writeGlue(from, to, module) {
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  const text = await readFile(new URL(`${from}/core_bg.js`, made), "utf8");
  await writeFile(
    new URL(`${to}.js`, generated),
    `${text}\nexport const imports = { ${imports.join(", ")} };\n`,
  );
  const types = await readFile(new URL(`${from}/core.d.ts`, made), "utf8");
  const added = `
/** What the module imports. */
export const imports: { readonly [name: string]: (...parameters: never[]) => unknown };

/** Gives the functions the module that they call. */
export function __wbg_set_wasm(exports: object): void;
`;
  await writeFile(new URL(`${to}.d.ts`, generated), types + added);
}

/** @type {Record<string, Set<string>>} */
const names = {};
/** @type {Record<string, { glue: string, sections: string[] }>} */
const kinds = {
  core: { glue: "glue", sections: [`isoflag ${version}`] },
  tools: { glue: "tools-glue", sections: [`isoflag ${version}`, `isoflag ${version} tools`] },
};
let tools = new Uint8Array();
for (const [name, { glue, sections }] of Object.entries(kinds)) {
  const bytes = stamped(await readFile(new URL(`${name}/core_bg.wasm`, made)), sections);
  await writeFile(new URL(`${name}.wasm`, generated), bytes);
  const module = new WebAssembly.Module(bytes);
  await writeGlue(name, glue, module);
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

const core = await import(new URL("tools-glue.js", generated).href);
const instance = new WebAssembly.Instance(new WebAssembly.Module(tools), { "./core_bg.js": core.imports });
core.__wbg_set_wasm(instance.exports);
/** @type {any} */ (instance.exports).__wbindgen_start();
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
