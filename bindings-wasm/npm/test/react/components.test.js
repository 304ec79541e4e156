// Tests of components: when they render again, and what they show.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { act, createElement as h, memo, Suspense, useEffect, useState, version } from "react";
import { renderToString } from "react-dom/server";
import { liveHandles } from "../../dist/generated/glue.js";
import { Context, Flags } from "../../dist/node.js";
import { Feature, IsoflagProvider, useFlag, useFlagDetail, useIsoflag } from "../../dist/react.js";
import { createSource } from "../../dist/source.js";
import { document, flag, ruleFlag } from "../documents.js";
import { complaints, inBothModes, inMode, loadFlags, show, sourceOf } from "./pages.js";

/** @typedef {import("react").ReactNode} ReactNode */

const ada = { kind: "user", key: "ada" };
const bob = { kind: "user", key: "bob" };

/** A document in which `a` and `b` serve those values, and `mine` is true for ada. */
/** @param {unknown} a @param {unknown} b */
const load = (a, b) =>
  loadFlags(
    flag("a", { variations: [a] }),
    flag("b", { variations: [b] }),
    ruleFlag("mine", { attribute: "key", values: ["ada"] }),
  );

/** Components that count how often they render, by key of flag, and what they showed. */
function counted() {
  /** @type {Record<string, unknown[]>} */
  const seen = {};
  const Value = memo((/** @type {{ of: string, or?: unknown }} */ { of, or = null }) => {
    const value = useFlag(of, or);
    seen[of] ??= [];
    seen[of].push(value);
    return h("p", { id: of }, JSON.stringify(value));
  });
  const counts = () => Object.fromEntries(Object.entries(seen).map(([key, values]) => [key, values.length]));
  return { seen, counts, Value };
}

it("runs with the requested version of React", () => {
  assert.equal(version.split(".")[0], process.env.REACT ?? "19");
});

