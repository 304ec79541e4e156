/** Tests that without Chromium a test is skipped visibly, and fails if `CI` is set. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { findChromium, skipWithoutChromium } from "../../../.ci/chromium.mjs";

const PROGRAM = fileURLToPath(new URL("../../../.ci/chromium.mjs", import.meta.url));
const WITHOUT = { PATH: "/nowhere" };

function run(env) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM], { env, encoding: "utf8" });
  return { status, stdout, stderr };
}

it("skips with a reason", () => {
  assert.equal(findChromium(WITHOUT), undefined);
  assert.match(String(skipWithoutChromium(WITHOUT)), /^no Chromium: .*`CHROMIUM`/);
  assert.equal(skipWithoutChromium({ ...WITHOUT, CHROMIUM: "/somewhere" }), false);
});

it("fails if `CI` is set", () => {
  assert.throws(() => skipWithoutChromium({ ...WITHOUT, CI: "true" }), /no Chromium/);
});

it("is one line of a script", () => {
  const skipped = run(WITHOUT);
  assert.deepEqual([skipped.status, skipped.stdout], [1, ""]);
  assert.match(skipped.stderr, /^SKIPPED: no Chromium: [^\n]*\n$/);
  assert.match(run({ ...WITHOUT, CI: "true" }).stderr, /^no Chromium: [^\n]*\n$/);
  const found = run({ ...WITHOUT, CHROMIUM: "/somewhere" });
  assert.deepEqual(found, { status: 0, stdout: "/somewhere\n", stderr: "" });
});
