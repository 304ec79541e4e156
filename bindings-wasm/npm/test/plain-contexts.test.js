// A plain object on every call: the second call with the same one reads less, and must never answer otherwise.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags } from "../dist/node.js";
import { document, ruleFlag } from "./documents.js";

const text = JSON.stringify(
  document(
    ruleFlag("present", { attribute: "odd", values: ["no such value"], negate: true }),
    ruleFlag("nested", { attribute: "/odd/inner", values: [1] }),
    ruleFlag("key", { attribute: "key", values: ["ada"] }),
    ruleFlag("org", { contextKind: "org", attribute: "plan", values: ["pro"] }),
  ),
);
const keys = Flags.fromJson(text).keys();

/** The answers for a context, by flags that were asked about another one just before or about none. */
/** @param {any} context @param {Flags} flags */
const answers = (context, flags) => keys.map(key => flags.variationDetail(key, context, null));

const used = Flags.fromJson(text);

/** Asks flags that have been used, twice, and flags that are new. */
/** @param {any} context @param {string} [what] */
function agree(context, what) {
  const fresh = Flags.fromJson(text);
  const wanted = keys.map(key => fresh.bind(context).variationDetail(key, null));
  assert.deepEqual(answers(context, used), wanted, what);
  assert.deepEqual(answers(context, used), wanted, what);
  fresh.free();
  return wanted.map(({ reason }) => reason.kind);
}

const RULE = "RULE_MATCH";

