/**
 * Runs the suite in a page: the browser build of the package with `core.wasm`, in a real browser. A page with
 * `tools.wasm` answers the cases that it does not support.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readJsonFiles, VECTORS, writeAnswers } from "../node/files.js";
import { launch, skipWithoutChromium } from "./browser.js";
import { serve } from "./server.js";

const skip = skipWithoutChromium();

describe("Chromium", { skip }, () => {
  const files = readJsonFiles(VECTORS);
  const faults = [];
  let server;
  let browser;
  let found;

  before(async () => {
    server = await serve();
    browser = await launch();
    const answered = async (entry, full) => {
      const page = await browser.newPage();
      page.on("pageerror", error => faults.push(String(error)));
      page.on("console", message => {
        if (message.type() === "error") faults.push(message.text());
      });
      await page.goto(`${server.address}/page.html?entry=${entry}`);
      await page.waitForFunction("globalThis.answerFiles !== undefined");
      const names = files.map(({ name }) => name);
      return page.evaluate(([names, full]) => globalThis.answerFiles(names, full), [names, full]);
    };
    const { answers } = await answered("tools", {});
    found = await answered("index", answers);
    console.log(`Chromium ${browser.version()}`);
    console.log(writeAnswers("chromium", found.lines));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("loads the page without an error", () => assert.deepEqual(faults, []));

  for (const { name, content } of files) {
    describe(name, () => {
      for (const { id } of content.cases) {
        it(id, () => assert.equal(found.failures[id], undefined));
      }
    });
  }

  it("borrowed what core.wasm leaves out and nothing else", () => {
    assert.ok(found.borrowed > 0);
    assert.ok(found.borrowed < Object.keys(found.answers).length / 4, `${found.borrowed} are borrowed`);
  });

  it("answered every case", () => {
    const count = files.reduce((sum, { content }) => sum + content.cases.length, 0);
    assert.equal(found.lines.split("\n").length - 1, count);
  });
});
