// The providers and their documents, through OpenFeature's own SDKs.

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { OpenFeatureProvider, useBooleanFlagValue, useStringFlagValue } from "@openfeature/react-sdk";
import { ProviderEvents as ServerEvents } from "@openfeature/server-sdk";
import { ProviderEvents } from "@openfeature/web-sdk";
import { act, createElement as h } from "react";
import { createRoot } from "react-dom/client";
import { Activity } from "../../dist/activity.js";
import { SystemFlags } from "../../dist/node.js";
import { IsoflagServerProvider } from "../../dist/openfeature-server.js";
import { IsoflagWebProvider } from "../../dist/openfeature-web.js";
import { document, flag, ruleFlag, sourceOf } from "../documents.js";
import { element } from "../page.js";
import { trapOnce } from "../traps/trapping.js";
import {
  essence,
  everyType,
  load,
  loadDocument,
  newHandles,
  rollout,
  Server,
  Web,
} from "./openfeature-setup.js";

describe("the provider of a system", () => {
  const lifecycle = { status: "Done", deployedTimestamp: 1_795_172_400 };
  const clauses = [{ attribute: "email", op: "endsWith", values: ["@shop.example"] }];
  const meta = { strategies: { production: [{ strategy: "Beta", clauses }] } };
  const written = () =>
    loadDocument({ ...document(flag("new", { on: false, lifecycle }), flag("old")), meta });
  const grace = { targetingKey: "grace", email: "grace@shop.example" };

  /** @param {import("@openfeature/server-sdk").EvaluationContext} context */
  const seen = async context => {
    const { value, flagMetadata } = await Server.getClient().getBooleanDetails("new", false, context);
    return [value, flagMetadata["strategy"]];
  };

  it("shows a done feature to testers, and names the strategy", async () => {
    const activity = new Activity();
    const flags = written();
    const system = new SystemFlags(flags, "production");
    for (const provider of [
      new IsoflagServerProvider(flags, { system: "production", activity }),
      new IsoflagServerProvider(sourceOf(flags).source, { system: "production", activity }),
      new IsoflagServerProvider(system, { activity }),
    ]) {
      await Server.setProviderAndWait(provider);
      assert.deepEqual(await seen(grace), [true, "Beta"]);
      assert.deepEqual(await seen({ targetingKey: "mia" }), [false, undefined]);
    }
    assert.deepEqual(activity.toObject().flags["new"]?.strategies, { Beta: 3 });
    await Server.clearProviders();
    assert.equal(system.boolVariation("new", { kind: "user", key: "mia" }, true), false);
    system.free();
  });

  it("chooses from the strategies of a new document", async () => {
    const held = sourceOf(load(flag("new", { on: false, lifecycle })));
    await Server.setProviderAndWait(new IsoflagServerProvider(held.source, { system: "production" }));
    assert.deepEqual(await seen(grace), [false, undefined]);
    held.replace(written());
    assert.deepEqual(await seen(grace), [true, "Beta"]);
    held.replace(load(flag("new", { on: false, lifecycle })));
    assert.deepEqual(await seen(grace), [false, undefined]);
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
    assert.equal(newHandles(), 2);
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
    assert.equal(newHandles(), 2);
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

  it("keeps the last binding when the source is closed, and its reasons", async () => {
    const flags = load(flag("f", { fallthrough: { rollout } }));
    const held = sourceOf(flags);
    await Web.setContext({ targetingKey: "ada" });
    await Web.setProviderAndWait(new IsoflagWebProvider(held.source));
    held.change({ status: "closed", flags: undefined });
    flags.free();
    const { value, reason } = Web.getClient().getBooleanDetails("f", false);
    assert.deepEqual([value, reason], [true, "SPLIT"]);
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
      assert.equal(newHandles(), 2);
    });
  });
}
