// examples/browser/, which loads the package from its folder in the repository: here that is the installed one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium, inChromium } from "../harness/chromium.js";
import { serve } from "../harness/server.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const installed = { "/bindings-wasm/npm/": "/bindings-wasm/consumers/example/node_modules/isoflag/" };
const told = 'document.querySelector("[role=status]").textContent || undefined';

describe("examples/browser", inChromium, () => {
  const visit = chromium();
  let server;
  before(async () => {
    server = await serve(repository, { also: installed });
  });
  after(() => server?.stop());

  it("shows the answers, and others for another person", async () => {
    const { answer, faults, page } = await visit(`${server.address}/examples/browser/`, { told });
    assert.equal(answer, "one-step-checkout: true, because TARGET_MATCH");
    assert.equal(await page.textContent("#greeting"), "Velkommen");
    assert.equal(await page.isVisible("#checkout"), true);
    await page.fill("[name=key]", "bob");
    await page.selectOption("[name=country]", "SE");
    assert.equal(await page.textContent("#greeting"), "Välkommen");
    assert.equal(await page.textContent("[role=status]"), "one-step-checkout: false, because FALLTHROUGH");
    assert.equal(await page.isVisible("#checkout"), false);
    assert.deepEqual(faults, []);
  });

  it("says why where the module is not found", async () => {
    const broken = await serve(repository, {
      also: installed,
      instead: {
        "core.wasm": response => {
          response.writeHead(404).end();
          return true;
        },
      },
    });
    try {
      const { answer } = await visit(`${broken.address}/examples/browser/`, { told });
      assert.match(answer, /^LoadError: .*it answered 404\); /);
    } finally {
      await broken.stop();
    }
  });
});
