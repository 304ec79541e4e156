import assert from "node:assert/strict";
import { it } from "node:test";
import { ANSWERS } from "../harness/answers.js";
import { output } from "../harness/program.js";

it("is ready when it is imported, and prints no warning", async () => {
  const { stdout, stderr } = await output(import.meta.url, process.execPath, "program.js");
  assert.deepEqual(JSON.parse(stdout), ANSWERS);
  assert.equal(stderr, "");
});

it("resolves every entry and `isoflag/core.wasm`", async () => {
  const program = `
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    const { exports } = require("isoflag/package.json");
    for (const entry of Object.keys(exports)) console.log(import.meta.resolve("isoflag" + entry.slice(1)));`;
  const { stdout } = await output(
    import.meta.url,
    process.execPath,
    "--input-type=module",
    "--eval",
    program,
  );
  assert.ok(stdout.includes("/isoflag/dist/node.js"), stdout);
  assert.ok(stdout.includes("/isoflag/dist/core.wasm"), stdout);
});
