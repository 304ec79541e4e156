/** Tests of contexts. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Context, ContextError, Flags } from "../../dist/node.js";
import { document, ruleFlag } from "../documents.js";

describe("a context", () => {
  it("is built from parts", () => {
    const context = new Context("acme", {
      kind: "org",
      name: "Acme",
      anonymous: true,
      attributes: { seats: 40, address: { city: "Oslo" }, nothing: undefined },
      private: ["seats", "/address/city"],
    });
    assert.equal(context.key, "org:acme");
    assert.deepEqual(context.toObject(), {
      kind: "org",
      key: "acme",
      name: "Acme",
      anonymous: true,
      seats: 40,
      address: { city: "Oslo" },
      _meta: { privateAttributes: ["seats", "/address/city"] },
    });
    assert.equal(new Context("ada").key, "ada");
  });

  it("is parsed from text, bytes and objects", () => {
    const object = /** @type {const} */ ({ kind: "multi", user: { key: "ada" }, org: { key: "a:b" } });
    const text = JSON.stringify(object);
    for (const context of [
      Context.fromObject(object),
      Context.fromJson(text),
      Context.fromJson(new TextEncoder().encode(text)),
    ]) {
      assert.equal(context.key, "org:a%3Ab:user:ada");
      assert.deepEqual(context.toObject(), object);
    }
    assert.equal(Context.fromObject({ key: "legacy", email: "a@b" }).toObject().kind, "user");
  });

  it("is combined from several, and collapses if there is one", () => {
    const ada = new Context("ada");
    const acme = new Context("acme", { kind: "org" });
    assert.equal(Context.multi(ada, acme).key, "org:acme:user:ada");
    assert.equal(
      Context.multi(Context.multi(ada, acme), new Context("d", { kind: "device" })).key,
      "device:d:org:acme:user:ada",
    );
    assert.equal(Context.multi(ada).key, "ada");
    assert.throws(() => Context.multi(), ContextError);
    assert.throws(() => Context.multi(ada, new Context("bob")), ContextError);
    // @ts-expect-error: a plain object is no Context
    assert.throws(() => Context.multi({ kind: "user", key: "ada" }), ContextError);
  });

  it("takes a clock", () => {
    const flags = Flags.fromObject(
      document(
        ruleFlag("open", { contextKind: "clock", attribute: "minuteOfDay", op: "lessThan", values: [60] }),
      ),
    );
    const ada = new Context("ada");
    const midnight = Date.UTC(2026, 0, 5);
    assert.equal(flags.boolVariation("open", ada, false), false);
    assert.equal(flags.boolVariation("open", ada.withClock(midnight, 0), false), true);
    assert.equal(flags.boolVariation("open", ada.withClock(midnight, 120), true), false);
    assert.throws(() => ada.withClock(Number.NaN, 0), ContextError);
  });

  it("returns a fresh object every time", () => {
    const context = new Context("ada", { attributes: { list: [1] } });
    const object = context.toObject();
    /** @type {any} */ (object.list).push(2);
    assert.deepEqual(context.toObject().list, [1]);
  });
});

describe("an invalid context", () => {
  /** @type {any[]} */
  const invalid = [
    {},
    { kind: "user" },
    { kind: "user", key: "" },
    { kind: "user", key: 5 },
    { kind: "kind", key: "a" },
    { kind: "multi" },
    { kind: "user", key: "a", name: 5 },
    { kind: "user", key: "a", anonymous: null },
  ];

  it("is rejected by the strict constructors", () => {
    for (const object of invalid) {
      assert.throws(() => Context.fromObject(object), ContextError, JSON.stringify(object));
      assert.throws(() => Context.fromJson(JSON.stringify(object)), ContextError);
    }
    assert.throws(() => Context.fromJson("{"), { name: "ContextError", code: "not-json" });
    assert.throws(() => new Context(""), ContextError);
    assert.throws(() => new Context("a", { kind: "multi" }), ContextError);
    // @ts-expect-error: not what the type allows
    assert.throws(() => new Context(5), { name: "ContextError", path: "key" });
    // @ts-expect-error: not what the type allows
    assert.throws(() => new Context("a", { anonymous: 1 }), { name: "ContextError", path: "anonymous" });
    // @ts-expect-error: not what the type allows
    assert.throws(() => new Context("a", { private: [5] }), { name: "ContextError", path: "private[0]" });
    // @ts-expect-error: not what the type allows
    assert.throws(() => Context.fromJson(null), ContextError);
  });

  it("evaluates to USER_NOT_SPECIFIED", () => {
    const flags = Flags.fromObject(document(ruleFlag("f", { attribute: "a", values: [1] })));
    for (const context of [...invalid, null, undefined, 5, "ada", [], () => 0, Symbol("s"), 10n]) {
      const detail = flags.variationDetail("f", /** @type {any} */ (context), "default");
      assert.deepEqual(detail, {
        value: "default",
        variationIndex: null,
        reason: { kind: "ERROR", errorKind: "USER_NOT_SPECIFIED" },
      });
      assert.equal(flags.bind(/** @type {any} */ (context)).variation("f", "default"), "default");
    }
  });
});
