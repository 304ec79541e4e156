// Exposures of experiments are reported once.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Exposures } from "../../dist/activity.js";
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
