/** Drives the view of many instances in Chromium, and saves the picture that `docs/consistency` shows. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, savePicture, serve, skipWithoutChromium } from "./shop.js";

const CHANGES = ["Another form", "Rolled back", "Alarm", "Kill switch", "Phased out", "OFF to ON"];
const skip = skipWithoutChromium();

/** The result of a run does not depend on its duration; this timeout ends a hanging one. */
const HANGS = 300_000;

/**
 * @typedef {{ begun: number, held: number, broken: number, compared: number, same: number, statuses: string }} Outcome
 */

describe("the instances", { skip }, () => {
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
    page = await browser.newPage({ viewport: { width: 1120, height: 1400 }, colorScheme: "light" });
    page.setDefaultTimeout(HANGS);
    page.on("pageerror", error => faults.push(String(error)));
    page.on("console", message => {
      // Chromium reports each 503, which is expected here.
      const isExpected = message.text().startsWith("Failed to load resource: the server responded with");
      if (message.type() === "error" && !isExpected) faults.push(message.text());
    });
    await page.goto(server.address);
    await page.getByRole("link", { name: "Twelve instances" }).click();
    await page.getByLabel("Pace").selectOption({ label: "No waiting" });
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** @param {string} name */
  const choose = name => page.getByRole("radio", { name, exact: true }).check();
  /** Makes `outcome` wait for the next run. */
  const forget = () =>
    page.locator(".plot").evaluate(plot => {
      plot.toggleAttribute("data-forgotten");
    });
  /** Waits until the run of the chosen positions has finished. */
  const outcome = async () => {
    await page.waitForFunction(() => {
      if (document.querySelector("[data-forgotten]")) return false;
      const view = document.querySelector(".instances");
      const chosen = [...document.querySelectorAll(".choice input")].flatMap((input, place) =>
        /** @type {HTMLInputElement} */ (input).checked ? [place] : [],
      );
      const data = /** @type {HTMLElement} */ (view).dataset;
      return data.over === "true" && data.chosen === chosen.join(" ");
    });
    const data = await page
      .locator(".instances")
      .evaluate(element => ({ .../** @type {HTMLElement} */ (element).dataset }));
    return /** @type {Outcome} */ ({
      begun: Number(data.begun),
      held: Number(data.held),
      broken: Number(data.broken),
      compared: Number(data.compared),
      same: Number(data.same),
      statuses: data.statuses ?? "",
    });
  };
  /**
   * Returns the result of a run.
   * @param {string} change
   * @param {string} protection
   */
  const run = async (change, protection) => {
    await choose(change);
    await choose(protection);
    return outcome();
  };

  it("is as docs/consistency shows it", {
    skip: process.env.PICTURE ? false : "the picture is taken where PICTURE is set",
  }, async () => {
    for (const change of CHANGES) {
      for (const protection of ["Gate", "Pin", "None"]) await run(change, protection);
    }
    await page.evaluate("document.activeElement.blur()");
    await page.mouse.move(0, 0);
    const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(".instances").boundingBox()) ?? {};
    const clip = { x: x - 24, y: y - 24, width: width + 48, height: height + 48 };
    savePicture("instances.png", await page.screenshot({ clip }));
  });

  it("breaks journeys without protection while a feature is switched on", async () => {
    const { begun, held, broken, statuses } = await run("OFF to ON", "None");
    assert.ok(broken > 0 && broken < begun);
    assert.equal(held, 0);
    assert.equal(statuses, `503:${broken}`);
    await page.getByText("lost with the form that was filled in").waitFor();
  });

  it("shows that each instance changes at its own time", async () => {
    await run("OFF to ON", "None");
    const changes = await page
      .locator(".lane")
      .evaluateAll(lanes =>
        lanes.map(lane =>
          [...lane.children].map(span => /** @type {HTMLElement} */ (span).style.left).slice(1),
        ),
      );
    assert.equal(changes.length, 12);
    for (const moments of changes) assert.equal(moments.length, 1);
    const moments = changes.flat().map(Number.parseFloat);
    assert.deepEqual(
      moments,
      [...new Set(moments)].sort((one, other) => one - other),
    );
    assert.equal(await page.locator('[data-holds="two steps"]').count(), 12);
  });

  it("evaluates the same in the page and in each instance", async () => {
    const { compared, same } = await run("OFF to ON", "None");
    assert.ok(compared > 100);
    assert.equal(same, compared);
  });

  it("has the same result each time", async () => {
    const first = await run("OFF to ON", "None");
    await forget();
    await page.getByRole("button", { name: "Again" }).click();
    assert.deepEqual(await outcome(), first);
  });

  it("shows the step in which page and instance differ", async () => {
    await run("OFF to ON", "None");
    const receipt = page.locator(".receipt");
    const first = await receipt.getAttribute("data-journey");
    await page.locator(".break").last().click();
    const number = await receipt.getAttribute("data-journey");
    assert.notEqual(number, first);
    const dispute = receipt.locator(".dispute");
    assert.equal(await dispute.getAttribute("data-code"), "other-document");
    assert.equal(await dispute.getAttribute("data-differs"), "trace.on");
    const text = await dispute.innerText();
    assert.match(text, new RegExp(`Journey ${number} began .* 503 off there`));
    assert.match(text, /they part at trace\.on: the page claims true, the instance finds false\./);
    // The claim holds in the page, and both host runtimes find the same difference.
    assert.equal(await dispute.locator(".steps > .yes").count(), 1);
    assert.equal(await dispute.getAttribute("data-hosts"), "same");
    assert.deepEqual(await dispute.locator(".chip").allInnerTexts(), ["true", "false"]);
    const shown = await receipt.locator("output").innerText();
    await receipt.getByRole("button", { name: "Next broken journey" }).click();
    assert.notEqual(await receipt.locator("output").innerText(), shown);
  });

  it("breaks no journey behind the gate, which holds back early visitors", async () => {
    await choose("OFF to ON");
    await choose("None");
    await outcome();
    await page.evaluate(() => {
      const view = /** @type {HTMLElement} */ (document.querySelector(".instances"));
      const seen = /** @type {any} */ (window);
      seen.seen = [];
      new MutationObserver(() => {
        const { begun, held } = view.dataset;
        seen.seen.push([
          Number(held),
          Number(begun),
          document.querySelector(".instances .shop")?.textContent ?? "",
        ]);
      }).observe(view, { attributes: true });
    });
    const { begun, held, broken } = await run("OFF to ON", "Gate");
    assert.equal(broken, 0);
    assert.ok(begun > 0 && held > 0);
    /** @type {[held: number, begun: number, page: string][]} */
    const seen = await page.evaluate("seen");
    const waiting = seen.filter(([held, begun]) => held > 0 && begun === 0);
    assert.ok(waiting.length > 0);
    for (const [, , shop] of waiting) assert.match(shop, /Basket › Address › Payment › Review/);
    assert.match(await page.locator(".instances .shop").innerText(), /Express checkout/);
    await page.getByText("Everybody waits for one time to live").waitFor();
    await page.getByText("Settled", { exact: true }).waitFor();
    await page.getByText(/^None of \d+ journeys broke/).waitFor();
  });

  it("breaks journeys without a pin when the form changes, also behind the gate", async () => {
    for (const protection of ["None", "Gate"]) {
      const { broken, statuses } = await run("Another form", protection);
      assert.ok(broken > 0);
      assert.equal(statuses, `422:${broken}`);
    }
    const dispute = page.locator(".dispute");
    assert.equal(await dispute.getAttribute("data-differs"), "trace.variationIndex");
    assert.deepEqual(await dispute.locator(".chip").allInnerTexts(), ["two steps", "one page"]);
  });

  it("brings a rollback by AppConfig to all twelve instances and to the open page", async () => {
    const { compared, same } = await run("Alarm", "None");
    assert.equal(same, compared);
    const lanes = await page
      .locator(".lane")
      .evaluateAll(lanes =>
        lanes.map(lane => [...lane.children].map(span => /** @type {HTMLElement} */ (span).dataset.version)),
      );
    const [first, second] = lanes[0] ?? [];
    assert.ok(Number(first) < Number(second));
    // Each takes the later document, and within one time to live of the rollback the first one again.
    assert.deepEqual(lanes, Array(12).fill([first, second, first]));
    assert.equal(await page.locator('[data-holds="two steps"]').count(), 12);
    const shown = await page.locator(".open-page li").evaluateAll(spans =>
      spans.map(span => {
        const { version, shows } = /** @type {HTMLElement} */ (span).dataset;
        return [version, shows];
      }),
    );
    assert.deepEqual(shown, [
      [first, "two steps"],
      [second, "one page"],
      [first, "two steps"],
    ]);
    // Within one of its polls, which are a minute apart.
    assert.match(await page.locator(".open-page li").last().innerText(), /^\+16:\d\d|^\+17:00/);
  });

  it("closes the gate after a rollback until each instance has polled", async () => {
    const { begun, held, broken, compared, same } = await run("Alarm", "Gate");
    assert.ok(begun > 0 && held > 0 && broken > 0);
    assert.equal(same, compared);
  });

  for (const change of ["OFF to ON", "Another form", "Rolled back", "Alarm", "Phased out"]) {
    it(`breaks none that is pinned: ${change}`, async () => {
      const { begun, held, broken } = await run(change, "Pin");
      assert.equal(broken, 0);
      assert.ok(begun > 0);
      assert.equal(held, 0);
    });
  }

  it("rejects a pin to a rolled-back document that is not kept", async () => {
    await run("Rolled back", "Pin");
    const bucket = page.getByLabel("A bucket keeps each document");
    await forget();
    await bucket.uncheck();
    const { broken, statuses } = await outcome();
    assert.ok(broken > 0);
    assert.equal(statuses, `409:${broken}`);
    await bucket.check();
  });

  it("lets the kill switch win over pins, and reports it", async () => {
    const { broken, statuses } = await run("Kill switch", "Pin");
    assert.ok(broken > 0);
    assert.equal(statuses, `503:${broken}`);
    await page.getByText("the kill switch wins over the pin, as it has to").waitFor();
    assert.deepEqual(await run("Kill switch", "None").then(({ broken }) => broken), broken);
  });

  it("keeps the result of each run", async () => {
    const { begun, broken } = await run("OFF to ON", "None");
    assert.equal(await page.locator('td[data-run="on none"]').innerText(), `${broken}/${begun}`);
  });

  it("stands still while it is paused", async () => {
    await forget();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Again" }).click();
    await page.locator(".plot:not([data-forgotten])").waitFor();
    // A continuing run would have progressed in the meantime.
    await page.evaluate(async () => {
      for (let count = 0; count < 30; count++) await fetch("/contexts.json");
    });
    const now = page.locator(".standing .host-card .name").first();
    assert.equal(await now.innerText(), "−5:00 before the change");
    await page.getByRole("button", { name: "Go on" }).click();
    await outcome();
    assert.equal(await now.innerText(), "+32:00 after the change");
  });

  it("fits a phone at every moment", async () => {
    const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
    phone.setDefaultTimeout(HANGS);
    await phone.goto(`${server.address}/#instances`);
    await phone.locator(".plot").waitFor();
    await phone.evaluate(() => {
      const view = /** @type {HTMLElement} */ (document.querySelector(".instances"));
      const seen = /** @type {any} */ (window);
      seen.widest = 0;
      new MutationObserver(() => {
        seen.widest = Math.max(seen.widest, document.documentElement.scrollWidth);
      }).observe(view, { attributes: true });
    });
    await phone.getByLabel("Pace").selectOption({ label: "No waiting" });
    await phone.locator(".instances[data-over=true]").waitFor();
    assert.equal(await phone.evaluate("widest"), 360);
    await phone.close();
  });

  it("met no error on the way", () => assert.deepEqual(faults, []));
});
