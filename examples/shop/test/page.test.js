/** Drives the page in Chromium like a visitor, and saves the picture that README.md shows. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { launch, savePicture, serve, skipWithoutChromium } from "./shop.js";

const skip = skipWithoutChromium();

describe("the shop", { skip }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** @type {string[]} */
  const faults = [];

  before(async () => {
    server = await serve();
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1280, height: 1230 }, colorScheme: "light" });
    page.setDefaultTimeout(8_000);
    page.on("pageerror", error => faults.push(String(error)));
    page.on("console", message => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(server.address);
  });

  beforeEach(async () => {
    await page.getByLabel("Hold edits back from the Lambda").uncheck();
    await page.getByRole("button", { name: "Restore the original" }).click();
    await page.getByRole("radio", { name: "Mia, at her desk" }).check();
    await agree();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const agree = () => page.locator("[data-verdict=same]").waitFor();
  const differ = () => page.locator("[data-verdict=differs]").waitFor();
  /** @param {string} key */
  const flag = key => page.locator(`[data-flag="${key}"]`);
  /**
   * Waits until both hosts serve these values.
   * @param {string} key
   * @param {[browser: string, lambda: string]} expected
   */
  const serves = (key, expected) =>
    page.waitForFunction(
      ([key, ...expected]) => {
        const chips = [...document.querySelectorAll(`[data-flag="${key}"] .chip`)];
        return chips.length === 2 && chips.every((chip, index) => chip.textContent === expected[index]);
      },
      [key, ...expected],
    );
  /** @param {string} key */
  const open = async key => {
    const button = flag(key).locator("h3 button");
    if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  };
  const population = async () => {
    const { got, joined, left } = await page
      .locator(".population")
      .evaluate(element => ({ .../** @type {HTMLElement} */ (element).dataset }));
    return { got: Number(got), joined: Number(joined), left: Number(left) };
  };
  /** @param {string} share */
  const slide = share => page.getByRole("slider").fill(share);

  it("is as the README shows it", {
    skip: process.env.PICTURE ? false : "the picture is taken where PICTURE is set",
  }, async () => {
    await open("checkout-v2");
    await page.getByRole("button", { name: "Next key" }).click();
    await agree();
    await page.evaluate("scrollTo(0, 0)");
    await page.evaluate("document.activeElement.blur()");
    await page.mouse.move(0, 0);
    savePicture("shop.png", await page.screenshot());
  });

  it("shows every flag's decision by both, and that they are the same", async () => {
    assert.equal(await page.locator("[data-sameness=same]").count(), 17);
    await page.getByRole("button", { name: "Compare all presets" }).click();
    const result = page.locator(".everybody[data-compared]");
    await result.waitFor();
    assert.equal(await result.getAttribute("data-compared"), String(17 * 8));
    assert.equal(await result.getAttribute("data-same"), String(17 * 8));
  });

  it("says why", async () => {
    await open("checkout-v2");
    await page.getByRole("button", { name: "Next key" }).click();
    await agree();
    const detail = flag("checkout-v2").locator(".detail");
    const text = await detail.innerText();
    assert.match(text, /It needs payment-provider to serve "adyen": it does\./);
    assert.match(text, /The user’s country is "DE", as required\./);
    assert.match(text, /Rule staff does not match\./);
    assert.match(text, /Bucket 72,865 falls between 30,000 and 100,000, the 70 % that get false\./);
    // An address that the context marks private is not shown.
    assert.doesNotMatch(text, /mia@post/);
  });

  it("has a sentence for every flag and preset", async () => {
    const presets = await page.getByRole("radio").all();
    const keys = await page
      .locator("[data-flag]")
      .evaluateAll(all => all.map(each => each.getAttribute("data-flag")));
    for (const preset of presets) {
      await preset.check();
      await agree();
      for (const key of keys) {
        await open(String(key));
        const text = await flag(String(key)).innerText();
        assert.doesNotMatch(text, /undefined|NaN|\[object|`|\{"private"/);
        assert.match(await flag(String(key)).locator(".because").innerText(), /\w.*\./s);
      }
    }
  });

  it("turns a flag off on both by its kill switch", async () => {
    await serves("checkout-v2", ["true", "true"]);
    await flag("checkout-v2").getByRole("switch").click();
    await agree();
    await serves("checkout-v2", ["false", "false"]);
    await flag("checkout-v2").getByText("Switched off").waitFor();
    // Flags that depend on it change with it.
    await serves("gift-cards", ["false", "false"]);
    await flag("checkout-v2").getByRole("switch").click();
    await agree();
    await serves("checkout-v2", ["true", "true"]);
  });

  it("removes no visitor when a rollout is raised", async () => {
    await open("checkout-v2");
    const { got, left } = await population();
    assert.equal(left, 0);
    for (const share of ["45000", "60000", "100000"]) {
      const earlier = await population();
      await slide(share);
      await page.waitForFunction(
        before => Number(document.querySelector(".population")?.getAttribute("data-got")) > before,
        earlier.got,
      );
      const now = await population();
      assert.equal(now.left, 0);
      assert.equal(now.got, got + now.joined);
    }
    assert.equal((await population()).got, 1000);
    await agree();
  });

  it("counts who leaves when a rollout is lowered", async () => {
    await open("checkout-v2");
    const { got } = await population();
    await slide("10000");
    await page.waitForFunction(
      () => Number(document.querySelector(".population")?.getAttribute("data-left")) > 0,
    );
    const now = await population();
    assert.equal(now.joined, 0);
    assert.equal(now.got, got - now.left);
  });

  it("says plainly when the Lambda has an older document, with both digests", async () => {
    await page.getByLabel("Hold edits back from the Lambda").check();
    await flag("checkout-v2").getByRole("switch").click();
    await differ();
    // However often it is polled again.
    for (let index = 0; index < 4; index++)
      await page.waitForResponse(response => response.url().endsWith("/decide"));
    const verdict = page.locator(".verdict");
    // One of the flags that depend on it differs too.
    assert.match(await verdict.innerText(), /2 of 17 decisions differ/);
    assert.match(
      await verdict.innerText(),
      /The Lambda still decides with version \d+, the browser with \d+/,
    );
    const digests = await verdict
      .locator(".digest")
      .evaluateAll(all => all.map(each => each.getAttribute("title")));
    assert.equal(digests.length, 2);
    for (const digest of digests) assert.match(digest ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(digests[0], digests[1]);
    await serves("checkout-v2", ["false", "true"]);
    await page.getByLabel("Hold edits back from the Lambda").uncheck();
    await agree();
  });

  it("counts the requests whose answers the Lambda finds too, and those with another document", async () => {
    const parity = async () => {
      const counts = await page.locator(".parity").evaluate(element => ({
        .../** @type {HTMLElement} */ (element).dataset,
      }));
      return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
    };
    const before = await parity();
    assert.ok(Number(before.agreements) > 0);
    for (const preset of (await page.getByRole("radio").all()).slice(0, 4)) {
      await preset.check();
      await agree();
    }
    const after = await parity();
    assert.ok(Number(after.agreements) >= Number(before.agreements) + 3, JSON.stringify({ before, after }));
    await page.getByLabel("Hold edits back from the Lambda").check();
    await flag("season-banner").getByRole("switch").click();
    await page.waitForFunction(
      other => Number(document.querySelector(".parity")?.getAttribute("data-other")) > other,
      Number(after.other),
    );
    await page.getByLabel("Hold edits back from the Lambda").uncheck();
    await agree();
    const { disagreements, malformed } = await parity();
    assert.deepEqual({ disagreements, malformed }, { disagreements: 0, malformed: 0 });
  });

  it("shows an error of the document in place, and keeps the last good one", async () => {
    const editor = page.getByRole("textbox", { name: "The flag document as JSON" });
    await editor.click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("oops");
    const alert = page.locator(".document [role=alert]");
    await alert.waitFor();
    assert.match(await alert.innerText(), /Not published: .*not JSON.*line 1, column 1/);
    await page.locator(".document .cm-lint-marker-error").waitFor();
    await agree();
    assert.equal(await page.locator("[data-sameness=same]").count(), 17);
    for (let index = 0; index < 4; index++) await page.keyboard.press("Backspace");
    await alert.waitFor({ state: "detached" });
  });

  it("takes any context, also an invalid one", async () => {
    await page.getByText("Context as JSON").click();
    const editor = page.getByRole("textbox", { name: "Context as JSON" });
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText('{"kind": "user", "key": "jan", "country": "US"}');
    await agree();
    await serves("payment-provider", ["stripe", "stripe"]);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText('{"kind": "", "key": "jan"}');
    await page.locator(".visitor [role=alert]").waitFor();
    await agree();
    await serves("payment-provider", ["default", "default"]);
  });

  it("shows what this visitor's browser needs beside the full document", async () => {
    const lever = page.getByRole("switch", { name: "Show it beside the full document" });
    await lever.click();
    const sizes = async () => {
      const found = await page.locator(".comparison").evaluate(element => ({
        .../** @type {HTMLElement} */ (element).dataset,
      }));
      return Object.fromEntries(Object.entries(found).map(([name, size]) => [name, Number(size)]));
    };
    const mia = await sizes();
    assert.ok(Number(mia.client) < Number(mia.full) && Number(mia.hidden) > 50, JSON.stringify(mia));
    await page.getByRole("radio", { name: "Tablet at the till, no user" }).check();
    await page.waitForFunction(
      before => Number(document.querySelector(".comparison")?.getAttribute("data-client")) !== before,
      mia.client,
    );
    assert.equal((await sizes()).full, mia.full);
    await lever.click();
    await page.locator(".comparison").waitFor({ state: "detached" });
  });

  it("links to the page for your own document", async () => {
    const other = await browser.newPage();
    await other.goto(server.address);
    await other.getByRole("link", { name: "Your document" }).click();
    await other.getByRole("heading", { name: "Your document, in this page only." }).waitFor();
    assert.equal(await other.locator("[data-flag]").count(), 17);
    await other.getByRole("link", { name: "Two hosts" }).click();
    await other.locator("[data-verdict=same]").waitFor();
    await other.close();
  });

  it("is worked by keyboard alone", async () => {
    const lever = flag("support-chat").getByRole("switch");
    await lever.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await flag("support-chat").locator("[aria-checked=true]").waitFor();
    await flag("support-chat").locator("h3 [aria-expanded=true]").waitFor();
  });

  it("fits a phone", async () => {
    const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await phone.goto(server.address);
    await phone.locator("[data-verdict=same]").waitFor();
    assert.equal(await phone.evaluate("document.documentElement.scrollWidth"), 360);
    await phone.close();
  });

  it("met no error on the way", () => assert.deepEqual(faults, []));
});
