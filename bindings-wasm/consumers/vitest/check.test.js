import assert from "node:assert/strict";
import { it } from "node:test";
import { output } from "../harness/program.js";

for (const environment of ["jsdom", "node"]) {
  it(`a test that imports \`isoflag\` in the environment ${environment}`, async () => {
    const name = environment === "node" ? ["-t", "inlined"] : [];
    const { stdout } = await output(
      import.meta.url,
      process.execPath,
      "node_modules/vitest/vitest.mjs",
      "run",
      `--environment=${environment}`,
      "--reporter=json",
      "flags.spec.js",
      ...name,
    );
    const { numPassedTests, numFailedTests } = JSON.parse(stdout);
    assert.deepEqual([numPassedTests, numFailedTests], [environment === "node" ? 1 : 2, 0]);
  });
}
