/**
 * The inventory page in a real browser: `isoflag inventory --html` of three environments, opened from its file.
 *
 * `ISOFLAG` is the path of the CLI; `SCREENSHOT` is a file for a picture of the page.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { faultsOf, SCREENS } from "../../.ci/accessible.mjs";
import { axe, launch, skipWithoutChromium } from "../../conformance/runners/chromium/browser.js";

const at = path => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENTS = at("../tests/documents/inventory/");
const ISOFLAG = process.env.ISOFLAG ?? at("../../target/debug/isoflag");
const NOW = "1795257000";

const skip = skipWithoutChromium();

function writePage(folder) {
  const file = name => join(DOCUMENTS, `${name}.json`);
  const page = join(folder, "inventory.html");
  const documents = ["development", "staging", "production"].map(file);
  const activity = ["staging", "production"].flatMap(name => [
    "--activity",
    `${name}=${file(`${name}-activity`)}`,
  ]);
  execFileSync(ISOFLAG, ["inventory", ...documents, ...activity, "--now", NOW, "--html", page]);
  return pathToFileURL(page).href;
}

describe("the inventory page", { skip }, () => {
  const faults = [];
  const requests = [];
  let folder;
  let browser;
  let address;
  let page;

  async function open(options) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
    const opened = await context.newPage();
    opened.on("pageerror", error => faults.push(String(error)));
    opened.on("console", message => faults.push(message.text()));
    opened.on("request", request => requests.push(request.url()));
    await opened.goto(address);
    return opened;
  }

  /** The keys that are shown, in order, each once where it follows itself. */
  const keys = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("tbody tr[data-key]")]
        .map(row => row.dataset.key)
        .filter((key, index, all) => key !== all[index - 1]),
    );
  const count = () => page.textContent("#count");

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "isoflag-page-"));
    address = writePage(folder);
    browser = await launch();
  });

  beforeEach(async () => {
    await page?.context().close();
    page = await open();
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  for (const screen of SCREENS) {
    it(`is accessible and fits ${screen.viewport.width} pixels, ${screen.colorScheme}`, async () => {
      const opened = await open(screen);
      assert.deepEqual(await faultsOf(opened, axe.source), []);
      await opened.context().close();
    });
  }

  it("shows every flag of every environment, by key", async () => {
    assert.equal(await count(), "21 of 21 flags, 58 of 58 rows");
    const shown = await keys();
    assert.deepEqual(shown, [...shown].sort(new Intl.Collator("en", { numeric: true }).compare));
    assert.equal(await page.getAttribute("thead th:first-child", "aria-sort"), "ascending");
    // Only a screen reader repeats them.
    const widths = await page.locator("tr.again .name").evaluateAll(all => all.map(each => each.offsetWidth));
    assert.deepEqual(new Set(widths), new Set([1]));
    // In production it serves otherwise than in staging, where it serves as in development.
    const serves = environment =>
      page.getAttribute(`tr[data-key=checkout-v2][data-environment=${environment}] .serves`, "class");
    assert.deepEqual(
      [await serves("development"), await serves("staging"), await serves("production")],
      ["serves", "serves same", "serves"],
    );
  });

  it("sorts by a column, and back", async () => {
    const oldest = async () => (await page.textContent("tbody tr:first-child [data-label=Age]")).trim();
    await page.click("thead button:text('Age')");
    assert.equal(await oldest(), "3 days");
    await page.click("thead button:text('Age')");
    assert.equal(await oldest(), "3 years");
    assert.equal(await page.getAttribute("thead th:has-text('Age')", "aria-sort"), "descending");
    await page.click("thead button:text('Last evaluated')");
    const last = "tbody tr:last-child [data-label='Last evaluated']";
    assert.equal((await page.textContent(last)).trim(), "unknown", "unknown comes last");
    await page.click("thead button:text('Last evaluated')");
    assert.equal((await page.textContent(last)).trim(), "unknown", "in both directions");
  });

  it("searches keys, words and values", async () => {
    for (const [words, found] of [
      ["express", ["express-delivery"]],
      ["COURIER roastery", ["express-delivery"]],
      ["advent-calendar", ["season-banner"]],
      ["<b>", []],
    ]) {
      await page.fill("#search", words);
      assert.deepEqual(await keys(), found, words);
      assert.equal(await page.isVisible("#empty"), found.length === 0);
    }
    await page.click("#reset");
    assert.equal(await count(), "21 of 21 flags, 58 of 58 rows");
  });

  it("filters by environment, owner and attention", async () => {
    await page.selectOption("select[data-filter=environment]", "production");
    assert.equal(await count(), "19 of 21 flags, 19 of 58 rows");
    await page.selectOption("select[data-filter=owner]", "fulfilment");
    assert.deepEqual(await keys(), ["express-delivery", "free-shipping-from"]);
    await page.click("button.tile[data-attention=overdue]");
    assert.deepEqual(await keys(), ["express-delivery"]);
    await page.click("button.tile[data-attention=overdue]");
    assert.equal((await keys()).length, 2);
  });

  it("groups by owner, flags without one last", async () => {
    await page.check("#grouped");
    const owners = await page
      .locator("tr.group th")
      .evaluateAll(cells => cells.map(cell => cell.firstChild.data));
    assert.deepEqual(owners.slice(0, 3), ["catalogue", "checkout", "fulfilment"]);
    assert.equal(owners.at(-1), "No owner");
    assert.equal((await page.textContent("tr.group small")).trim(), "4 flags");
  });

  it("is used by keyboard", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("wallet");
    assert.deepEqual(await keys(), ["wallet"]);
    await page.keyboard.press("Escape");
    assert.equal((await keys()).length, 21);
    await page.focus("button.tile[data-attention=no-owner]");
    await page.keyboard.press("Space");
    assert.deepEqual(await keys(), ["old-tax-engine"]);
    await page.focus("thead button:text('State')");
    await page.keyboard.press("Enter");
    assert.equal(await page.getAttribute("thead th:has-text('State')", "aria-sort"), "ascending");
  });

  it("fits a phone, a desk and paper", async () => {
    for (const [width, media] of [
      [360, "screen"],
      [800, "screen"],
      [1100, "screen"],
      [1280, "screen"],
      [1440, "screen"],
      [1050, "print"],
    ]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ media });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${media} ${width}: ${wide}`);
    }
    assert.equal(await page.isVisible(".tools"), false);
  });

  it("is a table without scripts", async () => {
    const plain = await open({ javaScriptEnabled: false });
    assert.equal(await plain.locator("tbody tr").count(), 58);
    assert.equal(await plain.isVisible(".tools"), false);
    await plain.context().close();
  });

  it("has its picture taken", {
    skip: process.env.SCREENSHOT ? false : "`SCREENSHOT` names no file",
  }, async () => {
    await page.screenshot({ path: process.env.SCREENSHOT, animations: "disabled" });
  });

  it("logs nothing and requests only the page", () => {
    assert.deepEqual(faults, []);
    assert.deepEqual(new Set(requests), new Set([address]));
  });
});
