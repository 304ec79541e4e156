// Resolutions of the providers, and their contexts, through OpenFeature's own SDKs.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createEvaluationEvent } from "@openfeature/core";
import { Activity } from "../../dist/activity.js";
import { IsoflagServerProvider } from "../../dist/openfeature-server.js";
import { IsoflagWebProvider } from "../../dist/openfeature-web.js";
import { document, flag, ruleFlag } from "../documents.js";
import { essence, everyType, load, loadDocument, Server, Web } from "./openfeature-setup.js";

/** @typedef {import("@openfeature/core").EvaluationContext} EvaluationContext */

describe("a resolution", () => {
  it("has the reason's members, the digest and the version as metadata", async () => {
    const ruled = ruleFlag("ruled", { attribute: "key", values: ["ada"] });
    const flags = loadDocument({ ...document(ruled), meta: { version: 7 } });
    const metadata = {
      ruleIndex: 0,
      ruleId: "ruled-rule",
      variationIndex: 0,
      digest: flags.digest,
      version: 7,
    };
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(flags));
    await Server.setProviderAndWait(new IsoflagServerProvider(flags));
    assert.deepEqual(Web.getClient().getBooleanDetails("ruled", false).flagMetadata, metadata);
    const ada = { targetingKey: "ada" };
    const details = await Server.getClient().getBooleanDetails("ruled", false, ada);
    assert.deepEqual(details.flagMetadata, metadata);
  });

  it("has the reason of the document whose evaluations are observed", async () => {
    const flags = new Activity({ now: () => 1 }).observe(everyType());
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(flags));
    await Server.setProviderAndWait(new IsoflagServerProvider(flags));
    assert.equal(Web.getClient().getBooleanDetails("percentage", false).reason, "SPLIT");
    const ada = { targetingKey: "ada" };
    const details = await Server.getClient().getBooleanDetails("percentageRule", false, ada);
    assert.equal(details.reason, "SPLIT");
  });

  it("has the reasons of OpenTelemetry's conventions for a hook", async () => {
    /** @type {any[]} */
    const events = [];
    const hook = {
      finally: (/** @type {any} */ context, /** @type {any} */ details) => {
        events.push(createEvaluationEvent(context, details));
      },
    };
    const flags = everyType();
    const ada = { targetingKey: "ada" };
    await Web.setContext(ada);
    await Web.setProviderAndWait(new IsoflagWebProvider(flags));
    await Server.setProviderAndWait(new IsoflagServerProvider(flags));
    const keys = ["bool", "ruled", "targeted", "percentage", "off", "broken", "absent"];
    const conventional = [
      "static",
      "targeting_match",
      "targeting_match",
      "split",
      "disabled",
      "error",
      "error",
    ];
    const web = Web.getClient().addHooks(hook);
    const server = Server.getClient().addHooks(hook);
    for (const key of keys) web.getBooleanValue(key, false);
    for (const key of keys) await server.getBooleanValue(key, false, ada);
    assert.deepEqual(
      events.map(({ attributes }) => attributes["feature_flag.result.reason"]),
      [...conventional, ...conventional],
    );
    for (const { name, attributes } of [events[0], events[keys.length]]) {
      assert.equal(name, "feature_flag.evaluation");
      assert.equal(attributes["feature_flag.key"], "bool");
      assert.equal(attributes["feature_flag.result.variant"], "0");
      assert.equal(attributes["feature_flag.context.id"], "ada");
    }
    assert.equal(events.at(-1).attributes["error.type"], "flag_not_found");
  });

  it("is passed to `onEvaluation`, which cannot change it", async () => {
    const flags = load(flag("bool"));
    /** @type {any[]} */
    const seen = [];
    const onEvaluation = (/** @type {any} */ evaluation) => {
      seen.push(evaluation);
      throw new Error("from the listener");
    };
    const { error } = console;
    console.error = () => {};
    try {
      await Web.setContext({ targetingKey: "ada" });
      await Web.setProviderAndWait(new IsoflagWebProvider(flags, { onEvaluation }));
      assert.equal(Web.getClient().getBooleanValue("bool", false), true);
      await Server.setProviderAndWait(new IsoflagServerProvider(flags, { onEvaluation }));
      assert.equal(await Server.getClient().getBooleanValue("bool", false, { targetingKey: "ada" }), true);
    } finally {
      console.error = error;
    }
    const detail = { value: true, variationIndex: 0, reason: { kind: "FALLTHROUGH" } };
    const context = { kind: "user", key: "ada" };
    const expected = { key: "bool", context, defaultValue: false, detail, digest: flags.digest };
    assert.deepEqual(seen, [expected, expected]);
  });
});

