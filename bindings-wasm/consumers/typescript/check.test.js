import assert from "node:assert/strict";
import { it } from "node:test";
import { output } from "../harness/program.js";

for (const [name, what] of [
  ["bundler", "`moduleResolution: bundler`"],
  ["node16", "`moduleResolution: node16`"],
  ["nodenext", "`moduleResolution: nodenext`"],
  ["required", "`require` in a CommonJS module under `nodenext`"],
  ["worker", "`lib: WebWorker` instead of the DOM"],
  ["server", "`@types/node` without the DOM"],
]) {
  it(`${what}, strict, \`skipLibCheck: false\``, async () => {
    const { stdout } = await output(import.meta.url, "node_modules/.bin/tsc", "-p", `tsconfig.${name}.json`);
    assert.equal(stdout, "");
  });
}