describe("components", () => {
  it("render again only when their own answer has changed", async () => {
    const { counts, seen, Value } = counted();
    const held = sourceOf(load(1, { x: [1] }));
    const tree = h(
      IsoflagProvider,
      { flags: held.source, context: ada },
      h(Value, { of: "a" }),
      h(Value, { of: "b", or: null }),
      h(Value, { of: "mine", or: false }),
      h(Value, { of: "unknown" }),
    );
    const page = await show(tree);
    assert.deepEqual(counts(), { a: 1, b: 1, mine: 1, unknown: 1 });
    assert.equal(page.container.textContent, '1{"x":[1]}truenull');

    await held.replace(load(2, { x: [1] }));
    assert.deepEqual(counts(), { a: 2, b: 1, mine: 1, unknown: 1 });
    await held.replace(load(2, { x: [1] }));
    await held.change({ fetching: true });
    await held.change({ fetching: false, progress: { loadedBytes: 1, totalBytes: undefined } });
    assert.deepEqual(counts(), { a: 2, b: 1, mine: 1, unknown: 1 });
    await held.replace(load(2, { x: [2] }));
    assert.deepEqual(counts(), { a: 2, b: 2, mine: 1, unknown: 1 });
    assert.deepEqual(seen, { a: [1, 2], b: [{ x: [1] }, { x: [2] }], mine: [true], unknown: [null] });
    assert.equal(held.listeners.size, 1);
  });

  it("render once for another context, and not for an equal one", async () => {
    const { counts, seen, Value } = counted();
    const flags = load(1, { x: 1 });
    const children = [h(Value, { of: "b", key: 1 }), h(Value, { of: "mine", or: false, key: 2 })];
    /** @param {import("../../dist/node.js").ContextLike} context */
    const tree = context => h(IsoflagProvider, { flags, context, bootstrap: { a: [1] } }, children);
    const page = await show(tree(ada));
    const handles = liveHandles();
    const bind = flags.bind.bind(flags);
    let binds = 0;
    flags.bind = (...parameters) => {
      binds++;
      return bind(...parameters);
    };
    const lastSeen = new Date(1_800_000_000_000);
    const url = "https://shop.example/";
    for (let times = 0; times < 2; times++) {
      await page.show(
        tree({ ...ada, list: [1], nested: { deep: true }, lastSeen: new Date(lastSeen), url: new URL(url) }),
      );
      assert.equal(binds, 1);
      assert.deepEqual(counts(), { b: 2, mine: 2 });
    }
    await page.show(tree(bob));
    assert.deepEqual(counts(), { b: 3, mine: 3 });
    assert.deepEqual(seen.mine, [true, true, false]);
    assert.equal(seen.b?.[0], seen.b?.[2]);
    const first = new Context("ada");
    const second = new Context("ada");
    await page.show(tree(first));
    first.free();
    await page.show(tree(second));
    assert.equal(binds, 3);
    assert.deepEqual(seen.mine, [true, true, false, true]);
    second.free();
    assert.equal(liveHandles(), handles);
  });

  it("keep the identity of an equal value and of an equal default", async () => {
    const held = sourceOf(load(1, { x: 1 }));
    /** @type {unknown[]} */
    const values = [];
    /** @type {unknown[]} */
    const details = [];
    let render = () => {};
    function Child() {
      const [, set] = useState(0);
      render = () => set(count => count + 1);
      values.push(useFlag("b", null), useFlag("unknown", { a: [1] }));
      details.push(useFlagDetail("b", { a: [1] }), useFlagDetail("unknown", { a: [1] }));
      return null;
    }
    await show(h(IsoflagProvider, { flags: held.source, context: ada }, h(Child)));
    await held.replace(load(2, { x: 1 }));
    await act(async () => render());
    assert.equal(values.length, 4);
    assert.deepEqual(values.slice(0, 2), [{ x: 1 }, { a: [1] }]);
    for (const list of [values, details]) {
      assert.equal(list[0], list[2]);
      assert.equal(list[1], list[3]);
    }
  });

  it("get the variation and the reason, and only values of the default's type", async () => {
    /** @type {unknown[]} */
    let seen = [];
    function Child() {
      seen = [
        useFlagDetail("mine", false),
        useFlagDetail("mine", "text"),
        useFlagDetail("a", 0),
        useFlag("a", true),
        useFlag("b", "x"),
        useFlag("b", null),
        useFlag("a", []),
      ];
      return null;
    }
    await show(h(IsoflagProvider, { flags: load(1, "text"), context: ada }, h(Child)));
    assert.deepEqual(seen, [
      { value: true, variationIndex: 0, reason: { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "mine-rule" } },
      { value: "text", variationIndex: null, reason: { kind: "ERROR", errorKind: "WRONG_TYPE" } },
      { value: 1, variationIndex: 0, reason: { kind: "FALLTHROUGH" } },
      true,
      "text",
      "text",
      1,
    ]);
  });

  it("that are features show their children for a value", async () => {
    const page = await show(
      h(
        IsoflagProvider,
        { flags: load("one-page", { x: 1 }), context: ada },
        h(Feature, { flag: "mine" }, "1"),
        h(Feature, { flag: "a" }, "no"),
        h(Feature, { flag: "a", fallback: "2" }, "no"),
        h(Feature, { flag: "a", value: "one-page" }, "3"),
        h(Feature, { flag: "b", value: { x: 1 } }, "4"),
        h(Feature, { flag: "unknown", value: null, fallback: "5" }, "no"),
        h(Feature, { flag: "mine" }),
      ),
    );
    assert.equal(page.container.textContent, "12345");
  });

  it("without a provider report what is missing", async () => {
    const { Value } = counted();
    await assert.rejects(
      show(h(Value, { of: "a" })),
      /`useFlag` found no flags; put an `IsoflagProvider` above the component, .* one copy/,
    );
    assert.throws(() => renderToString(h(Feature, { flag: "a" })), /`Feature` found no flags/);
    complaints.length = 0;
  });
});

