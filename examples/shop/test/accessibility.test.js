/** Examines both views of the shop, and the page for one's own document, with axe, on screens of three widths, light and dark. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import axeCore from "axe-core";
import { faultsOf, SCREENS } from "../../../.ci/accessible.mjs";
import { launch, serve, skipWithoutChromium } from "./shop.js";

describe("the page", { skip: skipWithoutChromium() }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  before(async () => {
    server = await serve();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    it(`is accessible while the hosts differ and the document is invalid, ${colorScheme}`, async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
      await page.goto(server.address);
      await page.getByLabel("Hold edits back from the Lambda").check();
      await page.locator("[data-flag=season-banner]").getByRole("switch").click();
      await page.locator("[data-verdict=differs]").waitFor();
      await page.getByRole("textbox", { name: "The flag document as JSON" }).click();
      await page.keyboard.press("Control+Home");
      await page.keyboard.type("oops");
      await page.locator(".document [role=alert]").waitFor();
      await page.getByRole("switch", { name: "Show it beside the full document" }).click();
      await page.getByText("The hidden strings").click();
      assert.deepEqual(await faultsOf(page, axeCore.source), []);
      await page.getByLabel("Hold edits back from the Lambda").uncheck();
      await page.getByRole("button", { name: "Restore the original" }).click();
      await page.locator("[data-verdict=same]").waitFor();
      await page.close();
    });
  }

  for (const [view, isReady] of [
    ["#documents", "[data-verdict=same]"],
    ["#instances", ".instances main"],
    ["playground.html", "[data-flag]"],
  ]) {
    for (const screen of SCREENS) {
      const { viewport, colorScheme } = screen;
      it(`is accessible and fits ${viewport.width} pixels, ${colorScheme}: ${view}`, async () => {
        const page = await browser.newPage(screen);
        await page.goto(`${server.address}/${view}`);
        await page.locator(isReady).first().waitFor();
        assert.deepEqual(await faultsOf(page, axeCore.source), []);
        await page.close();
      });
    }
  }
});