describe("a plain object on every call", () => {
  it("may change between two calls", () => {
    const context = /** @type {any} */ ({ kind: "user", key: "ada", odd: { inner: 1 }, other: "x" });
    assert.deepEqual(agree(context).slice(0, 4).includes(RULE), true);
    const before = agree(context);
    context.odd.inner = 2;
    assert.notDeepEqual(agree(context), before);
    context.odd.inner = 1;
    assert.deepEqual(agree(context), before);
    context.other = { any: [1, 2, { thing: null }] };
    assert.deepEqual(agree(context), before);
    context.key = "bob";
    assert.notDeepEqual(agree(context), before);
    context.key = "";
    agree(context);
    delete context.key;
    agree(context);
  });

  it("may be another of the same look, or of another", () => {
    const list = /** @type {any[]} */ ([
      { kind: "user", key: "ada" },
      { kind: "user", key: "ada", odd: [] },
      { kind: "user", key: "ada", odd: {} },
      { kind: "user", key: "ada", odd: Object.create(null) },
      { kind: "user", key: "ada", odd: new Date(0) },
      { kind: "user", key: "ada", odd: null },
      { kind: "user", key: "ada", odd: undefined },
      { kind: "user", key: "ada", odd: "" },
      { kind: "user", key: "ada", odd: 0 },
      { kind: "user", key: "ada", odd: -0 },
      { kind: "user", key: "ada", odd: Number.NaN },
      { kind: "user", key: "ada", odd: "\ud800" },
      { kind: "user", key: "ada", odd: [undefined] },
      { kind: "user", key: "ada", odd: [null] },
      { kind: "user", key: "ada", odd: { 0: 1 } },
      { kind: "user", key: "ada", odd: [1] },
      { kind: "user", key: "ada", "\ud800": 1 },
      { kind: "user", key: "ada", anonymous: true },
      { kind: "user", key: "ada", anonymous: null },
      { kind: "user", key: "ada", name: 5 },
      { kind: "user", key: "ada", _meta: { privateAttributes: ["odd"] } },
      { kind: "user", key: "ada", _meta: { privateAttributes: [5] } },
      { kind: "user", key: "ada", _meta: 5 },
      { key: "ada" },
      { key: "" },
      { key: "ada", custom: { odd: 1, plan: "pro" } },
      { key: "ada", custom: { odd: 1 }, email: 5 },
      { key: "ada", kind: "org", plan: "pro" },
      { key: "ada", kind: "org", plan: "free" },
      { kind: "multi", user: { key: "ada", odd: 1 }, org: { key: "acme", plan: "pro" } },
      { kind: "multi", user: { key: "ada", odd: 1 }, org: { key: "acme", plan: "free" } },
      { kind: "multi", user: { key: "ada" }, org: { key: "" } },
      { kind: "multi", user: { key: "ada" }, "not a kind!": { key: "x" } },
      { kind: "multi" },
      { kind: "kind", key: "ada" },
      { kind: 5, key: "ada" },
      { kind: null, key: "ada" },
      Object.defineProperty({ key: "ada", odd: 1 }, "kind", { value: "user", enumerable: false }),
      Object.create({ kind: "user", key: "ada" }),
      new (class User {
        kind = "user";
        key = "ada";
      })(),
      [],
      null,
      "ada",
    ]);
    for (const one of list) {
      for (const other of list) {
        agree(one, JSON.stringify(one));
        agree(other, JSON.stringify([one, other]));
      }
    }
  });

  it("may be read by a getter that asks about another context", () => {
    let asks = false;
    const context = {
      kind: "user",
      get key() {
        if (asks) used.variation("key", { kind: "user", key: "bob" }, null);
        return "ada";
      },
    };
    agree(context);
    asks = true;
    assert.ok(agree(context).includes(RULE));
    const exotic = { ...context, other: new Map() };
    Object.defineProperty(exotic, "odd", {
      enumerable: true,
      get: () => used.variation("key", { key: "bob" }, 1),
    });
    agree(exotic);
    agree({ kind: "user", key: "bob" });
    agree({ key: "bob" });
  });

  it("is weighed with what nobody asks for", () => {
    const many = "x".repeat(1 << 18);
    const context = /** @type {any} */ ({ kind: "user", key: "ada", a: many, b: many, c: [many] });
    assert.ok(agree(context).includes(RULE));
    context.d = { e: many };
    assert.deepEqual(new Set(agree(context)), new Set(["ERROR"]));
    delete context.d;
    assert.ok(agree(context).includes(RULE));
    context.e = "\u0000".repeat(1 << 18);
    assert.deepEqual(new Set(agree(context)), new Set(["ERROR"]));
    // No end to it.
    context.e = [];
    context.e.push(context.e);
    assert.ok(agree(context).includes(RULE));
  });

  it("has no members but its own", () => {
    const with_ = { kind: "user", key: "ada", odd: 1 };
    const without = { kind: "user", key: "ada" };
    agree(with_);
    Object.defineProperty(Object.prototype, "odd", { value: 1, enumerable: true, configurable: true });
    try {
      const kinds = agree(without);
      assert.deepEqual(agree(with_).length, kinds.length);
      assert.notDeepEqual(agree(with_), kinds);
    } finally {
      delete (/** @type {any} */ (Object.prototype).odd);
    }
  });
});

