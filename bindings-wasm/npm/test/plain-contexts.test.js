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
