// A source that adds the local time to contexts.

import assert from "node:assert/strict";
import { afterEach, describe, it, mock } from "node:test";

import { liveHandles } from "../../dist/generated/glue.js";
import { Context } from "../../dist/node.js";
import { IsoflagWebProvider } from "../../dist/openfeature-web.js";
import { createSource } from "../../dist/source.js";
import { withPageOverrides } from "../../dist/testing.js";
import { thrower } from "../binding/odd-values.js";
import { document, flag } from "../documents.js";
import { create, open, served, user } from "./source-server.js";

/** @param {string} attribute @param {unknown} is */
const clockFlag = (attribute, is, op = "in") =>
  flag(attribute, {
    variations: ["other", "clock"],
    rules: [{ id: "r", variation: 1, clauses: [{ contextKind: "clock", attribute, op, values: [is] }] }],
  });

/** A document with a flag for each attribute of the clock at a moment. */
/** @param {Record<string, unknown>} members */
const of = members => ({
  ...document(
    ...Object.entries(members).map(([name, is]) => clockFlag(name, is)),
    flag("plan", {
      variations: ["free", "pro"],
      rules: [
        {
          id: "r",
          variation: 1,
          clauses: [{ contextKind: "user", attribute: "plan", op: "in", values: ["pro"] }],
        },
      ],
    }),
  ),
  meta: { version: 1 },
});

/** The wall clock, without the timers. @param {string} iso */
function at(iso) {
  mock.method(Date, "now", () => Date.parse(iso));
}

afterEach(() => mock.restoreAll());

/** @param {object} document @param {object} [options] */
async function located(document, options) {
  const source = await open(
    { body: JSON.stringify(document) },
    { timezone: "Europe/Berlin", timeoutMs: 60_000, ...options },
  );
  return { source, flags: () => /** @type {import("../../dist/node.js").Flags} */ (source.snapshot.flags) };
}

/** An hour has passed at this minute of the local day. @param {number} minute */
const evening = minute => document(clockFlag("minuteOfDay", minute, "greaterThanOrEqual"));