describe("a provider leaves no handle behind", () => {
  inBothModes((strict, mode) => {
    it(`after it was unmounted${mode}`, async () => {
      const { Value } = counted();
      const held = sourceOf(load(1, 2));
      const before = liveHandles();
      /** @param {typeof ada} context */
      const tree = context => {
        const inner = h(IsoflagProvider, { flags: held.source, context }, h(Value, { of: "a" }));
        return inMode(inner, strict);
      };
      const page = await show(tree(ada));
      assert.equal(liveHandles(), before + 1);
      assert.equal(held.listeners.size, 1);
      await page.show(tree(bob));
      await held.replace(load(3, 4));
      assert.equal(page.container.textContent, "3");
      assert.equal(liveHandles(), before + 1);
      const fixed = load(5, 6);
      const inner = h(IsoflagProvider, { flags: fixed, context: ada }, h(Value, { of: "a" }));
      await page.show(inMode(inner, strict));
      assert.equal(page.container.textContent, "5");
      assert.equal(held.listeners.size, 0);
      fixed.free();
      assert.equal(liveHandles(), before + 1);
    });
  });

  it("when a render is thrown away", async () => {
    const flags = load(1, 2);
    const never = new Promise(() => undefined);
    /** @returns {ReactNode} */
    function Waits() {
      useFlag("a", 0);
      throw never;
    }
    const page = await show(
      h(Suspense, { fallback: "waiting" }, h(IsoflagProvider, { flags, context: ada }, h(Waits))),
    );
    assert.equal(page.container.textContent, "waiting");
  });

  it("when a component is unmounted while the document loads", async () => {
    const { Value } = counted();
    /** @type {(response: Response) => void} */
    let respond = () => {};
    const response = new Promise(resolve => {
      respond = resolve;
    });
    const fetch = () => response;
    const source = createSource({ url: "/flags.json", Flags, fetch: /** @type {any} */ (fetch) });
    const page = await show(
      h(IsoflagProvider, { flags: source, context: ada }, h(Value, { of: "a", or: "loading" })),
    );
    assert.equal(page.container.textContent, '"loading"');
    await page.hide();
    respond(Response.json(document(flag("a"))));
    assert.equal((await source.loaded).status, "ready");
    source.close();
    await setTimeout(10);
  });
});

