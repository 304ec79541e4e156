// The providers, through OpenFeature's own SDKs.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { OpenFeatureProvider, useBooleanFlagValue, useStringFlagValue } from "@openfeature/react-sdk";
import { OpenFeature as Server, ProviderEvents as ServerEvents } from "@openfeature/server-sdk";
import { ProviderEvents, OpenFeature as Web } from "@openfeature/web-sdk";
import { act, createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { Activity } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { IsoflagServerProvider } from "../../dist/openfeature-server.js";
import { IsoflagWebProvider } from "../../dist/openfeature-web.js";
import { document, flag, ruleFlag } from "../documents.js";
import { element } from "../page.js";
import { sourceOf } from "../sources.js";
import { trapOnce } from "../traps/trapping.js";

/** @typedef {import("@openfeature/core").EvaluationContext} EvaluationContext */

const silent = { error() {}, warn() {}, info() {}, debug() {} };
Web.setLogger(silent);
Server.setLogger(silent);

/** @type {Flags[]} */
const loaded = [];
let before = 0;
beforeEach(() => {
  before = liveHandles();
});
afterEach(async () => {
  await Web.clearProviders();
  await Server.clearProviders();
  await Web.clearContexts();
  for (const flags of loaded.splice(0)) flags.free();
  assert.equal(liveHandles(), before);
});

/** @param {object[]} items */
function load(...items) {
  const flags = Flags.fromObject(document(...items));
  loaded.push(flags);
  return flags;
}

/** Serves the first variation to everybody. */
const rollout = { variations: [{ variation: 0, weight: 100_000 }] };

const everyType = () =>
  load(
    flag("bool"),
    flag("number", { variations: [1.5] }),
    flag("string", { variations: ["text"] }),
    flag("object", { variations: [{ a: [1] }] }),
    flag("list", { variations: [[1]] }),
    flag("null", { variations: [null] }),
    flag("off", { on: false }),
    flag("nothing", { on: false, offVariation: null }),
    flag("broken", { fallthrough: { variation: 9 } }),
    ruleFlag("ruled", { attribute: "key", values: ["ada"] }),
    flag("percentage", { fallthrough: { rollout } }),
    {
      ...ruleFlag("percentageRule", { attribute: "key", values: ["ada"] }),
      rules: [{ clauses: [], rollout }],
    },
    flag("targeted", { targets: [{ variation: 0, values: ["ada"] }], fallthrough: { rollout } }),
  );

describe("a resolution", () => {
  it("has the reason's members, the digest and the version as metadata", async () => {
    const ruled = ruleFlag("ruled", { attribute: "key", values: ["ada"] });
    const flags = Flags.fromObject({ ...document(ruled), meta: { version: 7 } });
    loaded.push(flags);
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

/** @param {any} details */
function essence({ value, variant, reason, errorCode }) {
  return JSON.parse(JSON.stringify({ value, variant, reason, errorCode }));
}

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

describe("OpenFeature's context becomes LaunchDarkly's", () => {
  const date = new Date(0);
  /** @type {Record<string, any>} */
  const cyclic = { a: 1 };
  cyclic.self = cyclic;
  /** @type {[string, EvaluationContext, object][]} */
  const translations = [
    ["a targeting key", { targetingKey: "k" }, { kind: "user", key: "k" }],
    ["a key", { key: "k", plan: "pro" }, { kind: "user", key: "k", plan: "pro" }],
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

describe("the provider for the web", () => {
  it("evaluates for the current context and that of the domain", async () => {
    const flags = everyType();
    const provider = new IsoflagWebProvider(flags);
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(provider);
    await Web.setContext("elsewhere", { targetingKey: "bob" });
    await Web.setProviderAndWait("elsewhere", provider);
    assert.equal(Web.getClient().getBooleanValue("ruled", false), true);
    assert.equal(Web.getClient("elsewhere").getBooleanValue("ruled", true), false);
    await Web.setContext({ targetingKey: "bob" });
    assert.equal(Web.getClient().getBooleanValue("ruled", true), false);
    await Web.setContext({ targetingKey: "ada" });
    assert.equal(Web.getClient().getBooleanValue("ruled", false), true);
    assert.equal(liveHandles(), before + 2);
  });

  it("reports the changed answers, and releases the old document", async () => {
    const held = sourceOf(
      load(flag("same"), flag("value"), flag("gone"), flag("other", { on: false, offVariation: 0 })),
    );
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(held.source));
    /** @type {(readonly string[] | undefined)[]} */
    const changed = [];
    const seen = (/** @type {any} */ details) => changed.push(details.flagsChanged);
    Web.addHandler(ProviderEvents.ConfigurationChanged, seen);
    held.replace(
      load(flag("same", { version: 2 }), flag("value", { variations: [5] }), flag("new"), flag("other")),
    );
    assert.deepEqual(changed, [["gone", "other", "value", "new"]]);
    assert.equal(Web.getClient().getNumberValue("value", 0), 5);
    held.replace(
      load(flag("same", { version: 3 }), flag("value", { variations: [5] }), flag("new"), flag("other")),
    );
    assert.equal(changed.length, 1);
    assert.equal(liveHandles(), before + 2);
    Web.removeHandler(ProviderEvents.ConfigurationChanged, seen);
  });

  it("reports the changed answers although a call traps", async () => {
    const held = sourceOf(load(flag("f")));
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(held.source));
    /** @type {unknown[]} */
    const changed = [];
    const seen = (/** @type {any} */ details) => changed.push(details.flagsChanged);
    Web.addHandler(ProviderEvents.ConfigurationChanged, seen);
    for (const [index, method] of ["bind", "allFlagsState", "numberVariationDetail"].entries()) {
      const next = load(flag("f", { variations: [index] }));
      trapOnce(next, method);
      const bind = next.bind.bind(next);
      next.bind = (...parameters) => trapOnce(bind(...parameters), method);
      held.replace(next);
      assert.deepEqual(changed.splice(0), [["f"]], method);
      assert.equal(Web.getClient().getNumberValue("f", -1), index, method);
    }
    Web.removeHandler(ProviderEvents.ConfigurationChanged, seen);
  });

  it("keeps the last binding when the source is closed", async () => {
    const flags = load(flag("f"));
    const held = sourceOf(flags);
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(held.source));
    held.change({ status: "closed", flags: undefined });
    flags.free();
    assert.equal(Web.getClient().getBooleanValue("f", false), true);
  });

  it("serves defaults, not the answers of another context, if that cannot be bound", async () => {
    const flags = everyType();
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(flags));
    assert.equal(Web.getClient().getBooleanValue("ruled", false), true);
    flags.free();
    await Web.setContext({ targetingKey: "bob" }).catch(() => {});
    assert.equal(Web.getClient().getBooleanValue("ruled", false), false);
  });

  it("counts activity", async () => {
    const flags = load(flag("f"));
    const activity = new Activity({ now: () => 1 });
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(flags, { activity }));
    Web.getClient().getBooleanValue("f", false);
    Web.getClient().getStringValue("f", "");
    assert.deepEqual(activity.toObject().flags.f?.counts, { [flags.digest]: { 0: 1, default: 1 } });
  });

  it("serves @openfeature/react-sdk", async () => {
    const held = sourceOf(
      load(ruleFlag("ruled", { attribute: "key", values: ["ada"] }), flag("color", { variations: ["red"] })),
    );
    await act(async () => {
      await Web.setContext({ targetingKey: "ada" });
      await Web.setProviderAndWait(new IsoflagWebProvider(held.source));
    });
    function Child() {
      return h("p", null, `${useBooleanFlagValue("ruled", false)} ${useStringFlagValue("color", "none")}`);
    }
    const container = element();
    const root = createRoot(container);
    await act(async () => root.render(h(OpenFeatureProvider, null, h(Child))));
    assert.equal(container.textContent, "true red");
    await act(async () => held.replace(load(flag("ruled"), flag("color", { variations: ["blue"] }))));
    assert.equal(container.textContent, "true blue");
    await act(async () => held.replace(load(ruleFlag("ruled", { attribute: "key", values: ["ada"] }))));
    await act(async () => Web.setContext({ targetingKey: "bob" }));
    assert.equal(container.textContent, "false none");
    await act(async () => root.unmount());
  });
});

describe("the provider for a server", () => {
  it("reports that any answer may have changed", async () => {
    const held = sourceOf(load(flag("a"), flag("b")));
    await Server.setProviderAndWait(new IsoflagServerProvider(held.source));
    /** @type {(readonly string[] | undefined)[]} */
    const changed = [];
    const seen = (/** @type {any} */ details) => changed.push(details.flagsChanged);
    Server.addHandler(ServerEvents.ConfigurationChanged, seen);
    held.replace(load(flag("b"), flag("c")));
    assert.deepEqual(changed, [["a", "b", "c"]]);
    assert.equal(await Server.getClient().getBooleanValue("c", false, { targetingKey: "ada" }), true);
    Server.removeHandler(ServerEvents.ConfigurationChanged, seen);
  });

  it("counts activity", async () => {
    const held = sourceOf(load(flag("f")));
    const activity = new Activity({ now: () => 1 });
    await Server.setProviderAndWait(new IsoflagServerProvider(held.source, { activity }));
    await Server.getClient().getObjectValue("f", {}, { targetingKey: "ada" });
    assert.deepEqual(activity.toObject().flags.f?.counts, {
      [String(held.source.snapshot.digest)]: { 0: 1 },
    });
  });
});

for (const [name, OpenFeature, Provider] of /** @type {const} */ ([
  ["the web", Web, IsoflagWebProvider],
  ["a server", Server, IsoflagServerProvider],
])) {
  describe(`the provider for ${name}, of a source`, () => {
    /** @type {string[]} */
    const events = [];
    /** @type {[any, any][]} */
    const handlers = ["READY", "ERROR", "STALE", "CONFIGURATION_CHANGED"].map(event => [
      `PROVIDER_${event}`,
      (/** @type {{ message?: string } | undefined} */ details) =>
        events.push(details?.message === undefined ? event : `${event}: ${details.message}`),
    ]);
    const api = /** @type {typeof Web} */ (/** @type {unknown} */ (OpenFeature));
    const client = () => api.getClient();
    const watch = () => {
      for (const [event, handler] of handlers) client().addHandler(event, handler);
    };
    afterEach(() => {
      for (const [event, handler] of handlers) client().removeHandler(event, handler);
      events.length = 0;
    });
    /** @param {any} source */
    const provider = source => /** @type {any} */ (new Provider(source));
    const error = /** @type {any} */ (new Error("`/flags.json` answered 404"));

    it("waits for the first document", async () => {
      const held = sourceOf(undefined);
      const set = api.setProviderAndWait(provider(held.source), /** @type {any} */ ({ targetingKey: "ada" }));
      watch();
      assert.equal(client().providerStatus, "NOT_READY");
      held.replace(load(flag("f")));
      await set;
      assert.equal(client().providerStatus, "READY");
      assert.deepEqual(events, ["READY"]);
      const context = /** @type {any} */ ({ targetingKey: "ada" });
      assert.equal(await client().getBooleanValue("f", false, context), true);
    });

    it("is in error without a document, and ready once there is one", async () => {
      const held = sourceOf(undefined);
      const set = api.setProviderAndWait(provider(held.source));
      held.change({ status: "error", error });
      await assert.rejects(set, /answered 404/);
      assert.equal(client().providerStatus, "ERROR");
      const details = await client().getBooleanDetails(
        "f",
        true,
        /** @type {any} */ ({ targetingKey: "ada" }),
      );
      assert.deepEqual(essence(details), { value: true, reason: "ERROR", errorCode: "PROVIDER_NOT_READY" });
      watch();
      events.length = 0;
      held.change({ error: /** @type {any} */ (new Error("still")) });
      held.replace(load(flag("f")));
      assert.equal(client().providerStatus, "READY");
      assert.deepEqual(events, ["ERROR: still", "READY"]);
    });

    it("is stale when the document may be old, and ready once it is fresh", async () => {
      const held = sourceOf(load(flag("f")));
      await api.setProviderAndWait(provider(held.source), /** @type {any} */ ({ targetingKey: "ada" }));
      watch();
      events.length = 0;
      held.change({ status: "stale", error });
      held.change({ fetching: true });
      assert.equal(client().providerStatus, "STALE");
      const context = /** @type {any} */ ({ targetingKey: "ada" });
      assert.equal(await client().getBooleanValue("f", false, context), true);
      held.change({ status: "ready", error: undefined, fetching: false });
      assert.equal(client().providerStatus, "READY");
      assert.deepEqual(events, ["STALE: `/flags.json` answered 404", "READY"]);
    });

    it("stops following it once it is closed, even while it waits", async () => {
      const held = sourceOf(load(flag("f")));
      await api.setProviderAndWait(provider(held.source));
      assert.equal(held.listeners.size, 1);
      await api.clearProviders();
      assert.equal(held.listeners.size, 0);
      const waiting = sourceOf(undefined);
      const late = provider(waiting.source);
      const initialized = late.initialize({});
      await late.onClose();
      waiting.replace(load(flag("f")));
      await initialized;
      assert.equal(waiting.listeners.size, 0);
      assert.equal(liveHandles(), before + 2);
    });
  });
}
