import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import webpack from "webpack";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { tellEmitted } from "../harness/emitted.js";
import { serve } from "../harness/server.js";

const folder = fileURLToPath(new URL(".", import.meta.url));

describe("webpack", inChromium, () => {
  const visit = chromium();
  let server;
  let stats;
  before(async () => {
    await rm(`${folder}out`, { recursive: true, force: true });
    // Nothing but the entries: what webpack does by itself must do.
    stats = await promisify(webpack)({
      context: folder,
      mode: "production",
      performance: { hints: false },
      entry: { main: "./main.js", inline: "./inline.js" },
      output: { path: `${folder}out` },
    });
    server = await serve(folder);
  });
  after(() => server?.stop());

  it("builds without a warning, and copies the module", async test => {
    assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString());
    const files = await tellEmitted(test, `${folder}out`);
    assert.equal(files.filter(file => file.endsWith(".wasm")).length, 1, files.join());
  });

  for (const name of ["main", "inline"]) {
    it(name === "main" ? "`isoflag`" : "`isoflag/inline`", async () => {
      const { answer, faults } = await visit(`${server.address}/out/${name}.html`);
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }
});
