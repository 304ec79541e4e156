// Tests of recorded activity: the cases shared by all host runtimes, then those of pages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { Activity } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

/**
 * @typedef {{ key: string, variation: number | null, digest: string | null, at: number, strategy?: string }} Answer
 * @typedef {{
 *   record: { name: string, records: Answer[], canonical: string }[],
 *   merge: { name: string, activities: string[], canonical: string }[],
 *   refuse: { name: string, activity: string }[],
 * }} Cases
 */

const file = new URL("../../../../conformance/activity/cases.json", import.meta.url);
const cases = /** @type {Cases} */ (JSON.parse(await readFile(file, "utf8")));
const user = { kind: "user", key: "ada" };

describe("activity records", () => {
  for (const { name, records, canonical } of cases.record) {
    it(name, () => {
      const activity = new Activity();
      for (const { key, variation, digest, at, strategy } of records) {
        activity.record(key, variation, digest ?? undefined, at, strategy);
      }
      assert.equal(activity.toJson(), canonical);
      assert.equal(Activity.fromJson(canonical).toJson(), canonical);
      assert.deepEqual(activity.toObject(), JSON.parse(canonical));
    });
  }
});

describe("activity merges", () => {
  for (const { name, activities, canonical } of cases.merge) {
    it(name, () => {
      for (const order of [activities, activities.toReversed()]) {
        const activity = new Activity();
        for (const text of order) activity.merge(text);
        assert.equal(activity.toJson(), canonical);
        assert.equal(new Activity().merge(activity).toJson(), canonical);
      }
    });
  }
});

describe("activity refuses", () => {
  for (const { name, activity: text } of cases.refuse) {
    it(name, () => {
      const activity = new Activity();
      assert.throws(() => activity.merge(text), TypeError);
      assert.ok(activity.isEmpty);
    });
  }
});

describe("activity", () => {
  const flags = Flags.fromObject(document(flag("on"), flag("object", { variations: [{ a: 1 }] })));

  it("counts evaluations of flags and of bound flags, and changes no answer", () => {
    let now = 0;
    const activity = new Activity({ now: () => ++now });
    const watched = activity.observe(flags);
    const before = liveHandles();
    assert.equal(watched.boolVariation("on", user, false), true);
    assert.deepEqual(watched.variation("object", user, null), { a: 1 });
    assert.equal(watched.variation("unknown", user, "none"), "none");
    assert.deepEqual(watched.variationDetail("on", user, null), flags.variationDetail("on", user, null));
    const bound = watched.bind(user);
    assert.equal(bound.stringVariation("on", "wrong type"), "wrong type");
    assert.deepEqual(bound.jsonVariationDetail("object", null).value, { a: 1 });
    bound.free();
    watched.allFlagsState(user);
    watched.explain("on", user);
    assert.deepEqual(watched.keys(), flags.keys());
    assert.equal(liveHandles(), before);
    assert.deepEqual(activity.toObject(), {
      activity: 1,
      flags: {
        object: { counts: { [flags.digest]: { 0: 2 } }, first: 2, last: 6 },
        on: { counts: { [flags.digest]: { 0: 2, default: 1 } }, first: 1, last: 5 },
        unknown: { counts: { [flags.digest]: { default: 1 } }, first: 3, last: 3 },
      },
    });
  });

  it("skips an answer that has no JSON form", () => {
    const activity = new Activity();
    for (const index of [-1, 0.5, Number.NaN, /** @type {any} */ ("0"), /** @type {any} */ (undefined)]) {
      activity.record("f", index);
    }
    activity.record("f", 0, undefined, Number.NaN);
    activity.record("f", 0, undefined, Number.POSITIVE_INFINITY);
    assert.ok(activity.isEmpty);
  });

  it("counts evaluations of flags that were already bound, and of those without a digest", () => {
    const activity = new Activity({ now: () => 1 });
    const bound = flags.bind(user);
    assert.equal(activity.observe(bound, "sha256:abc").boolVariation("on", false), true);
    assert.equal(activity.observe(bound).boolVariation("on", false), true);
    assert.deepEqual(activity.toObject().flags.on?.counts, { "sha256:abc": { 0: 1 }, none: { 0: 1 } });
    bound.free();
  });

  it("is passed to the callback when the page is hidden, once", () => {
    const page = new EventTarget();
    /** @type {string[]} */
    const sent = [];
    const activity = new Activity({ now: () => 7 });
    const stop = activity.flushOnPageHide(json => sent.push(json), page);
    page.dispatchEvent(new Event("pagehide"));
    assert.deepEqual(sent, []);
    activity.record("a", 0, "d");
    page.dispatchEvent(new Event("pagehide"));
    page.dispatchEvent(new Event("pagehide"));
    assert.deepEqual(sent, ['{"activity":1,"flags":{"a":{"counts":{"d":{"0":1}},"first":7,"last":7}}}']);
    assert.ok(activity.isEmpty);
    stop();
    activity.record("a", 0, "d");
    page.dispatchEvent(new Event("pagehide"));
    assert.equal(sent.length, 1);
  });

  it("is kept if the callback fails", () => {
    /** @type {(() => void)[]} */
    const listeners = [];
    const page = {
      addEventListener: (/** @type {string} */ _, /** @type {any} */ listener) => listeners.push(listener),
      removeEventListener: () => undefined,
    };
    const activity = new Activity();
    activity.flushOnPageHide(() => {
      throw new Error("no beacon");
    }, page);
    activity.record("a", 0, "d", 7);
    assert.throws(() => listeners[0]?.(), /no beacon/);
    assert.equal(activity.toObject().flags.a?.first, 7);
  });

  it("is kept if the browser refuses the beacon", () => {
    const page = new EventTarget();
    const activity = new Activity();
    let isFull = true;
    /** @type {string[]} */
    const sent = [];
    activity.flushOnPageHide(json => !isFull && sent.push(json) > 0, page);
    activity.record("a", 0, "d", 7);
    page.dispatchEvent(new Event("pagehide"));
    activity.record("a", 0, "d", 9);
    isFull = false;
    page.dispatchEvent(new Event("pagehide"));
    assert.deepEqual(sent, ['{"activity":1,"flags":{"a":{"counts":{"d":{"0":2}},"first":7,"last":9}}}']);
    assert.ok(activity.isEmpty);
  });

  it("does nothing without a page", () => {
    new Activity().flushOnPageHide(() => assert.fail())();
  });
});
