// Answers that depend on no context, which are kept for the document.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Context, Flags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const user = { kind: "user", key: "ada" };
const off = { on: false, offVariation: 1, variations: ["on", "off"] };
const text = JSON.stringify(
  document(flag("off", off), flag("object", { variations: [{ list: [{ a: 1 }], name: "x" }] })),
);

describe("a constant answer", () => {
  it("is not that of an invalid context", () => {
    const flags = Flags.fromJson(text);
    for (const valid of [new Context("ada"), user]) {
      const bound = flags.bind(valid);
      for (const _ of [1, 2, 3]) assert.equal(bound.variation("off", "default"), "off");
    }
    const invalid = flags.bind(/** @type {any} */ ({ kind: "user", key: "" }));
    for (const _ of [1, 2, 3]) {
      const { value, reason } = invalid.variationDetail("off", "default");
      assert.equal(value, "default");
      assert.deepEqual(reason, { kind: "ERROR", errorKind: "USER_NOT_SPECIFIED" });
    }
  });

  it("is that of the getter's type", () => {
    const bound = Flags.fromJson(text).bind(new Context("ada"));
    for (const _ of [1, 2, 3]) {
      assert.equal(bound.stringVariation("off", "default"), "off");
      assert.equal(bound.boolVariation("off", true), true);
      assert.deepEqual(bound.numberVariationDetail("off", 7), {
        value: 7,
        variationIndex: null,
        reason: { kind: "ERROR", errorKind: "WRONG_TYPE" },
      });
      assert.deepEqual(bound.jsonVariationDetail("off", 7), {
        value: "off",
        variationIndex: 1,
        reason: { kind: "OFF" },
      });
    }
  });

  it("is not changed by a caller who changes a detail", () => {
    const bound = Flags.fromJson(text).bind(user);
    for (const _ of [1, 2, 3]) {
      const detail = bound.variationDetail("object", null);
      assert.deepEqual(detail.reason, { kind: "FALLTHROUGH" });
      assert.deepEqual(detail.value, { list: [{ a: 1 }], name: "x" });
      detail.reason.kind = "ERROR";
      /** @type {any} */ (detail.value).list[0].a = 2;
    }
  });

  it("is not returned after free()", () => {
    const flags = Flags.fromJson(text);
    for (const context of [new Context("ada"), user]) {
      const bound = flags.bind(context);
      for (const _ of [1, 2]) assert.equal(bound.variation("off", "default"), "off");
      bound.free();
      for (const _ of [1, 2]) {
        assert.throws(() => bound.variation("off", "default"), /used after `free\(\)`/);
      }
    }
  });

  it("is still returned after the document is freed", () => {
    const flags = Flags.fromJson(text);
    const bound = flags.bind(user);
    flags.free();
    for (const _ of [1, 2]) assert.equal(bound.variation("off", "default"), "off");
  });
});

describe("a shared value", () => {
  const shared = { shared: true };

  it("is the same frozen object for all readers", () => {
    const flags = Flags.fromJson(text);
    const bound = flags.bind(user);
    const value = /** @type {any} */ (bound.variation("object", null, shared));
    assert.deepEqual(value, { list: [{ a: 1 }], name: "x" });
    for (const part of [value, value.list, value.list[0]]) assert.ok(Object.isFrozen(part));
    assert.equal(bound.jsonVariation("object", null, shared), value);
    assert.equal(bound.variationDetail("object", null, shared).value, value);
    assert.equal(bound.jsonVariationDetail("object", null, shared).value, value);
    assert.equal(flags.variation("object", user, null, shared), value);
    assert.equal(flags.jsonVariation("object", user, null, shared), value);
    assert.equal(flags.variationDetail("object", user, null, shared).value, value);
    assert.equal(flags.jsonVariationDetail("object", user, null, shared).value, value);
  });

  it("is not the copy of a reader that wants its own", () => {
    const bound = Flags.fromJson(text).bind(user);
    const copy = /** @type {any} */ (bound.variation("object", null));
    copy.list[0].a = 2;
    const value = /** @type {any} */ (bound.variation("object", null, shared));
    assert.deepEqual(value, { list: [{ a: 1 }], name: "x" });
    assert.ok(!Object.isFrozen(bound.variation("object", null)));
  });

  it("leaves defaults as they are", () => {
    const bound = Flags.fromJson(text).bind(user);
    const own = { list: [] };
    assert.equal(bound.variation("missing", own, shared), own);
    assert.ok(!Object.isFrozen(own));
  });
});
