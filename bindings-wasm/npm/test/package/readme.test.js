/** Runs the JavaScript examples of the README and of docs/testing.md. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { promisify } from "node:util";

it("the README's example prints what its comments say", async () => {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const [, program] = /```js\n(.*?)```/s.exec(readme) ?? [];
  assert.ok(program);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: new URL("../..", import.meta.url),
  });
  const [first, second, third] = stdout.split("\n");
  assert.equal(first, "one-page");
  assert.match(String(second), /^\{ kind: 'RULE_MATCH'/);
  assert.equal(third, "classic");
});

it("the tests that docs/testing.md shows pass", async () => {
  const page = await readFile(new URL("../../../../docs/testing.md", import.meta.url), "utf8");
  const [, program] = /```js\n(.*?)```/s.exec(page) ?? [];
  assert.ok(program);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: new URL("../..", import.meta.url),
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  assert.match(stdout, /pass 3\n/);
});