/** The type, the key, the default, the value, the reason or the error's code, the variant, the context. */
/** @type {["Boolean" | "Number" | "String" | "Object", string, any, any, string, (string | undefined)?, EvaluationContext?][]} */
const resolutions = [
  ["Boolean", "bool", false, true, "STATIC", "0"],
  ["Number", "number", 0, 1.5, "STATIC", "0"],
  ["String", "string", "", "text", "STATIC", "0"],
  ["Object", "object", {}, { a: [1] }, "STATIC", "0"],
  ["Object", "list", [], [1], "STATIC", "0"],
  ["Boolean", "off", true, false, "DISABLED", "1"],
  ["Boolean", "nothing", true, true, "DISABLED"],
  ["Object", "nothing", { d: 1 }, { d: 1 }, "DISABLED"],
  ["Object", "nothing", "d", "d", "DISABLED"],
  ["Boolean", "ruled", false, true, "TARGETING_MATCH", "0"],
  ["Boolean", "percentage", false, true, "SPLIT", "0"],
  ["Boolean", "percentageRule", false, true, "SPLIT", "0"],
  ["Boolean", "targeted", false, true, "TARGETING_MATCH", "0"],
  ["Boolean", "unknown", true, true, "FLAG_NOT_FOUND"],
  ["Object", "unknown", "d", "d", "FLAG_NOT_FOUND"],
  ["Boolean", "broken", true, true, "PARSE_ERROR"],
  ["Boolean", "string", true, true, "TYPE_MISMATCH"],
  ["String", "bool", "d", "d", "TYPE_MISMATCH"],
  ["Number", "bool", 7, 7, "TYPE_MISMATCH"],
  ["Object", "bool", [7], [7], "TYPE_MISMATCH"],
  ["Object", "null", [7], [7], "TYPE_MISMATCH"],
  ["Boolean", "bool", false, false, "TARGETING_KEY_MISSING", undefined, {}],
];

describe("an attribute that is nested too deep is absent, and its neighbours are not", () => {
  const nestings = {
    arrays: (/** @type {any} */ inner) => [inner],
    objects: (/** @type {any} */ inner) => ({ a: inner }),
    both: (/** @type {any} */ inner) => ({ a: [inner] }),
  };
  for (const [name, nest] of Object.entries(nestings)) {
    it(`in ${name}`, async () => {
      const flags = load(
        ruleFlag("near", { attribute: "y", values: [1] }),
        ruleFlag("deep", { attribute: "x", op: "in", negate: true, values: [] }),
      );
      await Server.setProviderAndWait(new IsoflagServerProvider(flags));
      const client = Server.getClient();
      for (const levels of [50, 63, 64, 126, 127, 128, 129, 500, 5000, 100_000]) {
        /** @type {any} */
        let x = "x";
        for (let level = 0; level < levels; level++) x = nest(x);
        const context = { targetingKey: "ada", y: 1, x };
        assert.equal(await client.getBooleanValue("near", false, context), true, `${levels}`);
        const total = name === "both" ? 2 * levels : levels;
        assert.equal(await client.getBooleanValue("deep", false, context), total <= 127, `${levels}`);
      }
    });
  }

  it("and a shared structure is copied once", async () => {
    const flags = load(ruleFlag("near", { attribute: "y", values: [1] }));
    await Server.setProviderAndWait(new IsoflagServerProvider(flags));
    /** @type {any} */
    let x = { at: new Date(0) };
    for (let level = 0; level < 100; level++) x = { a: x, b: x };
    // Written in full it would exceed the size of a context.
    const context = { targetingKey: "ada", y: 1, x };
    assert.equal(await Server.getClient().getBooleanValue("near", false, context), false);
  });
});

describe("a flag resolves identically for the web and for a server", () => {
  for (const [type, key, or, value, outcome, variant, context = { targetingKey: "ada" }] of resolutions) {
    const isError = outcome.includes("_") && outcome !== "TARGETING_MATCH";
    const expect = essence({
      value,
      variant,
      reason: isError ? "ERROR" : outcome,
      errorCode: isError ? outcome : undefined,
    });
    it(`${key} as ${type} by default ${JSON.stringify(or)}: ${outcome}`, async () => {
      const flags = everyType();
      await Web.setContext(context);
      await Web.setProviderAndWait(new IsoflagWebProvider(flags));
      await Server.setProviderAndWait(new IsoflagServerProvider(flags));
      const method = /** @type {"getBooleanDetails"} */ (`get${type}Details`);
      assert.deepEqual(essence(Web.getClient()[method](key, or)), expect);
      assert.deepEqual(essence(await Server.getClient()[method](key, or, context)), expect);
    });
  }
});