describe("what an answer depends on", () => {
  const everyone = { variations: ["no", "yes"], offVariation: 0, salt: "s" };
  const clause = (/** @type {object} */ members) => ({ op: "in", negate: false, ...members });
  const rule = (/** @type {object[]} */ ...clauses) => ({ variation: 1, clauses });
  const wide = JSON.stringify({
    flags: {
      off: { ...everyone, on: false, rules: [rule(clause({ attribute: "a", values: [1] }))] },
      constant: { ...everyone, on: true, fallthrough: { variation: 1 } },
      targets: {
        ...everyone,
        on: true,
        targets: [{ variation: 1, values: ["k1"] }],
        fallthrough: { variation: 0 },
      },
      orgs: {
        ...everyone,
        on: true,
        contextTargets: [{ contextKind: "org", variation: 1, values: ["k1"] }],
        fallthrough: { variation: 0 },
      },
      rollout: {
        ...everyone,
        on: true,
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 50000 },
              { variation: 1, weight: 50000 },
            ],
          },
        },
      },
      byName: {
        ...everyone,
        on: true,
        fallthrough: {
          rollout: {
            bucketBy: "name",
            variations: [
              { variation: 0, weight: 50000 },
              { variation: 1, weight: 50000 },
            ],
          },
        },
      },
      names: {
        ...everyone,
        on: true,
        rules: [rule(clause({ attribute: "name", values: ["n1"] }))],
        fallthrough: { variation: 0 },
      },
      anonymous: {
        ...everyone,
        on: true,
        rules: [rule(clause({ attribute: "anonymous", values: [true] }))],
        fallthrough: { variation: 0 },
      },
      nested: {
        ...everyone,
        on: true,
        rules: [rule(clause({ contextKind: "user", attribute: "/b/c", values: [1] }))],
        fallthrough: { variation: 0 },
      },
      segment: {
        ...everyone,
        on: true,
        rules: [rule(clause({ op: "segmentMatch", values: ["outer"] }))],
        fallthrough: { variation: 0 },
      },
      prerequisite: {
        ...everyone,
        on: true,
        prerequisites: [{ key: "names", variation: 1 }],
        fallthrough: { variation: 1 },
      },
      far: {
        ...everyone,
        on: true,
        prerequisites: [{ key: "segment", variation: 1 }],
        fallthrough: { variation: 1 },
      },
    },
    segments: {
      outer: {
        key: "outer",
        salt: "s",
        included: ["k2"],
        rules: [{ clauses: [clause({ op: "segmentMatch", values: ["inner"] })] }],
      },
      inner: {
        key: "inner",
        salt: "s",
        rules: [{ clauses: [clause({ attribute: "a", values: [1, "x", true] })] }],
      },
    },
  });

  it("is all that need be read, whoever is asked about in whichever order", () => {
    let state = 20261121;
    const below = (/** @type {number} */ count) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    const any = (/** @type {any[]} */ values) => values[below(values.length)];
    /** @type {Record<string, any[]>} */
    const members = {
      kind: ["user", "user", "org", "multi", "kind", "", 5, undefined, null],
      key: ["k1", "k1", "k2", "k3", "k:1", "\u001f", 'k"1', "kä", "\ud800", "", 5, null, undefined],
      name: ["n1", "n2", "n\u001f1", "\ud800", 5, null, undefined, Number.NaN],
      anonymous: [true, false, true, 1, "true", null, undefined],
      a: [
        1,
        2,
        -0,
        0.1,
        1e300,
        "x",
        "1",
        "x\u001fb",
        "\udfff",
        true,
        null,
        undefined,
        Number.NaN,
        5n,
        [1],
        [2, "x"],
        [Number.NaN, 1],
        { c: 1 },
        new Date(0),
      ],
      b: [
        { c: 1 },
        { c: 2 },
        { c: { d: 1 } },
        { c: [1] },
        { c: undefined },
        { c: Number.NaN, d: 1 },
        "c",
        1,
        null,
      ],
      other: [1, "\ud800", { deep: [1] }, new Map()],
      _meta: [{ privateAttributes: ["a"] }, { privateAttributes: [5] }, 5, null, undefined],
    };
    const names = Object.keys(members);
    const made = () => {
      /** @type {any} */
      const context = below(8) === 0 ? {} : { kind: any(["user", "org"]), key: any(["k1", "k2", "k3"]) };
      for (const name of names) if (below(5) === 0) context[name] = any(members[name] ?? []);
      return context;
    };
    const one = Flags.fromJson(wide);
    const other = Flags.fromJson(wide);
    const asked = [...one.keys(), "unknown"];
    const kinds = new Set();
    let context = made();
    for (let round = 0; round < 20_000; round++) {
      if (below(3) > 0) context = made();
      else if (below(3) === 0) context = { ...context, [any(names)]: any(members[any(names)] ?? []) };
      const flag = any(asked);
      const bound = other.bind(context);
      const wanted = bound.variationDetail(flag, null);
      bound.free();
      const found = one.variationDetail(flag, context, null);
      assert.deepEqual(found, wanted, `${flag}, round ${round}`);
      kinds.add(`${flag} ${found.reason.kind} ${found.variationIndex}`);
    }
    // Every flag but three has answered both, or in vain.
    assert.ok(kinds.size >= 12 * 2 + 8, [...kinds].join("\n"));
  });
});
