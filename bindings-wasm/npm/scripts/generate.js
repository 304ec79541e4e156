// Writes src/generated/ from what wasm-pack made: the glue, the module as text, and the constants that the core knows.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";

const made = new URL("../../pkg/", import.meta.url);
const generated = new URL("../src/generated/", import.meta.url);

await mkdir(generated, { recursive: true });
await copyFile(new URL("core.js", made), new URL("glue.js", generated));
await copyFile(new URL("core.d.ts", made), new URL("glue.d.ts", generated));

const module = await readFile(new URL("core_bg.wasm", made));
await writeFile(
  new URL("core-base64.ts", generated),
  `/** The WebAssembly module. */\nexport const coreBase64 =\n  "${module.toString("base64")}";\n`,
);

const core = await import(new URL("glue.js", generated).href);
core.initSync({ module });
await writeFile(
  new URL("constants.ts", generated),
  `/** The version of this package. */
export const version: string = ${JSON.stringify(core.version())};

/** The version of the evaluation rules, raised when any answer for any document may change. */
export const SPEC_VERSION: number = ${core.specVersion()};
`,
);
