// The imports of the WebAssembly modules: only the binding's own glue, so the core does no I/O.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

/** @param {string} name */
const compiled = async name =>
  WebAssembly.compile(await readFile(new URL(`../../dist/${name}.wasm`, import.meta.url)));
const modules = { core: await compiled("core"), tools: await compiled("tools") };

/** Throwing, and the table of JavaScript objects, which core.wasm does not use. */
const glue = ["__wbg___wbindgen_throw", "__wbindgen_init_externref_table"];
/** Functions that only tools.wasm has return and throw plain objects. */
const objects = ["__wbg_Error", "__wbg_new", "__wbg_push", "__wbg_set", "__wbindgen_generic"];
const allowed = { core: new Set(glue), tools: new Set([...glue, ...objects]) };

for (const file of /** @type {const} */ (["core", "tools"])) {
  it(`${file}.wasm imports the binding's glue and nothing else`, () => {
    for (const { module: from, name, kind } of WebAssembly.Module.imports(modules[file])) {
      assert.equal(from, "./core_bg.js");
      assert.equal(kind, "function");
      const known = allowed[file].has(name.replace(/_[0-9a-f]{16}$/, ""));
      assert.ok(known, `\`${name}\` is imported and is not glue`);
    }
  });
}

it("the glue's imports read neither clock nor randomness nor network", async () => {
  const glues = await Promise.all(
    ["glue", "tools-glue"].map(
      name => import(new URL(`../../src/generated/${name}.js`, import.meta.url).href),
    ),
  );
  const imports = glues.flatMap(({ imports }) => Object.values(imports).map(String)).join("\n");
  assert.match(imports, /__wbindgen_externrefs/);
  for (const word of "Date performance Math.random crypto fetch globalThis process require".split(" ")) {
    assert.ok(!imports.includes(word), `the glue names \`${word}\``);
  }
});

describe("core.wasm", () => {
  it("has everything that tools.wasm has except the tools", () => {
    const names = (/** @type {WebAssembly.Module} */ module) =>
      WebAssembly.Module.exports(module).map(({ name }) => name);
    const core = new Set(names(modules.core));
    const missing = names(modules.tools).filter(name => !core.has(name) && !name.startsWith("__"));
    const tools = `
      advanceFlags certification checkEnvironments checkFlags chooseStrategy chosenStrategy convertText countImpact
      deployment diffFlags editText evaluateAgain evaluatePart explain finishFlag flagsDiagnostics flagsTyping freeHistory
      freeImpact freeSystemFlags fromAppConfigKey historyAdd historyBytes historyDigests historyGet historyKeep
      historyNewest historyPinned impactForms limits loadAppConfig makePartBuffer newHistory openfeatureErrors openfeatureReasons
      parentDigest parseTtl partOf patchBetween projectFlags projectionReport promoteText receipt replayReceipt retirements
      secureModeHash secureModeHashForHost specVersion startImpact strategyFor strategyProblems suggestChanges systemFlags systemReceipt
      takeInventory toAppConfigKey underStrategy version withStatus withStrategy`;
    assert.deepEqual(missing.sort(), tools.trim().split(/\s+/));
  });
});
