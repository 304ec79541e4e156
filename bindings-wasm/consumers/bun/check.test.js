import assert from "node:assert/strict";
import { it } from "node:test";
import { ANSWERS } from "../harness/answers.js";
import { output } from "../harness/program.js";

it("imports `isoflag`", async () => {
  const program = `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`;
  const { stdout } = await output(import.meta.url, program, "run", "program.js");
  assert.deepEqual(JSON.parse(stdout), ANSWERS);
});
