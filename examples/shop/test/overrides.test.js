/** Sets a flag for one session of Chromium, by a token that the checkout's function verifies. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { signOverrides } from "isoflag/testing";
import { launch, serve, skipWithoutChromium } from "./shop.js";

const SECRET = "only for the tests of the shop";

describe("overrides of one session", { skip: skipWithoutChromium() }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof launch>>} */
  let browser;
  before(async () => {
    server = await serve({ OVERRIDES_SECRET: SECRET });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Returns the answers that a page of a session receives, and the status of its order. @param {string} [token] */
  async function session(token) {
    const context = await browser.newContext();
    if (token !== undefined) {
      await context.addCookies([{ name: "isoflag-overrides", value: token, url: server.address }]);
    }
    const page = await context.newPage();
    await page.goto(server.address);
    const found = await page.evaluate(async () => {
      const made = await fetch("/fleets", { method: "POST", body: JSON.stringify({ change: "off" }) });
      const { fleet, untilMs } = await made.json();
      await fetch(`/fleets/${fleet}/clock`, { method: "PUT", body: JSON.stringify({ toMs: untilMs }) });
      const instance = `/fleets/${fleet}/instances/1`;
      const config = await (await fetch(`${instance}/config?visitor=mia`)).json();
      const body = JSON.stringify({ form: config.expressForm });
      const submitted = await fetch(`${instance}/submit?visitor=mia`, { method: "POST", body });
      return { config, status: submitted.status };
    });
    await context.close();
    return found;
  }

  /** @param {string} environment @param {number} seconds */
  const sign = (environment, seconds) =>
    signOverrides(SECRET, { environment, overrides: { "express-checkout": true }, seconds });

  it("turn a flag on for the page and its back end, and for nobody else", async () => {
    const [one, other] = await Promise.all([session(await sign("shop", 60)), session()]);
    assert.deepEqual([one.config.isExpressCheckout, one.status], [true, 200]);
    assert.equal(one.config.isBackendConsistent.isExpressCheckout, true);
    assert.deepEqual([other.config.isExpressCheckout, other.status], [false, 503]);
  });

  it("are ignored once they have expired, or for another environment", async () => {
    for (const token of [await sign("shop", -1), await sign("production", 60), "true"]) {
      const { config, status } = await session(token);
      assert.deepEqual([config.isExpressCheckout, status], [false, 503]);
    }
  });
});
