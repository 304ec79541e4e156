/** Opens a consumer's page in Chromium and waits for its answer. */
import { after, before } from "node:test";
import { launch, skipWithoutChromium } from "../../conformance/runners/chromium/browser.js";

/** Options of a test that needs Chromium. */
export const inChromium = {
  skip: skipWithoutChromium(),
};

/**
 * Keeps one Chromium for a suite's tests. Returns a function that opens an address: a page reports its answer, or a
 * promise of it, as `globalThis.answer` or as the expression `reported`. Errors and warnings of the page and its console
 * are in `faults`. `slowdown` is the factor by which the processor is throttled.
 */
export function chromium() {
  let browser;
  before(async () => {
    if (!inChromium.skip) browser = await launch();
  });
  after(() => browser?.close());
  return async function visit(address, { seconds = 10, reported = "globalThis.answer", slowdown = 1 } = {}) {
    const page = await (await browser.newContext()).newPage();
    if (slowdown > 1) {
      const session = await page.context().newCDPSession(page);
      await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    }
    const faults = [];
    page.on("pageerror", error => faults.push(String(error)));
    page.on("console", message => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    await page.goto(address);
    try {
      await page.waitForFunction(`(${reported}) !== undefined`, undefined, { timeout: seconds * 1000 });
      const answer = await page.evaluate(reported);
      return { answer, faults, page, close: () => page.context().close() };
    } catch (cause) {
      throw new Error(`${address} reports no answer; its errors: ${faults.join("\n") || "none"}`, {
        cause,
      });
    }
  };
}
