/** Tests the answers of instances while a change propagates, and their responses to invalid requests. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { serve } from "./shop.js";

const MINUTE = 60_000;
const UNKNOWN = `sha256:${"0".repeat(64)}`;

/** @typedef {{ digest: string, version: number, isOn: boolean, form: string, steppedBackMs: number | null }} Held */

describe("a fleet of instances", () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  before(async () => {
    server = await serve();
  });
  after(() => server.stop());

  /**
   * @param {string} path
   * @param {string} method
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   */
  const send = async (path, method, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const sent = await fetch(server.address + path, { method, headers, ...(text && { body: text }) });
    return { status: sent.status, headers: sent.headers, body: await sent.json() };
  };

  /** @param {object} request */
  const fleet = async request => {
    const { status, body } = await send("/fleets", "POST", request);
    assert.equal(status, 200);
    const path = `/fleets/${body.fleet}`;
    const [changedMs] = body.publishedMs;
    let held = /** @type {Held[]} */ (body.instances);
    /** @param {number} ms after the change */
    const at = async ms => {
      const moved = await send(`${path}/clock`, "PUT", { toMs: changedMs + ms });
      assert.equal(moved.status, 200);
      held = moved.body.instances;
      return held;
    };
    /**
     * @param {(held: Held) => boolean} which
     * @returns {number} of an instance that holds such a document
     */
    const holding = which => {
      const number = held.findIndex(which) + 1;
      assert.notEqual(number, 0);
      return number;
    };
    /**
     * @param {number} number
     * @param {string} form
     * @param {string} [pin]
     */
    const submit = (number, form, pin) =>
      send(
        `${path}/instances/${number}/submit?visitor=mia`,
        "POST",
        { form },
        pin === undefined ? {} : { "Isoflag-Document": pin },
      );
    return { start: body, path, changedMs, at, holding, submit };
  };

  it("notices a change one by one, within one time to live", async () => {
    const { start, at } = await fleet({ change: "on" });
    const counts = [];
    for (let ms = -MINUTE; ms <= start.ttlSeconds * 1000; ms += 25_000) {
      counts.push((await at(ms)).filter(({ isOn }) => isOn).length);
    }
    assert.deepEqual(
      [...new Set(counts)],
      Array.from({ length: 13 }, (_, count) => count),
    );
  });

  it("has the same phases for the same seed, and others for another", async () => {
    const of = async (/** @type {number} */ seed) =>
      (await fleet({ change: "on", seed })).start.instances.map(
        (/** @type {{ polledMs: number }} */ { polledMs }) => polledMs,
      );
    assert.deepEqual(await of(3), await of(3));
    assert.notDeepEqual(await of(3), await of(4));
  });

  it("tells the page when a journey may begin", async () => {
    const { start, path, at, holding } = await fleet({ change: "on" });
    const config = async (/** @type {number} */ number) =>
      (await send(`${path}/instances/${number}/config?visitor=mia`, "GET")).body;
    await at(7 * MINUTE);
    const [fresh, stale] = [holding(({ isOn }) => isOn), holding(({ isOn }) => !isOn)];
    const old = { isExpressCheckout: false, expressForm: "two steps" };
    const on = { isExpressCheckout: true, expressForm: "two steps" };
    const consistent = (/** @type {boolean} */ isExpressCheckout) => ({
      isBackendConsistent: { isExpressCheckout, expressForm: true },
    });
    assert.deepEqual(await config(stale), { ...old, ...consistent(false) });
    assert.deepEqual(await config(fresh), { ...on, ...consistent(false) });
    await at(start.ttlSeconds * 1000);
    assert.deepEqual(await config(stale), { ...on, ...consistent(false) });
    await at(start.ttlSeconds * 1000 + 5000);
    assert.deepEqual(await config(stale), { ...on, ...consistent(true) });
  });

  it("answers 503 if the feature is off, and follows a pin", async () => {
    const { start, at, holding, submit } = await fleet({ change: "on" });
    const held = await at(7 * MINUTE);
    const [fresh, stale] = [holding(({ isOn }) => isOn), holding(({ isOn }) => !isOn)];
    assert.equal((await submit(fresh, "two steps")).status, 200);
    const refused = await submit(stale, "two steps");
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "60");
    assert.equal(refused.headers.get("isoflag-document"), start.newest);
    // It polls if a request names an unknown document.
    assert.equal((await submit(stale, "two steps", held[fresh - 1]?.digest)).status, 200);
  });

  it("answers 422 to an unexpected form, and accepts it with a pin", async () => {
    const { at, holding, submit, start } = await fleet({ change: "form" });
    await at(7 * MINUTE);
    const fresh = holding(({ form }) => form === "one page");
    const refused = await submit(fresh, "two steps");
    assert.equal(refused.status, 422);
    assert.match(refused.body.error, /`one page` is taken here, not `two steps`/);
    assert.equal((await submit(fresh, "two steps", start.newest)).status, 200);
  });

  it("goes back with AppConfig, instance by instance, and closes the gate again", async () => {
    const { start, path, at } = await fleet({ change: "alarm" });
    const [first] = start.instances;
    const versions = async (/** @type {number} */ minute) =>
      (await at(minute * MINUTE)).map(({ version }) => version - first.version);
    assert.deepEqual(await versions(15), Array(12).fill(1));
    assert.equal(new Set(await versions(23)).size, 2);
    assert.deepEqual(await versions(31), Array(12).fill(0));
    const held = await at(31 * MINUTE);
    for (const [place, { digest, steppedBackMs }] of held.entries()) {
      assert.equal(digest, first.digest);
      assert.ok(steppedBackMs !== null && steppedBackMs >= start.publishedMs[1]);
      const { body } = await send(`${path}/instances/${place + 1}/config?visitor=mia`, "GET");
      assert.equal(body.expressForm, "two steps");
      assert.deepEqual(body.isBackendConsistent, { isExpressCheckout: false, expressForm: false });
    }
    const published = await send(`${path}/document`, "GET");
    assert.equal(published.body.meta.version, first.version);
  });

  for (const [keepsAll, status] of /** @type {const} */ ([
    [true, 200],
    [false, 409],
  ])) {
    it(`answers ${status} to a pin to a rolled-back document, ${keepsAll ? "kept" : "not kept"} by a bucket`, async () => {
      const { at, holding, submit } = await fleet({ change: "rollback", keepsAll });
      const early = await at(5 * MINUTE);
      const rolledBack = early[holding(({ form }) => form === "one page") - 1]?.digest;
      // It has never loaded the document that was rolled back.
      const late = holding(({ form }) => form === "two steps");
      await at(30 * MINUTE);
      const answer = await submit(late, "one page", rolledBack);
      assert.equal(answer.status, status);
      if (status === 409) {
        assert.equal(answer.body.code, "document-not-held");
        assert.equal(answer.body.held.length, 2);
      }
    });
  }

  for (const [pin, code] of /** @type {const} */ ([
    [UNKNOWN, "document-not-held"],
    ["latest", "not-a-digest"],
  ])) {
    it(`answers 409 to the pin ${pin.slice(0, 10)}`, async () => {
      const { submit, at } = await fleet({ change: "form" });
      await at(0);
      const { status, body } = await submit(1, "two steps", pin);
      assert.equal(status, 409);
      assert.equal(body.code, code);
    });
  }

  for (const [change, status] of /** @type {const} */ ([
    ["off", 503],
    ["phase-out", 200],
  ])) {
    it(`answers a pinned journey with ${status} after the change ${change}`, async () => {
      const { start, at, submit } = await fleet({ change });
      await at(16 * MINUTE);
      for (const number of start.instances.keys()) {
        assert.equal((await submit(number + 1, "two steps", start.newest)).status, status);
        assert.equal((await submit(number + 1, "two steps")).status, 503);
      }
    });
  }

  it("checks what a page claims", async () => {
    const { path, at, holding } = await fleet({ change: "form" });
    await at(7 * MINUTE);
    const fresh = holding(({ form }) => form === "one page");
    const stale = holding(({ form }) => form === "two steps");
    const check = (/** @type {number} */ number, /** @type {string} */ receipt, visitor = "mia") =>
      send(`${path}/instances/${number}/check?visitor=${visitor}`, "POST", { receipt });
    // An instance returns its own claim if it is sent an invalid one.
    const any = JSON.stringify({ flag: "express-form", digest: UNKNOWN });
    const claim = (await check(stale, any)).body.receipt;
    assert.deepEqual((await check(stale, claim)).body.asSent, { code: "true" });
    const { asSent, byOurDocument } = (await check(fresh, claim)).body;
    assert.deepEqual([asSent.code, asSent.path], ["other-document", "digest"]);
    assert.deepEqual(byOurDocument, {
      code: "other-answer",
      path: "trace.variationIndex",
      claimed: 1,
      found: 2,
    });
    const other = (await check(stale, claim, "jonas")).body.asSent;
    assert.deepEqual([other.code, other.path], ["other-context", "contextHash"]);
    const altered = claim.replace('"on":true', '"on":false');
    const found = (await check(stale, altered)).body.asSent;
    assert.deepEqual([found.code, found.path], ["other-answer", "trace.on"]);
    for (const none of ["", "[]", "{}", '{"flag": "express-form"}', "[".repeat(100_000)]) {
      assert.equal((await check(stale, none)).status, 400, none.slice(0, 30));
    }
  });

  it("returns only published documents, by digest", async () => {
    const { start, path } = await fleet({ change: "on" });
    const { status, body } = await send(`${path}/documents/${start.newest}`, "GET");
    assert.equal(status, 200);
    assert.equal(body.flags["express-checkout"].on, false);
    for (const digest of [UNKNOWN, "..", ""]) {
      assert.equal((await send(`${path}/documents/${digest}`, "GET")).status, 404);
    }
  });

  it("answers 400 to an invalid request", async () => {
    for (const body of [
      "",
      "[",
      "[]",
      "{}",
      { change: "away" },
      { change: [] },
      { change: "on", seed: "1" },
      "[".repeat(1e5),
    ]) {
      const { status, body: said } = await send("/fleets", "POST", body);
      assert.equal(status, 400, JSON.stringify(body).slice(0, 30));
      assert.ok(said.error);
    }
  });

  it("moves its clock neither back nor too far", async () => {
    const { path, at, start, changedMs } = await fleet({ change: "on" });
    await at(MINUTE);
    for (const toMs of [changedMs, start.untilMs + 1, "1", null, 1.5, -1]) {
      assert.equal((await send(`${path}/clock`, "PUT", { toMs })).status, 400, String(toMs));
    }
  });

  it("answers 400 without a visitor, and 404 to unknown paths", async () => {
    const { path } = await fleet({ change: "on" });
    for (const [place, method, status] of /** @type {const} */ ([
      ["instances/1/config", "GET", 400],
      ["instances/1/submit", "POST", 400],
      ["instances/1/check", "POST", 400],
      ["instances/1/away?visitor=mia", "GET", 404],
      ["instances/1", "GET", 404],
      ["instances/0/config?visitor=mia", "GET", 404],
      ["instances/13/config?visitor=mia", "GET", 404],
      ["instances", "GET", 404],
      ["", "GET", 404],
    ])) {
      assert.equal((await send(`${path}/${place}`, method)).status, status, place);
    }
    assert.equal((await send("/fleets/none/clock", "PUT", { toMs: 0 })).status, 404);
  });

  it("limits the number of fleets", async () => {
    const { path } = await fleet({ change: "on" });
    const { at } = await fleet({ change: "on" });
    for (let count = 0; count < 15; count++) await fleet({ change: "off" });
    assert.equal((await send(`${path}/clock`, "PUT", { toMs: 0 })).status, 404);
    await at(MINUTE);
  });
});
