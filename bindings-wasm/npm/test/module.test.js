// What the WebAssembly module needs of its host: nothing but the binding's own glue, so the core does no I/O.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";

const module = await WebAssembly.compile(await readFile(new URL("../dist/core.wasm", import.meta.url)));

/** Making errors, strings, arrays and plain objects of JavaScript, and throwing. */
const glue = new Set([
  "__wbg_Error",
  "__wbg___wbindgen_throw",
  "__wbg_new",
  "__wbg_push",
  "__wbg_set",
  "__wbindgen_generic",
  "__wbindgen_init_externref_table",
]);

it("the module imports the binding's glue and nothing else", () => {
  const imports = WebAssembly.Module.imports(module);
  assert.ok(imports.length > 0);
  for (const { module: from, name, kind } of imports) {
    assert.equal(from, "./core_bg.js");
    assert.equal(kind, "function");
    assert.ok(glue.has(name.replace(/_[0-9a-f]{16}$/, "")), `\`${name}\` is imported and is not glue`);
  }
});

it("the glue's imports read neither clock nor randomness nor network", async () => {
  const text = await readFile(new URL("../dist/generated/glue.js", import.meta.url), "utf8");
  const start = text.indexOf("function __wbg_get_imports");
  const imports = text.slice(start, text.indexOf("\n}", start));
  assert.ok(start > 0 && imports.includes("__wbindgen_init_externref_table"));
  for (const word of [
    "Date",
    "performance",
    "Math.random",
    "crypto",
    "fetch",
    "globalThis",
    "process",
    "require",
  ]) {
    assert.ok(!imports.includes(word), `the glue names \`${word}\``);
  }
});
