// Tests of signed overrides: the tokens that servers verify.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";

import { signOverrides } from "../../dist/testing.js";

const file = new URL("../../../../conformance/overrides/cases.json", import.meta.url);
/** @type {{ secret: string, environment: string, now: number, valid: { name: string, overrides: {}, token: string }[] }} */
const { secret, environment, now, valid } = JSON.parse(await readFile(file, "utf8"));

for (const { name, overrides, token } of valid) {
  it(`signs ${name}`, async test => {
    test.mock.timers.enable({ apis: ["Date"], now: now * 1000 });
    assert.equal(await signOverrides(secret, { environment, overrides, seconds: 60 }), token);
  });
}

it("signs no token that is longer than a cookie", async () => {
  const overrides = { checkout: "x".repeat(4000) };
  await assert.rejects(signOverrides(secret, { environment, overrides }), RangeError);
});
