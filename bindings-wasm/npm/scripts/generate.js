// Writes src/generated/ from the output of wasm-pack: the glue, the modules as text, and the core's constants.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";

const made = new URL("../../pkg/", import.meta.url);
const generated = new URL("../src/generated/", import.meta.url);

await mkdir(generated, { recursive: true });
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));

/** A module with empty custom sections, whose names identify its release to the scripts. @param {Uint8Array} bytes @param {string[]} sections */
function withSections(bytes, sections) {
  const names = sections.map(section => [...new TextEncoder().encode(section)]);
  return Buffer.from([...bytes, ...names.flatMap(name => [0, name.length + 1, name.length, ...name])]);
}

/**
 * The glue, in which each call into the module that ends in a trap raises the epoch of the engine: first of all, since a
 * stack that is full has no room for a call. An error that a function throws on purpose lowers it again.
 * @param {string} glue @param {WebAssembly.Module} module
 */
function watched(glue, module) {
  let count = 0;
  const text = glue
    // Each host that runs the package's syntax has it.
    .replace(/^if \(!\('encodeInto' in .*\{\n[\s\S]*?^\}\n/m, "")
    // Strings are keys, seldom passed twice: what encodes short ones faster is longer than the rest of the glue's functions.
    .replace(
      /^(function passStringToWasm0\(arg, malloc, realloc\) \{\n(?: {4}if \(typeof .*\n)?)[\s\S]*?^\}\n/m,
      "$1    return passArray8ToWasm0(cachedTextEncoder.encode(arg));\n}\n",
    )
    // There is one allocator, and one way to take a text.
    .replace(/(ToWasm0\(\w+), (?:wasm\.__wbindgen_)?malloc(?:, (?:wasm\.__wbindgen_)?realloc)?\)/g, "$1)")
    .replace(/= malloc\(/g, "= wasm.__wbindgen_malloc(")
    .replace(
      /^ *let (v\d);\n *if \(ret\[0\] !== 0\) \{\n *\1 = getStringFromWasm0\(.*\);\n.*\n *\}\n *return \1;\n/gm,
      "    return takeString(ret);\n",
    )
    // Memory allocated for a call that traps is discarded with the instance.
    .replace(
      /^ *try \{\n((?: +(?:ptr|len)\d = .*;\n)+) *\} catch \(e\) \{\n(?: +if .*\n)+ +throw e;\n *\}\n/gm,
      "$1",
    )
    .replace(
      /^ *let deferred.*\n *let deferred.*\n *try \{\n *const ret = (.*);\n *deferred.*\n *deferred.*\n *return getStringFromWasm0\(ret.*\n *\} finally .*\n.*\n *\}\n/gm,
      "    return takeString($1);\n",
    )
    .replace(/^(export function (?!__wb)\w+\(.*\) \{\n)([\s\S]*?)^\}\n/gm, (_, head, whole) => {
      const body = direct(whole);
      count++;
      return `${head}    try {\n${body}    } catch (thrown) {\n        engine.epoch++;\n        throw judged(thrown);\n    }\n}\n`;
    })
    .replace(/^export function __wbg_set_wasm\(val\) \{\n.*\n\}\n/m, () => {
      const views = [...glue.matchAll(/^let (cached\w+Memory0) = null;$/gm)].map(
        ([_, name]) => `    ${name} = null;\n`,
      );
      return `let engine;
export function __wbg_set_wasm(exports, reported) {
    wasm = exports;
    engine = reported;
${views.join("")}}

function takeString(ret) {
    if (ret[0] === 0) return undefined;
    const text = getStringFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1], 1);
    return text;
}

function judged(thrown) {
    if (!/^(Range|Runtime|Internal)Error$/.test(thrown?.name)) engine.epoch--;
    return thrown;
}
`;
    });
  const functions = WebAssembly.Module.exports(module).filter(
    ({ kind, name }) => kind === "function" && !name.startsWith("__"),
  );
  if (count !== functions.length || !text.includes("engine = reported") || !text.includes("encode(arg))")) {
    throw new Error("wasm-bindgen writes its glue otherwise than this script expects");
  }
  return text;
}

/**
 * The body of a function, which passes arguments and returns results without variables: index.js has 100 bytes less. The
 * length of an argument that was encoded last is read after it, since a call evaluates its arguments in order.
 * @param {string} body
 */
function direct(body) {
  const declaration = /^ *let ((?:ptr|len)\d.*);\n/m;
  const declared = body.match(declaration)?.[1]?.split(", ") ?? [];
  const passed = [...body.matchAll(/^ *(?:const )?(ptr\d) = (pass.*);\n *(?:const )?(len\d) = (.*);\n/gm)];
  const text = passed
    .reduce(
      (text, [lines, pointer, address, length, read]) =>
        text.replace(lines, "").replace(`${pointer}, ${length}`, `${address}, ${read}`),
      body.replace(declaration, ""),
    )
    .replace(/^ *const ret = (.*);\n *return (takeString\()?ret(.*);\n/gm, "    return $2$1$3;\n");
  const used = declared.filter(name => text.includes(`${name} =`));
  return used.length === 0 ? text : `    let ${used.join(", ")};\n${text}`;
}

/**
 * The glue without conversions of arguments to numbers: what the core's own glue is given has been checked before. It
 * passes no JavaScript object, so that the table of objects remains empty.
 * @param {string} glue
 */
function unconverted(glue) {
  const withoutTable = glue.replace(/(__wbindgen_init_externref_table\(\) \{\n)[\s\S]*?^\}\n/m, "$1}\n");
  return withoutTable.replace(/^export function \w+\(.*\) \{\n[\s\S]*?^\}\n/gm, text => {
    const values = [...text.matchAll(/^ *const (val\d+) = \+(\w+);\n/gm)];
    return values.reduce((text, [line, value = "", parameter = ""]) => {
      return text.replace(line, "").replaceAll(new RegExp(`\\b${value}\\b`, "g"), parameter);
    }, text);
  });
}

/**
 * The glue, in which an argument that is not a string is an error: its length would be taken for one, which traps.
 * @param {string} glue
 */
function checked(glue) {
  return glue.replace(
    /^function passStringToWasm0\(arg, .*\) \{\n/m,
    "$&    if (typeof arg !== 'string') throw new TypeError('expected a string, found ' + typeof arg);\n",
  );
}

/** The output of wasm-bindgen for a module, with a list of its imports. @param {string} from @param {string} to @param {WebAssembly.Module} module */
async function writeGlue(from, to, module) {
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  const glue = await readFile(new URL(`${from}/core_bg.js`, made), "utf8");
  const text = watched(from === "core" ? unconverted(glue) : checked(glue), module);
  await writeFile(
    new URL(`${to}.js`, generated),
    `${text}\nexport const imports = { ${imports.join(", ")} };\n`,
  );
  const types = await readFile(new URL(`${from}/core.d.ts`, made), "utf8");
  const added = `
/** The imports of the module. */
export const imports: { readonly [name: string]: (...parameters: never[]) => unknown };

/** Passes the functions the instance that they call, and the object that traps are reported to. */
export function __wbg_set_wasm(exports: object, engine: { epoch: number }): void;
`;
  await writeFile(new URL(`${to}.d.ts`, generated), types + added);
}

/** @type {Record<string, Set<string>>} */
const names = {};
/** @type {Record<string, { glue: string, sections: string[], packed: (bytes: Buffer) => Buffer, how: string }>} */
const kinds = {
  core: { glue: "glue", sections: [`isoflag ${version}`], packed: bytes => bytes, how: "" },
  // It is inlined for Node, which decompresses it in 6 ms: the script is a third as long.
  tools: {
    glue: "tools-glue",
    sections: [`isoflag ${version}`, `isoflag ${version} tools`],
    packed: bytes => brotliCompressSync(bytes),
    how: ", compressed by Brotli",
  },
};
let tools = new Uint8Array();
for (const [name, { glue, sections, packed, how }] of Object.entries(kinds)) {
  const bytes = withSections(await readFile(new URL(`${name}/core_bg.wasm`, made)), sections);
  await writeFile(new URL(`${name}.wasm`, generated), bytes);
  const module = new WebAssembly.Module(bytes);
  await writeGlue(name, glue, module);
  const imports = WebAssembly.Module.imports(module).map(({ name }) => `import ${name}`);
  const exports = WebAssembly.Module.exports(module).map(({ name }) => `export ${name}`);
  names[name] = new Set([...imports, ...exports]);
  const text = packed(bytes).toString("base64");
  await writeFile(
    new URL(`${name}-base64.ts`, generated),
    `/** The WebAssembly module ${name}.wasm${how}. */\nexport const ${name}Base64: string =\n  "${text}";\n`,
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

/** The core's limits: bytes of a context and of a document, and levels of nesting. */
export const limits: { readonly contextBytes: number; readonly documentBytes: number; readonly nesting: number } =
  ${JSON.stringify({ contextBytes, documentBytes, nesting })};
`,
);
const reasons = core.openfeatureReasons().split("\n");
const errors = core.openfeatureErrors().split("\n");
await writeFile(
  new URL("openfeature.ts", generated),
  `/** OpenFeature's reason for each kind of LaunchDarkly's, as the core decides it; \`split\` is the one if a percentage decided. */
export const OPENFEATURE_REASONS = {
${reasons.map(line => line.replace(/(\w+) (\w+) (\w+)/, '  $1: { otherwise: "$2", split: "$3" },')).join("\n")}
} as const;

/** OpenFeature's code and message for each kind of an error, as the core words it. */
export const OPENFEATURE_ERRORS = {
${errors.map(line => line.replace(/(\w+) (\w+) (.*)/, '  $1: { code: "$2", message: "$3" },')).join("\n")}
} as const;
`,
);
