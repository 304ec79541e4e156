// Exposures of experiments are reported once, and a share of all evaluations.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Exposures, sampled } from "../../dist/activity.js";
import { Context, Flags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const variations = [
  { variation: 0, weight: 50_000 },
  { variation: 1, weight: 50_000 },
];
const flags = Flags.fromObject(
  document(
    flag("tried", {
      variations: ["a", "b"],
      fallthrough: { rollout: { kind: "experiment", variations } },
    }),
    flag("plain"),
  ),
);

/** Evaluates, and keeps the evaluations that are passed on. @param {object} [options] */
function exposing(options) {
  /** @type {any[]} */
  const seen = [];
  const exposures = new Exposures({ Context, report: evaluation => seen.push(evaluation), ...options });
  const see = (/** @type {any} */ context, key = "tried", known = context) =>
    exposures.record({
      key,
      context: known ?? undefined,
      defaultValue: null,
      detail: flags.variationDetail(key, context, null),
      digest: flags.digest,
    });
  return { see, seen };
}

describe("an exposure is reported once", () => {
  it("for each context and variation of an experiment", () => {
    const { see, seen } = exposing();
    const keys = Array.from({ length: 8 }, (_, index) => `visitor-${index}`);
    for (const key of [...keys, ...keys]) {
      see({ kind: "user", key });
      see({ kind: "user", key }, "plain");
      see({ kind: "user", key, plan: () => 1 });
      see({ key });
      see(new Context(key));
      see({ kind: "user", key: 5 });
    }
    assert.deepEqual(
      seen.map(({ context }) => context.key),
      keys,
    );
    assert.deepEqual([...new Set(seen.map(({ detail }) => detail.value))].sort(), ["a", "b"]);
  });

  it("for each context of several kinds, in any order", () => {
    const { see, seen } = exposing();
    const [user, org] = [{ key: "ada", seen: () => 1 }, { key: "acme" }];
    see({ kind: "multi", user, org });
    see({ kind: "multi", org, user });
    see(Context.multi(new Context("ada"), new Context("acme", { kind: "org" })));
    assert.equal(seen.length, 1);
    see({ kind: "multi", user, org: { key: "other" } });
    see({ kind: "user", key: "ada" });
    assert.equal(seen.length, 3);
  });

  it("of bound flags, whose context is not known", () => {
    const { see, seen } = exposing();
    see({ kind: "user", key: "ada" }, "tried", null);
    see({ kind: "user", key: "ada" }, "tried", null);
    assert.equal(seen.length, 1);
  });

  it("unless others were seen since", () => {
    const { see, seen } = exposing({ most: 2 });
    for (const key of ["a", "b", "a", "c", "a", "b"]) see({ kind: "user", key });
    assert.deepEqual(
      seen.map(({ context }) => context.key),
      ["a", "b", "c", "b"],
    );
  });
});

it("a share of the evaluations is passed on", () => {
  const numbers = [0.5, 0.09, 0.1, 0];
  const passed = (/** @type {number} */ share) => {
    const left = [...numbers];
    let count = 0;
    const observer = sampled(
      () => count++,
      share,
      () => left.shift() ?? 0,
    );
    for (const _ of numbers) observer(/** @type {any} */ ({}));
    return count;
  };
  assert.deepEqual([0, 0.1, 1].map(passed), [0, 2, 4]);
  for (const share of [-0.1, 1.1, Number.NaN, /** @type {any} */ ("half")]) {
    assert.throws(() => sampled(() => {}, share), { name: "RangeError", message: /^invalid `sampling` `/ });
  }
});