describe("a provider", () => {
  it("shows defaults while the document loads, and why", async () => {
    const held = sourceOf(undefined);
    /** @type {unknown[]} */
    let seen = [];
    function Child() {
      const { status, digest } = useIsoflag();
      seen = [useFlagDetail("a", 0), status, digest];
      return null;
    }
    await show(h(IsoflagProvider, { flags: held.source, context: ada }, h(Child)));
    assert.deepEqual(seen, [
      { value: 0, variationIndex: null, reason: { kind: "ERROR", errorKind: "CLIENT_NOT_READY" } },
      "loading",
      undefined,
    ]);
    const flags = load(1, 2);
    await held.replace(flags);
    assert.deepEqual(seen, [
      { value: 1, variationIndex: 0, reason: { kind: "FALLTHROUGH" } },
      "ready",
      flags.digest,
    ]);
  });

  it("keeps the last good answers if the source fails or is closed, and reports errors once", async () => {
    const { Value, counts } = counted();
    const flags = load(1, 2);
    const held = sourceOf(flags);
    /** @type {unknown[]} */
    const errors = [];
    /** @type {string[]} */
    const statuses = [];
    function Status() {
      statuses.push(useIsoflag().status);
      return null;
    }
    const onError = (/** @type {Error} */ error) => errors.push(error);
    const page = await show(
      inMode(
        h(IsoflagProvider, { flags: held.source, context: ada, onError }, h(Value, { of: "a" }), h(Status)),
        true,
      ),
    );
    const before = counts().a;
    const error = /** @type {any} */ (new Error("404"));
    await held.change({ status: "stale", error });
    await held.change({ fetching: true });
    assert.deepEqual(errors, [error]);
    assert.equal(statuses.at(-1), "stale");
    await held.change({ status: "closed", flags: undefined });
    flags.free();
    assert.equal(page.container.textContent, "1");
    assert.equal(statuses.at(-1), "closed");
    assert.equal(counts().a, before);
  });

  it("serves defaults if another context can no longer be bound", async () => {
    const { Value } = counted();
    const flags = load(1, 2);
    /** @type {Error[]} */
    const errors = [];
    /** @param {typeof ada} context */
    const tree = context =>
      h(
        IsoflagProvider,
        { flags, context, onError: error => errors.push(error) },
        h(Value, { of: "mine", or: false }),
      );
    const page = await show(tree(ada));
    const before = liveHandles();
    flags.free();
    await page.show(tree(ada));
    assert.equal(page.container.textContent, "true");
    await page.show(tree(bob));
    await page.show(tree(bob));
    assert.equal(page.container.textContent, "false");
    assert.match(String(errors[0]?.message), /used after `free\(\)`/);
    assert.equal(errors.length, 1);
    await page.hide();
    assert.equal(liveHandles(), before - 2);
  });

  it("takes a context that changes during a render", async () => {
    const { Value, seen } = counted();
    const flags = load(1, 2);
    function App() {
      const [context, setContext] = useState(ada);
      if (context === ada) setContext(bob);
      return h(IsoflagProvider, { flags, context }, h(Value, { of: "mine", or: true }));
    }
    const page = await show(inMode(h(App), true));
    assert.equal(page.container.textContent, "false");
    assert.ok(seen.mine?.every(value => value === false));
  });

  it("never gives a component an answer for another context than the one it is rendered for", async () => {
    const flags = load(1, 2);
    /** @type {[string, boolean][]} */
    const seen = [];
    /** @param {{ user: string }} props */
    function Child({ user }) {
      const mine = useFlag("mine", false);
      useEffect(() => {
        seen.push([user, mine]);
      }, [user, mine]);
      return null;
    }
    /** @param {typeof ada} context */
    const tree = context => h(IsoflagProvider, { flags, context }, h(Child, { user: context.key }));
    const page = await show(tree(ada));
    await page.show(tree(bob));
    await page.show(tree(ada));
    assert.deepEqual(seen, [
      ["ada", true],
      ["bob", false],
      ["ada", true],
    ]);
  });

  it("accepts an invalid context and a cyclic one", async () => {
    const flags = load(1, 2);
    const { Value, counts } = counted();
    const nobody = /** @type {any} */ ({});
    /** @type {any} */
    const cyclic = { kind: "user", key: "ada" };
    cyclic.self = cyclic;
    const page = await show(h(IsoflagProvider, { flags, context: nobody }, h(Value, { of: "a" })));
    assert.equal(page.container.textContent, "null");
    await page.show(h(IsoflagProvider, { flags, context: cyclic }, h(Value, { of: "a" })));
    await page.show(h(IsoflagProvider, { flags, context: { ...cyclic } }, h(Value, { of: "a" })));
    assert.equal(page.container.textContent, "1");
    assert.equal(counts().a, 2);
  });
});

