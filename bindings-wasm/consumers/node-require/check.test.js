const assert = require("node:assert/strict");
const { it } = require("node:test");

it("is ready when it is required, and prints no warning", async () => {
  const { ANSWERS } = await import("../harness/answers.js");
  const { output } = await import("../harness/program.js");
  const { stdout, stderr } = await output(`file://${__filename}`, process.execPath, "program.cjs");
  assert.deepEqual(JSON.parse(stdout), ANSWERS);
  assert.equal(stderr.replace(/^\(node:\d+\) ExperimentalWarning: CommonJS module .*\n.*\n$/, ""), "");
});