describe("an error has a message", () => {
  /** @type {[string, EvaluationContext, string][]} */
  const messages = [
    ["unknown", { targetingKey: "ada" }, "there is no such flag; check the key"],
    [
      "broken",
      { targetingKey: "ada" },
      "the flag, or a flag or segment that it needs, is malformed; `isoflag check` reports the reason",
    ],
    ["bool", {}, "the context has no valid key or kind; set `targetingKey`"],
    [
      "string",
      { targetingKey: "ada" },
      "the flag serves a value of another type; use the getter of its type",
    ],
  ];
  for (const [key, context, expected] of messages) {
    it(expected, async () => {
      await Server.setProviderAndWait(new IsoflagServerProvider(everyType()));
      const { errorMessage } = await Server.getClient().getBooleanDetails(key, false, context);
      assert.equal(errorMessage, expected);
    });
  }
});

describe("OpenFeature's context becomes LaunchDarkly's", () => {
  const date = new Date(0);
  /** @type {Record<string, any>} */
  const cyclic = { a: 1 };
  cyclic.self = cyclic;
  /** @type {[string, EvaluationContext, object][]} */
  const translations = [
    ["a targeting key", { targetingKey: "k" }, { kind: "user", key: "k" }],
    ["a key", { key: "k", plan: "pro" }, { kind: "user", key: "k", plan: "pro" }],
    ["an empty targeting key, and a key", { targetingKey: "", key: "k" }, { kind: "user", key: "k" }],
    ["both", { targetingKey: "t", key: "k" }, { kind: "user", key: "t" }],
    ["a kind", { targetingKey: "k", kind: "org" }, { kind: "org", key: "k" }],
    ["a kind that is not a string", { targetingKey: "k", kind: 7 }, { kind: "user", key: "k" }],
    [
      "built-in attributes",
      { targetingKey: "k", name: "n", anonymous: true },
      { kind: "user", key: "k", name: "n", anonymous: true },
    ],
    [
      "built-in attributes of another type",
      { targetingKey: "k", name: 1, anonymous: "x" },
      { kind: "user", key: "k" },
    ],
    [
      "private attributes",
      { targetingKey: "k", privateAttributes: ["a"] },
      { kind: "user", key: "k", _meta: { privateAttributes: ["a"] } },
    ],
    [
      "private attributes that are not names",
      { targetingKey: "k", privateAttributes: ["a", 5, null] },
      { kind: "user", key: "k", _meta: { privateAttributes: ["a"] } },
    ],
    [
      "private attributes that are not a list",
      { targetingKey: "k", privateAttributes: "a" },
      { kind: "user", key: "k", _meta: { privateAttributes: [] } },
    ],
    [
      "dates",
      { targetingKey: "k", at: date, in: { at: date } },
      { kind: "user", key: "k", at: date, in: { at: date } },
    ],
    [
      "other values",
      { targetingKey: "k", a: null, b: [1, "x"], c: { d: { e: 1 } } },
      { kind: "user", key: "k", a: null, b: [1, "x"], c: { d: { e: 1 } } },
    ],
    ["a value that holds itself", { targetingKey: "k", cyclic }, { kind: "user", key: "k", cyclic }],
    [
      "a date for a kind",
      { kind: "multi", user: { key: "u" }, org: date },
      { kind: "multi", user: { key: "u" }, org: { key: undefined } },
    ],
    ["nothing", {}, { kind: "user", key: undefined }],
    [
      "several kinds",
      {
        kind: "multi",
        user: { targetingKey: "u", privateAttributes: ["a"] },
        org: { key: "o", kind: "x", name: "n" },
        text: "left out",
        list: [1],
      },
      {
        kind: "multi",
        user: { key: "u", _meta: { privateAttributes: ["a"] } },
        org: { key: "o", name: "n" },
      },
    ],
  ];
  /** Returns the context that the provider passes to its flags. @param {EvaluationContext} context */
  async function translateContext(context) {
    /** @type {object} */
    let passed = {};
    const flags = {
      /** @param {string} _ @param {object} translated @param {boolean} value */
      boolVariationDetail(_, translated, value) {
        passed = translated;
        return { value, variationIndex: null, reason: { kind: "OFF" } };
      },
    };
    const provider = new IsoflagServerProvider(/** @type {any} */ (flags));
    await provider.resolveBooleanEvaluation("f", false, context);
    return passed;
  }

  for (const [name, context, expected] of translations) {
    it(name, async () => assert.deepEqual(await translateContext(context), expected));
  }

  it("without effects of names that hosts treat specially", async () => {
    const context = JSON.parse('{"targetingKey": "k", "__proto__": {"x": 1}}');
    assert.ok(Object.hasOwn(await translateContext(context), "__proto__"));
  });
});