describe("a bootstrap", () => {
  const evaluated = () => load("x", { y: 1 }).allFlagsState(ada, { withReasons: true });

  it("is shown unchanged; nothing is evaluated", async () => {
    const bootstrap = evaluated();
    /** @type {unknown[]} */
    let seen = [];
    function Child() {
      seen = [
        useFlag("a", "default"),
        useFlag("b", null),
        useFlagDetail("mine", false),
        useFlagDetail("a", 5),
        useFlagDetail("unknown", 5),
        useFlagDetail("$valid", false),
        useFlagDetail("toString", null).value,
        useIsoflag().status,
      ];
      return h(Feature, { flag: "mine" }, "feature");
    }
    const page = await show(h(IsoflagProvider, { bootstrap }, h(Child)));
    const unknown = { kind: "ERROR", errorKind: "FLAG_NOT_FOUND" };
    assert.deepEqual(seen, [
      "x",
      { y: 1 },
      { value: true, variationIndex: 0, reason: { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "mine-rule" } },
      { value: 5, variationIndex: null, reason: { kind: "ERROR", errorKind: "WRONG_TYPE" } },
      { value: 5, variationIndex: null, reason: unknown },
      { value: false, variationIndex: null, reason: unknown },
      null,
      "ready",
    ]);
    assert.equal(page.container.textContent, "feature");
  });

  it("may be without reasons and without variations", async () => {
    /** @type {unknown[]} */
    let seen = [];
    function Child() {
      seen = [useFlagDetail("on", false), useFlagDetail("off", 7), useFlagDetail("plain", "")];
      return null;
    }
    const plain = { on: true, off: null, plain: "text", $flagsState: { on: { variation: 1 }, off: {} } };
    await show(h(IsoflagProvider, { bootstrap: plain }, h(Child)));
    assert.deepEqual(seen, [
      { value: true, variationIndex: 1, reason: null },
      { value: 7, variationIndex: null, reason: null },
      { value: "text", variationIndex: null, reason: null },
    ]);
  });

  it("without states may have null as an answer, like a document", async () => {
    const flags = loadFlags(flag("nothing", { variations: [null] }));
    for (const inputs of [{ bootstrap: { nothing: null } }, { flags, context: ada }]) {
      /** @type {unknown[]} */
      let seen = [];
      function Child() {
        seen = [useFlag("nothing", { a: 1 }), useFlagDetail("nothing", "text").reason];
        return h(Feature, { flag: "nothing", value: null }, "null");
      }
      const page = await show(h(IsoflagProvider, inputs, h(Child)));
      assert.deepEqual(seen, [null, { kind: "ERROR", errorKind: "WRONG_TYPE" }]);
      assert.equal(page.container.textContent, "null");
    }
  });

  it("that is replaced by an equal one causes no render", async () => {
    const { counts, seen, Value } = counted();
    const children = [h(Value, { of: "a", key: 1 }), h(Value, { of: "b", key: 2 })];
    const page = await show(h(IsoflagProvider, { bootstrap: { a: 1, b: { c: 1 } } }, children));
    await page.show(h(IsoflagProvider, { bootstrap: { a: 1, b: { c: 1 } } }, children));
    assert.deepEqual(counts(), { a: 1, b: 1 });
    await page.show(h(IsoflagProvider, { bootstrap: { a: 2, b: { c: 1 } } }, children));
    assert.deepEqual(counts(), { a: 2, b: 2 });
    assert.deepEqual(seen.a, [1, 2]);
    assert.equal(seen.b?.[0], seen.b?.[1]);
  });

  it("is what a server renders and what is hydrated; then the document takes over", async () => {
    const bootstrap = evaluated();
    const { seen, Value } = counted();
    const flags = load("newer", { y: 1 });
    const held = sourceOf(flags);
    const children = [h(Value, { of: "a", key: 1 }), h(Value, { of: "b", or: null, key: 2 })];
    const html = renderToString(h(IsoflagProvider, { bootstrap }, children));
    assert.equal(html, '<p id="a">&quot;x&quot;</p><p id="b">{&quot;y&quot;:1}</p>');
    seen.a = [];
    seen.b = [];
    const page = await show(
      h(IsoflagProvider, { bootstrap, flags: held.source, context: ada }, children),
      html,
    );
    assert.deepEqual(page.recovered, []);
    assert.deepEqual(seen, { a: ["x", "newer"], b: [{ y: 1 }] });
    assert.equal(page.text(), '"newer"{"y":1}');
  });
});
