/**
 * Runs the suite on Node with `core.wasm`, the module for pages. `tools.wasm` answers the unsupported cases in a
 * separate thread: a process loads one module only.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import * as isoflag from "isoflag/inline";
import { casesOf, run } from "./answers.js";
import { readJsonFiles, VECTORS, writeAnswers } from "./files.js";

const files = readJsonFiles(VECTORS);
const full = await new Promise((resolve, reject) => {
  const worker = new Worker(new URL("./full.js", import.meta.url));
  worker.once("message", resolve);
  worker.once("error", reject);
});
const found = run(
  isoflag,
  files.flatMap(({ content }) => casesOf(content)),
  full,
);
console.log(writeAnswers("node-slim", found.lines));

for (const { name, content } of files) {
  describe(`${name}, core.wasm`, () => {
    for (const { id } of content.cases) {
      it(id, () => assert.equal(found.failures[id], undefined));
    }
  });
}

it("core.wasm leaves out what only tools do", () => {
  assert.throws(() => isoflag.secureModeHash("key", { kind: "user", key: "k" }), /isoflag\/tools/);
  assert.ok(found.borrowed > 0);
  assert.ok(found.borrowed < Object.keys(found.answers).length / 4, `${found.borrowed} are borrowed`);
});