describe("the clock of a time zone", () => {
  /** @type {[string, string, Record<string, unknown>][]} */
  const moments = [
    ["2026-01-10T17:00:30.250Z", "Europe/Berlin", { minuteOfDay: 1080, dayOfWeek: 6, date: "2026-01-10" }],
    ["2026-07-10T22:00:00Z", "Europe/Berlin", { minuteOfDay: 0, dayOfWeek: 6, date: "2026-07-11" }],
    ["2026-03-29T00:59:59Z", "Europe/Berlin", { minuteOfDay: 119, dayOfWeek: 7, date: "2026-03-29" }],
    ["2026-03-29T01:00:00Z", "Europe/Berlin", { minuteOfDay: 180, dayOfWeek: 7, date: "2026-03-29" }],
    ["2026-10-25T00:30:00Z", "Europe/Berlin", { minuteOfDay: 150, dayOfWeek: 7, date: "2026-10-25" }],
    ["2026-10-25T01:30:00Z", "Europe/Berlin", { minuteOfDay: 150, dayOfWeek: 7, date: "2026-10-25" }],
    ["2026-01-10T20:00:00Z", "Asia/Kathmandu", { minuteOfDay: 105, dayOfWeek: 7, date: "2026-01-11" }],
    ["2026-01-01T02:00:00Z", "America/St_Johns", { minuteOfDay: 1350, dayOfWeek: 3, date: "2025-12-31" }],
    ["2026-01-01T00:00:00Z", "UTC", { minuteOfDay: 0, dayOfWeek: 4, date: "2026-01-01" }],
  ];
  for (const [iso, timezone, members] of moments) {
    it(`${iso} in ${timezone}`, async () => {
      at(iso);
      const { flags } = await located(of({ ...members, epochMillis: Date.parse(iso) }), { timezone });
      for (const name of [...Object.keys(members), "epochMillis"]) {
        assert.equal(flags().stringVariation(name, user, ""), "clock", name);
      }
    });
  }

  it("is in every evaluation", async () => {
    at("2026-01-10T18:00:00Z");
    const { flags } = await located(evening(19 * 60));
    const key = "minuteOfDay";
    const handles = liveHandles();
    const found = flags();
    assert.equal(found.variation(key, user, ""), "clock");
    assert.equal(found.variationDetail(key, user, "").value, "clock");
    assert.equal(found.jsonVariation(key, user, ""), "clock");
    assert.equal(found.allFlagsState(user)[key], "clock");
    assert.equal(/** @type {any} */ (found.explain(key, user)).answer.value, "clock");
    assert.equal(/** @type {any} */ (found.receipt(key, user)).answer.value, "clock");
    assert.equal(found.consistency(key, user, 0, 1).enabled, true);
    assert.deepEqual(found.bigSegmentKeys(user), []);
    const bound = found.bind(user);
    assert.equal(bound.stringVariation(key, ""), "clock");
    bound.free();
    const patched = found.apply({ flags: {} });
    assert.equal(patched.variation(key, user, ""), "clock");
    patched.free();
    assert.equal(liveHandles(), handles);
    assert.equal(found.digest.length, 71);
  });

  it("is added to contexts of every form, and nothing else changes", async () => {
    at("2026-01-10T18:00:00Z");
    const { flags } = await located(of({ minuteOfDay: 19 * 60 }));
    const odd = Object.defineProperty({ kind: "user", key: "a", plan: "pro", odd: () => 1 }, "thrown", {
      enumerable: true,
      get: thrower,
    });
    const parsed = new Context("a", { attributes: { plan: "pro" } });
    /** @type {any[]} */
    const contexts = [
      odd,
      parsed,
      { kind: "multi", user: { key: "a", plan: "pro" }, org: { key: "o" } },
      { key: "a", custom: { plan: "pro" } },
      { kind: "user", key: "clock:x", plan: "pro" },
    ];
    for (const context of contexts) {
      assert.equal(flags().stringVariation("minuteOfDay", context, ""), "clock");
      assert.equal(flags().stringVariation("plan", context, ""), "pro");
    }
    parsed.free();
    assert.equal(flags().stringVariation("minuteOfDay", { kind: "org", key: "o" }, ""), "clock");
  });

  it("does not replace a clock, nor make an invalid context valid", async () => {
    at("2026-01-10T08:00:00Z");
    const { flags } = await located(evening(19 * 60));
    const clock = { key: "clock", minuteOfDay: 20 * 60 };
    const ada = new Context("ada");
    const dated = ada.withClock(0, 20 * 60);
    for (const context of [
      { kind: "clock", ...clock },
      { kind: "multi", user: { key: "a" }, clock },
      dated,
    ]) {
      assert.equal(flags().variation("minuteOfDay", /** @type {any} */ (context), ""), "clock");
    }
    dated.free();
    ada.free();
    /** @type {any[]} */
    const invalid = [
      { kind: "user" },
      { kind: 5, key: "a" },
      { kind: "kind", key: "a" },
      { key: 5 },
      null,
      "a",
    ];
    for (const context of [...invalid, { kind: "multi" }, { kind: "", key: "a" }]) {
      const { reason } = flags().variationDetail("minuteOfDay", context, "");
      assert.equal(reason.errorKind, "USER_NOT_SPECIFIED", JSON.stringify(context));
    }
  });

  it("moves with each evaluation, and listeners are called after a poll", async () => {
    at("2026-01-10T17:59:00Z");
    const { source, flags } = await located(evening(19 * 60));
    /** @type {unknown[]} */
    const heard = [];
    source.subscribe("minuteOfDay", ({ value }) => heard.push(value), user);
    const { flags: before } = source.snapshot;
    at("2026-01-10T18:00:00Z");
    assert.equal(flags().variation("minuteOfDay", user, ""), "clock");
    assert.deepEqual(heard, []);
    served.answer = { status: 503 };
    await source.refresh();
    assert.deepEqual(heard, ["clock"]);
    assert.notEqual(source.snapshot.flags, before);
    at("2026-01-10T17:00:00Z");
    served.answer = { body: JSON.stringify(evening(19 * 60)) };
    await source.refresh();
    assert.deepEqual(heard, ["clock", "other"]);
  });

  it("is in the answers of providers and of overridden pages", async () => {
    at("2026-01-10T18:00:00Z");
    const { source } = await located(evening(19 * 60));
    const provider = new IsoflagWebProvider(source);
    await provider.initialize({ targetingKey: "a" });
    const { value } = provider.resolveStringEvaluation("minuteOfDay", "", { targetingKey: "a" });
    assert.equal(value, "clock");
    await provider.onClose();
    const overridden = withPageOverrides(source, { other: 1 });
    const { flags } = overridden.snapshot;
    assert.equal(flags?.variation("minuteOfDay", user, ""), "clock");
    assert.equal(flags?.variation("other", user, 0), 1);
    flags?.free();
  });

  it("is in the answers of an initial document", async () => {
    at("2026-01-10T18:00:00Z");
    served.answer = { status: 503 };
    const source = create({ timezone: "Europe/Berlin", initial: evening(19 * 60) });
    await source.loaded;
    assert.equal(source.snapshot.flags?.variation("minuteOfDay", user, ""), "clock");
  });
});

it("an unknown time zone is an error of its own, before anything is fetched", () => {
  served.requests = [];
  for (const timezone of ["Europe/Berlim\n", "", /** @type {any} */ (5)]) {
    assert.throws(() => createSource(/** @type {any} */ ({ url: served.url, timezone })), {
      name: "TimezoneError",
      message: `unknown time zone \`${String(timezone).replace("\n", "\\n")}\`: use a name such as \`Europe/Berlin\``,
    });
  }
  assert.equal(served.requests.length, 0);
});
