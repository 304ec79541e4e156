import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { tellEmitted } from "../harness/emitted.js";
import { output } from "../harness/program.js";
import { serve } from "../harness/server.js";

const folder = fileURLToPath(new URL(".", import.meta.url));

it("the README says how much a page loads", async () => {
  await output(import.meta.url, process.execPath, "sizes.js", "--check");
});

describe("esbuild", inChromium, () => {
  const visit = chromium();
  let server;
  after(() => server?.stop());

  async function bundled(test, name, options = {}) {
    const outdir = `${folder}out/${name}`;
    await rm(outdir, { recursive: true, force: true });
    await mkdir(outdir, { recursive: true });
    const { warnings } = await build({
      entryPoints: [`${folder}src/${name}.js`],
      outdir,
      bundle: true,
      format: "esm",
      minify: true,
      absWorkingDir: folder,
      logLevel: "silent",
      ...options,
    });
    assert.deepEqual(warnings, []);
    await tellEmitted(test, outdir, file => `${name}: ${file}`);
    server ??= await serve(folder);
    return visit(`${server.address}/out/${name}/${name}.html`);
  }

  it("`isoflag` with the loader `file` and `ready(new URL(…))`", async test => {
    const { answer, faults } = await bundled(test, "loader", { loader: { ".wasm": "file" } });
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
  });

  it("`isoflag/inline`", async test => {
    const { answer, faults } = await bundled(test, "inline");
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
  });

  it("`isoflag` alone: the file that is not copied is named, and `ready(address)` then succeeds", async test => {
    const { answer, page } = await bundled(test, "beside");
    assert.deepEqual(answer, ANSWERS);
    const { code, message } = await page.evaluate("globalThis.failure");
    assert.equal(code, "fetch-failed");
    assert.match(message, /it answered 404\); .*or import `isoflag\/inline`/);
  });
});
