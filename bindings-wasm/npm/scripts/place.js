// Puts beside the compiled TypeScript what TypeScript does not compile.

import { copyFile } from "node:fs/promises";

const dist = new URL("../dist/", import.meta.url);
const generated = new URL("../src/generated/", import.meta.url);

await copyFile(new URL("../../pkg/core_bg.wasm", import.meta.url), new URL("core.wasm", dist));
for (const file of ["glue.js", "glue.d.ts"]) {
  await copyFile(new URL(file, generated), new URL(`generated/${file}`, dist));
}
