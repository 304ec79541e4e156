// Tests of documents, evaluations, returned values, states and explanations.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { BoundFlags, Context, Flags, ready, SPEC_VERSION, secureModeHash, version } from "../../dist/node.js";
import { document, flag, ruleFlag } from "../documents.js";

await ready();

const user = { kind: "user", key: "ada", plan: "pro" };

const flags = Flags.fromObject({
  meta: { version: 7 },
  ...document(
    flag("on"),
    flag("off", { on: false }),
    flag("unserved", { on: false, offVariation: undefined }),
    flag("broken", { fallthrough: { variation: 9 } }),
    ruleFlag("pro", { attribute: "plan", values: ["pro"] }),
    flag("text", { variations: ["one", "two"] }),
    flag("number", { variations: [1.5, 2] }),
    flag("object", { variations: [{ list: [1, 2], inner: { a: "b" } }, null] }),
    flag("array", { variations: [[1, { two: 2 }], []] }),
    flag("null", { variations: [null, 1] }),
    flag("dependent", { prerequisites: [{ key: "off", variation: 0 }] }),
  ),
});

describe("a document", () => {
  it("has keys, a version and a digest", () => {
    assert.deepEqual(flags.keys().slice(0, 3), ["array", "broken", "dependent"]);
    assert.equal(flags.version, 7);
    assert.match(flags.digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(Flags.fromJson('{"flags":{}}').version, undefined);
  });

  it("loads identically from text, bytes, an object and a map", () => {
    const object = document(flag("on"));
    const text = JSON.stringify(object);
    const digests = [
      Flags.fromJson(text),
      Flags.fromJson(new TextEncoder().encode(text)),
      Flags.fromJson(`\ufeff${text}`),
      Flags.fromObject(object),
      Flags.fromFlagMap(JSON.stringify(object.flags)),
      Flags.fromFlagMap(new TextEncoder().encode(JSON.stringify(object.flags))),
      Flags.fromFlagMap(object.flags),
    ].map(loaded => loaded.digest);
    assert.deepEqual(new Set(digests).size, 1);
  });

  it("loads a profile of AppConfig from text, bytes or an object", () => {
    const profile = { worker: { enabled: true, threads: 4 }, off: { enabled: false } };
    const text = JSON.stringify(profile);
    for (const given of [text, new TextEncoder().encode(text), profile]) {
      const loaded = Flags.fromAppConfig(given);
      assert.equal(loaded.boolVariation("worker", { key: "ada" }, false), true);
      assert.deepEqual(loaded.jsonVariation("worker.attributes", { key: "ada" }, {}), { threads: 4 });
      assert.equal(loaded.variationDetail("off", { key: "ada" }, true).reason.kind, "OFF");
    }
    assert.throws(() => Flags.fromAppConfig("'off'::[]"), { name: "DocumentError", code: "appconfig-ion" });
  });

  it("does not load a profile of AppConfig as flags", () => {
    const retrieved = { worker: { enabled: true, lastModifiedTimestamp: "100" } };
    const defined = { version: "1", flags: { worker: { name: "Worker" } }, values: retrieved };
    const refused = {
      name: "DocumentError",
      message: /load it with `from_appconfig` .*`Flags.fromAppConfig`/,
    };
    for (const profile of [retrieved, defined]) {
      assert.throws(() => Flags.fromJson(JSON.stringify(profile)), refused);
      assert.throws(() => Flags.fromObject(profile), refused);
      assert.throws(() => Flags.fromFlagMap(profile), refused);
      const loaded = Flags.fromAppConfig(profile);
      assert.equal(loaded.consistency("worker", { key: "ada" }, 200_000, 45).isBackendConsistent, true);
    }
  });

  it("lists its diagnostics, frozen", () => {
    const [finding] = flags.diagnostics;
    assert.equal(finding?.severity, "error");
    assert.equal(finding?.code, "variation-out-of-range");
    assert.equal(finding?.path, "flags.broken.fallthrough.variation");
    assert.ok(Object.isFrozen(flags.diagnostics) && Object.isFrozen(finding));
  });

  it("accepts a patch as text, bytes or an object, and is unchanged", () => {
    const patch = { flags: { on: flag("on", { version: 2, on: false }), added: flag("added") } };
    for (const given of [patch, JSON.stringify(patch), new TextEncoder().encode(JSON.stringify(patch))]) {
      const patched = flags.apply(given);
      assert.equal(patched.boolVariation("on", user, true), false);
      assert.equal(patched.boolVariation("added", user, false), true);
      assert.equal(flags.boolVariation("on", user, false), true);
      assert.equal(flags.variationDetail("added", user, 0).reason.errorKind, "FLAG_NOT_FOUND");
      assert.equal(patched.boolVariation("pro", user, false), true);
    }
  });

  it("removes a flag with its tombstone", () => {
    const without = flags.apply({ flags: { on: { key: "on", version: 5, deleted: true } } });
    assert.equal(flags.boolVariation("on", user, false), true);
    assert.equal(without.variationDetail("on", user, "d").reason.errorKind, "FLAG_NOT_FOUND");
    assert.ok(!without.keys().includes("on"));
  });
});

describe("an evaluation", () => {
  const context = Context.fromObject(user);
  const askers = {
    "with a plain object": (/** @type {string} */ key) => flags.variationDetail(key, user, "default"),
    "with a Context": (/** @type {string} */ key) => flags.variationDetail(key, context, "default"),
    bound: (/** @type {string} */ key) => flags.bind(user).variationDetail(key, "default"),
    "bound to a Context": (/** @type {string} */ key) => flags.bind(context).variationDetail(key, "default"),
  };
  for (const [name, ask] of Object.entries(askers)) {
    it(`returns value, variation and reason, ${name}`, () => {
      const plain = (/** @type {string} */ key) => JSON.parse(JSON.stringify(ask(key)));
      assert.deepEqual(ask("on"), { value: true, variationIndex: 0, reason: { kind: "FALLTHROUGH" } });
      assert.deepEqual(ask("off"), { value: false, variationIndex: 1, reason: { kind: "OFF" } });
      assert.deepEqual(ask("unserved"), { value: "default", variationIndex: null, reason: { kind: "OFF" } });
      assert.deepEqual(ask("broken"), {
        value: "default",
        variationIndex: null,
        reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG" },
      });
      assert.deepEqual(ask("missing"), {
        value: "default",
        variationIndex: null,
        reason: { kind: "ERROR", errorKind: "FLAG_NOT_FOUND" },
      });
      assert.deepEqual(ask("pro"), {
        value: true,
        variationIndex: 0,
        reason: { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "pro-rule" },
      });
      assert.deepEqual(ask("dependent"), {
        value: false,
        variationIndex: 1,
        reason: { kind: "PREREQUISITE_FAILED", prerequisiteKey: "off" },
      });
      assert.deepEqual(ask("null"), { value: null, variationIndex: 0, reason: { kind: "FALLTHROUGH" } });
      assert.deepEqual(plain("object"), {
        value: { list: [1, 2], inner: { a: "b" } },
        variationIndex: 0,
        reason: { kind: "FALLTHROUGH" },
      });
    });
  }

  it("has a typed getter for each type, on the document and bound", () => {
    const bound = flags.bind(user);
    assert.equal(flags.boolVariation("on", user, false), true);
    assert.equal(bound.boolVariation("on", false), true);
    assert.equal(flags.numberVariation("number", user, 0), 1.5);
    assert.equal(bound.numberVariation("number", 0), 1.5);
    assert.equal(flags.stringVariation("text", user, ""), "one");
    assert.equal(bound.stringVariation("text", ""), "one");
    assert.deepEqual(flags.jsonVariation("array", user, null), [1, { two: 2 }]);
    assert.deepEqual(bound.jsonVariation("array", null), [1, { two: 2 }]);
    assert.equal(flags.jsonVariation("on", user, null), true);
    assert.equal(flags.variation("text", user, 0), "one");
    assert.equal(bound.variation("missing", "fallback"), "fallback");
  });

  it("returns WRONG_TYPE if a typed getter gets another type", () => {
    const bound = flags.bind(user);
    const details = [
      flags.boolVariationDetail("text", user, true),
      flags.numberVariationDetail("text", user, 3),
      flags.stringVariationDetail("on", user, "d"),
      bound.boolVariationDetail("object", true),
      bound.numberVariationDetail("on", 3),
      bound.stringVariationDetail("null", "d"),
    ];
    assert.deepEqual(
      details.map(detail => detail.value),
      [true, 3, "d", true, 3, "d"],
    );
    for (const detail of details) {
      assert.equal(detail.variationIndex, null);
      assert.deepEqual(detail.reason, { kind: "ERROR", errorKind: "WRONG_TYPE" });
    }
    assert.deepEqual(flags.jsonVariationDetail("on", user, 0).reason, { kind: "FALLTHROUGH" });
    assert.equal(bound.jsonVariationDetail("on", 0).value, true);
  });

  it("returns the default itself", () => {
    const fallback = { some: "object" };
    assert.equal(flags.variation("missing", user, fallback), fallback);
    assert.equal(flags.variationDetail("missing", user, fallback).value, fallback);
    assert.equal(flags.variation("missing", user, undefined), undefined);
  });

  it("evaluates flags with more rules and variations than an answer's code holds", () => {
    const count = 5000;
    const wide = Flags.fromObject(
      document(
        flag("wide", {
          variations: Array.from({ length: count }, (_, index) => `v${index}`),
          fallthrough: { variation: 0 },
          rules: Array.from({ length: count }, (_, index) => ({
            id: `r${index}`,
            variation: index,
            clauses: [{ contextKind: "user", attribute: "n", op: "in", values: [index] }],
          })),
        }),
      ),
    );
    for (const n of [0, 1, 2045, 2046, 2047, 4094, 4095, 4096, count - 1, 0, count - 1]) {
      const detail = wide.variationDetail("wide", { kind: "user", key: "k", n }, null);
      assert.deepEqual(detail, {
        value: `v${n}`,
        variationIndex: n,
        reason: { kind: "RULE_MATCH", ruleIndex: n, ruleId: `r${n}` },
      });
    }
  });

  it("passes on big segments", () => {
    const big = Flags.fromObject({
      flags: { f: ruleFlag("f", { attribute: "", op: "segmentMatch", values: ["vip"] }) },
      segments: { vip: { key: "vip", version: 1, unbounded: true, generation: 2 } },
    });
    /** @type {import("../../dist/node.js").BigSegments} */
    const bigSegments = { status: "STALE", memberships: { ada: { "vip.g2": true } } };
    const reason = { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "f-rule", bigSegmentsStatus: "STALE" };
    assert.deepEqual(big.bigSegmentKeys(user), ["ada"]);
    assert.deepEqual(big.bigSegmentKeys(context), ["ada"]);
    assert.deepEqual(big.bigSegmentKeys(/** @type {any} */ ({})), []);
    assert.deepEqual(big.variationDetail("f", user, null, { bigSegments }).reason, reason);
    assert.deepEqual(big.boolVariationDetail("f", context, false, { bigSegments }).reason, reason);
    assert.deepEqual(big.bind(user, { bigSegments }).variationDetail("f", null).reason, reason);
    const state = big.allFlagsState(user, { bigSegments, withReasons: true });
    assert.deepEqual(state.$flagsState.f?.reason, reason);
    assert.match(String(big.explain("f", user, { bigSegments }).toJson()), /STALE/);
    assert.equal(big.variationDetail("f", user, null).reason.bigSegmentsStatus, "NOT_CONFIGURED");
    for (const bad of [{ status: "FINE" }, 5, { status: "STALE", memberships: { ada: 3 } }]) {
      // @ts-expect-error: not what the type allows
      assert.throws(() => big.variation("f", user, null, { bigSegments: bad }), TypeError);
    }
  });
});

/** The caller owns returned values and may change them. */
const returned = Flags.fromObject(
  document(
    flag("object", { variations: [{ list: [1, 2] }] }),
    flag("array", { variations: [[[1]]] }),
    flag("on"),
  ),
);

describe("a value", () => {
  it("is a fresh object or array from every getter", () => {
    const bound = returned.bind(user);
    for (const read of [
      () => bound.variation("object", null),
      () => bound.jsonVariation("object", null),
      () => bound.variationDetail("object", null).value,
      () => returned.variation("object", user, null),
      () => returned.jsonVariationDetail("object", user, null).value,
      () => returned.allFlagsState(user).object,
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
    const detail = returned.variationDetail("object", user, null);
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
    const detail = returned.variationDetail("object", user, null);
    detail.value = "mine";
    assert.equal(detail.value, "mine");
    assert.deepEqual(returned.variation("object", user, null), { list: [1, 2] });
  });
});

describe("a reason", () => {
  it("is fresh in every detail", () => {
    const bound = returned.bind(user);
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

describe("the state of all flags", () => {
  it("is LaunchDarkly's bootstrap format", () => {
    const state = flags.allFlagsState(user);
    assert.equal(state.$valid, true);
    assert.equal(state.on, true);
    assert.equal(state.broken, null);
    assert.deepEqual(state.$flagsState.on, { variation: 0, version: 1 });
    assert.deepEqual(flags.bind(user).allFlagsState(), state);
    assert.deepEqual(flags.allFlagsState(/** @type {any} */ ({})), { $flagsState: {}, $valid: false });
  });

  it("applies its options", () => {
    const client = Flags.fromObject(
      document(
        flag("seen", { clientSideAvailability: { usingEnvironmentId: true } }),
        flag("hidden"),
        flag("debugged", { debugEventsUntilDate: 2000 }),
      ),
    );
    assert.deepEqual(Object.keys(client.allFlagsState(user, { clientSideOnly: true })), [
      "$flagsState",
      "$valid",
      "seen",
    ]);
    const reasons = client.allFlagsState(user, { withReasons: true });
    assert.deepEqual(reasons.$flagsState.seen?.reason, { kind: "FALLTHROUGH" });
    const details = { detailsOnlyForTrackedFlags: true };
    const before = client.allFlagsState(user, { ...details, now: 1999 });
    assert.equal(before.$flagsState.debugged?.version, 1);
    assert.equal(before.$flagsState.seen?.version, undefined);
    // The host's clock is long past 1970.
    assert.equal(client.allFlagsState(user, details).$flagsState.debugged?.version, undefined);
  });
});

describe("an explanation", () => {
  it("is JSON as an object, as canonical text and as a description", () => {
    for (const explanation of [flags.explain("pro", user), flags.bind(user).explain("pro")]) {
      assert.deepEqual(JSON.parse(explanation.toJson()), { ...explanation });
      assert.equal(JSON.stringify({ ...explanation }), JSON.stringify(explanation));
      assert.ok(String(explanation).length > 0);
      assert.match(explanation.toJson(), /RULE_MATCH/);
    }
    assert.match(flags.explain("missing", user).toJson(), /FLAG_NOT_FOUND/);
    assert.match(flags.explain("on", /** @type {any} */ ({})).toJson(), /USER_NOT_SPECIFIED/);
  });
});

describe("the package", () => {
  it("exports its version and that of the rules", () => {
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.ok(Number.isInteger(SPEC_VERSION) && SPEC_VERSION >= 1);
  });

  it("computes secure-mode hashes", () => {
    const hash = "aa747c502a898200f9e4fa21bac68136f886a0e27aec70ba06daf2e2a5cb5597";
    assert.equal(secureModeHash("secret", { kind: "user", key: "Message" }), hash);
    assert.equal(secureModeHash("secret", new Context("Message")), hash);
    assert.throws(() => secureModeHash("secret", /** @type {any} */ ({})), { name: "ContextError" });
  });

  it("rejects secure-mode hashes that anybody can compute, or on which host runtimes differ", () => {
    for (const context of [
      { kind: "user", key: "Message" },
      new Context("Message"),
      /** @type {any} */ ({}),
    ]) {
      assert.throws(() => secureModeHash("", context), {
        name: "RangeError",
        message: /the SDK key is empty/,
      });
      for (const key of ["\ud800", "sdk-\udfff", "\udc00\ud800"]) {
        assert.throws(() => secureModeHash(key, context), { name: "RangeError", message: /lone surrogate/ });
      }
      assert.throws(() => secureModeHash(/** @type {any} */ (undefined), context), TypeError);
    }
    assert.match(secureModeHash("\ud83d\ude00", { kind: "user", key: "a" }), /^[0-9a-f]{64}$/);
  });

  it("returns bound flags of its own class", () => {
    assert.ok(flags.bind(user) instanceof BoundFlags);
  });
});
