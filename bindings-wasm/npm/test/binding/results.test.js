// The caller owns returned values and may change them.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const flags = Flags.fromObject(
  document(
    flag("object", { variations: [{ list: [1, 2] }] }),
    flag("array", { variations: [[[1]]] }),
    flag("on"),
  ),
);
const user = { kind: "user", key: "ada" };

describe("a value", () => {
  it("is a fresh object or array from every getter", () => {
    const bound = flags.bind(user);
    for (const read of [
      () => bound.variation("object", null),
      () => bound.jsonVariation("object", null),
      () => bound.variationDetail("object", null).value,
      () => flags.variation("object", user, null),
      () => flags.jsonVariationDetail("object", user, null).value,
      () => flags.allFlagsState(user).object,
    ]) {
      const first = /** @type {any} */ (read());
      first.list.push(3);
      first.more = true;
      assert.deepEqual(read(), { list: [1, 2] });
    }
    /** @type {any} */ (bound.variation("array", null))[0].push(2);
    assert.deepEqual(bound.variation("array", null), [[1]]);
  });

  it("is the same object however often one detail is read", () => {
    const detail = flags.variationDetail("object", user, null);
    const value = /** @type {any} */ (detail.value);
    value.list.push(3);
    assert.equal(detail.value, value);
    assert.deepEqual(JSON.parse(JSON.stringify(detail)), {
      value: { list: [1, 2, 3] },
      variationIndex: 0,
      reason: { kind: "FALLTHROUGH" },
    });
  });

  it("may be replaced in its detail", () => {
    const detail = flags.variationDetail("object", user, null);
    detail.value = "mine";
    assert.equal(detail.value, "mine");
    assert.deepEqual(flags.variation("object", user, null), { list: [1, 2] });
  });
});

describe("a reason", () => {
  it("is fresh in every detail", () => {
    const bound = flags.bind(user);
    for (const key of ["on", "object", "missing"]) {
      const detail = bound.variationDetail(key, null);
      detail.reason.kind = "OFF";
      detail.reason.ruleIndex = 9;
      assert.notEqual(bound.variationDetail(key, null).reason.kind, "OFF");
      assert.equal(bound.variationDetail(key, null).reason.ruleIndex, undefined);
    }
  });
});

describe("a served object or array", () => {
  it("has every member of the document's, whatever its name, and shares nothing with the next", () => {
    const text =
      '{"a":[[1,{"b":[]}],"c"],"__proto__":{"d":{"__proto__":[2]},"e":null},"0":{"1":{"2":3}},"":[[]]}';
    const deep = Flags.fromJson(
      `{"flags":{"f":{"on":false,"offVariation":0,"variations":[${text},[${text}]]}}}`,
    );
    const first = /** @type {any} */ (deep.jsonVariation("f", user, null));
    assert.deepEqual(first, JSON.parse(text));
    assert.equal(Object.getPrototypeOf(first), Object.prototype);
    const spoil = (/** @type {any} */ value) => {
      for (const name of Object.keys(value)) {
        const { value: member } = Object.getOwnPropertyDescriptor(value, name) ?? {};
        if (typeof member === "object" && member !== null) spoil(member);
      }
      value.spoiled = true;
    };
    spoil(first);
    assert.deepEqual(deep.jsonVariation("f", user, null), JSON.parse(text));
    deep.free();
  });
});
