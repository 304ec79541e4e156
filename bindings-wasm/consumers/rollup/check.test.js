import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { tellEmitted } from "../harness/emitted.js";
import { output } from "../harness/program.js";
import { serve } from "../harness/server.js";

const folder = fileURLToPath(new URL(".", import.meta.url));

describe("Rollup", inChromium, () => {
  const visit = chromium();
  let server;
  let built;
  before(async () => {
    await rm(`${folder}out`, { recursive: true, force: true });
    built = await output(import.meta.url, "node_modules/.bin/rollup", "--config");
    server = await serve(folder);
  });
  after(() => server?.stop());

  it("builds without a warning", async test => {
    assert.doesNotMatch(built.stderr, /warn|\(!\)/i);
    assert.ok((await tellEmitted(test, `${folder}out`)).includes("core.wasm"));
  });

  for (const [name, what] of [
    ["main", "`isoflag` with `ready(new URL(…))` and a plugin that copies `isoflag/core.wasm`"],
    ["inline", "`isoflag/inline`"],
  ]) {
    it(what, async () => {
      const { answer, faults } = await visit(`${server.address}/out/${name}.html`);
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }
});
