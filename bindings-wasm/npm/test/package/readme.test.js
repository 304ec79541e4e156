/** Runs the README's example. */

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
