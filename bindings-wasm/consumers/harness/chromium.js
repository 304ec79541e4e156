/** Opens a consumer's page in Chromium and waits for what it answers. */
import { after, before } from "node:test";
import { launch, skipWithoutChromium } from "../../../conformance/runners/chromium/browser.js";

/** Options of a test that needs Chromium. */
export const inChromium = {
  skip: skipWithoutChromium(),
};

/**
 * Keeps one Chromium for a file's tests. The function it gives opens an address: a page tells its answer, or a promise
 * of it, as `globalThis.answer` or the expression `told`. What the console and the page complain about is in `faults`.
 * `slowdown` is the factor by which the processor is throttled.
 */
export function chromium() {
  let browser;
  before(async () => {
    if (!inChromium.skip) browser = await launch();
  });
  after(() => browser?.close());
  return async function visit(address, { seconds = 10, told = "globalThis.answer", slowdown = 1 } = {}) {
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
      await page.waitForFunction(`(${told}) !== undefined`, undefined, { timeout: seconds * 1000 });
      const answer = await page.evaluate(told);
      return { answer, faults, page, close: () => page.context().close() };
    } catch (cause) {
      throw new Error(`${address} tells no answer; the page says: ${faults.join("\n") || "nothing"}`, {
        cause,
      });
    }
  };
}
