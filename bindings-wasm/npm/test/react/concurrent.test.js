// Renders that React discards, repeats or interleaves: a screen shows one value for a flag.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as React from "react";
import { createRoot } from "react-dom/client";
import { liveHandles } from "../../dist/generated/glue.js";
import { Feature, IsoflagProvider, useFlag, useFlagDetail } from "../../dist/react.js";
import { element } from "../page.js";
import { anna, anon, gate, inBothModes, inMode, load, show, sourceOf } from "./pages.js";

const { act, createElement: h, startTransition, Suspense, useDeferredValue, useState } = React;
/** @type {any} */
const Offscreen = /** @type {any} */ (React).Activity;
const WITHOUT_ACTIVITY = Offscreen === undefined ? "this React has no `Activity`" : false;

/**
 * @typedef {import("../../dist/react.js").IsoflagProviderProps} Props
 * @typedef {import("react").ReactNode} ReactNode
 */

/** A page for one user, and the updates that a test makes. */
function app(/** @type {{ flags: Props["flags"], strict: boolean, more?: Partial<Props> }} */ options) {
  const { Gate, open } = gate();
  /** @type {Record<string, (value?: any) => void>} */
  const set = {};
  /** Shows a flag, and may render on its own. @param {{ name: string }} props */
  function Show({ name }) {
    const [count, bump] = useState(0);
    set[name] = () => bump(count + 1);
    return h("i", null, `${useFlag("plan", false)},${useFlagDetail("plan", false).reason?.kind} `);
  }
  function App() {
    const [user, setUser] = useState(anon);
    set.user = setUser;
    const props = /** @type {Props} */ ({ flags: options.flags, context: { ...user }, ...options.more });
    return h(
      IsoflagProvider,
      props,
      h("b", null, `${user.key}: `),
      h(Show, { name: "one" }),
      h(Show, { name: "two" }),
      h(Feature, { flag: "plan", fallback: "basic" }, "pro"),
      h(Suspense, { fallback: "waiting" }, h(Gate, { closed: user.key === "anna" })),
    );
  }
  return {
    open,
    tree: inMode(h(App), options.strict),
    /** @param {string} name @param {unknown} [value] */
    urgently: (name, value) => act(async () => set[name]?.(value)),
    /** @param {string} name @param {unknown} [value] */
    inTransition: (name, value) => act(async () => startTransition(() => set[name]?.(value))),
  };
}

const ANON = "anon: false,FALLTHROUGH false,FALLTHROUGH basic";
const ANNA = "anna: true,RULE_MATCH true,RULE_MATCH pro";

inBothModes((strict, mode) => {
  describe(`a transition to another context${mode}`, () => {
    it("shows no change while it suspends, even if other components render", async () => {
      const before = liveHandles();
      const flags = load();
      /** @type {Set<number | null>} */
      const counted = new Set();
      const activity = {
        record: (/** @type {string} */ _, /** @type {number | null} */ index) => void counted.add(index),
      };
      const { tree, urgently, inTransition, open } = app({ flags, strict, more: { activity } });
      const page = await show(tree);
      assert.equal(page.text(), ANON);
      await inTransition("user", anna);
      assert.equal(page.text(), ANON);
      for (const name of ["one", "two", "one"]) {
        await urgently(name);
        assert.equal(page.text(), ANON);
      }
      assert.equal(liveHandles(), before + 2);
      assert.deepEqual([...counted], [1]);
      await open();
      assert.deepEqual([...counted], [1, 0]);
      assert.equal(page.text(), ANNA);
      await page.hide();
      assert.equal(liveHandles(), before + 1);
    });

    it("leaves nothing behind if it is withdrawn", async () => {
      const held = sourceOf(load());
      const { tree, urgently, inTransition } = app({ flags: held.source, strict });
      const page = await show(tree);
      await inTransition("user", anna);
      await urgently("one");
      await urgently("user", anon);
      assert.equal(page.text(), ANON);
      await urgently("one");
      await held.replace(load("y"));
      await held.change({ fetching: true });
      assert.equal(page.text(), ANON);
      assert.equal(held.listeners.size, 1);
    });

    it("uses the same document as the rest of the page if that changes in the meantime", async () => {
      const held = sourceOf(load());
      const { tree, urgently, inTransition, open } = app({ flags: held.source, strict });
      const page = await show(tree);
      await inTransition("user", anna);
      const reversed = { fallthrough: { variation: 0 }, rules: [] };
      await held.replace(load("x", reversed));
      assert.equal(page.text(), "anon: true,FALLTHROUGH true,FALLTHROUGH pro");
      await urgently("two");
      assert.equal(page.text(), "anon: true,FALLTHROUGH true,FALLTHROUGH pro");
      await held.replace(load());
      assert.equal(page.text(), ANON);
      await open();
      assert.equal(page.text(), ANNA);
    });

    it("keeps a bootstrap's answers, and those of a source that is closed", async () => {
      const flags = load();
      const held = sourceOf(undefined);
      const more = { bootstrap: { plan: false } };
      const { tree, inTransition, urgently } = app({ flags: held.source, strict, more });
      const page = await show(tree);
      assert.equal(page.text(), "anon: false,undefined false,undefined basic");
      await held.replace(flags);
      await held.change({ status: "closed", flags: undefined });
      flags.free();
      assert.equal(page.text(), ANON);
      await inTransition("user", anna);
      await urgently("one");
      assert.equal(page.text(), ANON);
      await urgently("user", anon);
      await urgently("two");
      assert.equal(page.text(), ANON);
    });
  });

  it(`a transition to another source leaves nothing behind if it is withdrawn${mode}`, async () => {
    const [first, second] = [sourceOf(load("first")), sourceOf(load("second"))];
    const { Gate, open } = gate();
    const Text = () => h("i", null, useFlag("text", ""));
    /** @type {(held: typeof first) => void} */
    let setSource = () => {};
    function App() {
      const [held, set] = useState(first);
      setSource = set;
      const closed = held === second;
      return h(
        IsoflagProvider,
        { flags: held.source, context: anon },
        h(Text),
        h(Suspense, null, h(Gate, { closed })),
      );
    }
    const page = await show(inMode(h(App), strict));
    const before = liveHandles();
    for (const next of [second, first, second]) {
      await act(async () => startTransition(() => setSource(next)));
      assert.equal(page.text(), "first");
      assert.deepEqual([first.listeners.size, second.listeners.size, liveHandles()], [1, 0, before]);
    }
    await open();
    assert.equal(page.text(), "second");
    assert.deepEqual([first.listeners.size, second.listeners.size, liveHandles()], [0, 1, before]);
  });

  it(`a deferred context is one context for a screen${mode}`, async () => {
    const flags = load();
    /** @type {string[]} */
    const screens = [];
    /** @type {(user: typeof anna) => void} */
    let setUser = () => {};
    /** @param {{ user: string }} props */
    function Child({ user }) {
      const value = useFlag("plan", false);
      React.useLayoutEffect(() => {
        screens.push(`${user} ${value}`);
      });
      return null;
    }
    function App() {
      const [user, set] = useState(anon);
      setUser = set;
      const context = useDeferredValue(user);
      return h(IsoflagProvider, { flags, context }, h(Child, { user: context.key }));
    }
    await show(inMode(h(App), strict));
    await act(async () => setUser(anna));
    await act(async () => setUser(anon));
    assert.deepEqual(new Set(screens), new Set(["anon false", "anna true"]));
  });

  it(`a suspended component is revealed with current answers${mode}`, async () => {
    const held = sourceOf(load("old"));
    const { Gate, open } = gate();
    const Text = () => h("i", null, useFlag("text", ""));
    /** @type {(isClosed: boolean) => void} */
    let close = () => {};
    function Inner() {
      const [isClosed, set] = useState(false);
      close = set;
      return h(Gate, { closed: isClosed }, h(Text));
    }
    const page = await show(
      inMode(
        h(
          Suspense,
          { fallback: "waiting" },
          h(IsoflagProvider, { flags: held.source, context: anon }, h(Inner)),
        ),
        strict,
      ),
    );
    assert.equal(page.text(), "old");
    await act(async () => close(true));
    assert.match(String(page.text()), /waiting$/);
    await held.replace(load("new"));
    await open();
    assert.equal(page.text(), "new");
    assert.equal(held.listeners.size, 1);
  });

  it(`a hidden provider holds nothing and is shown again with current answers${mode}`, {
    skip: WITHOUT_ACTIVITY,
  }, async () => {
    const held = sourceOf(load("old"));
    const before = liveHandles();
    const Text = () => h("i", null, useFlag("text", ""));
    /** @param {"visible" | "hidden"} mode @param {typeof anna} context */
    const tree = (mode, context) =>
      inMode(h(Offscreen, { mode }, h(IsoflagProvider, { flags: held.source, context }, h(Text))), strict);
    const page = await show(tree("hidden", anon));
    assert.equal(held.listeners.size, 0);
    assert.equal(liveHandles(), before);
    await page.show(tree("visible", anon));
    assert.equal(page.text(), "old");
    await page.show(tree("hidden", anna));
    await held.replace(load("new"));
    assert.deepEqual([held.listeners.size, liveHandles()], [0, before]);
    await page.show(tree("visible", anna));
    assert.equal(page.text(), "new");
    assert.deepEqual([held.listeners.size, liveHandles()], [1, before + 1]);
  });

  it(`two providers, and one inside another, use their own context${mode}`, async () => {
    const held = sourceOf(load());
    const Plan = () => h("i", null, `${useFlag("plan", false)} `);
    /** @param {typeof anna} context @param {ReactNode[]} children */
    const provider = (context, ...children) =>
      h(IsoflagProvider, { flags: held.source, context, key: context.key }, h(Plan), ...children, h(Plan));
    const page = await show(inMode(h("div", null, provider(anon, provider(anna)), provider(anna)), strict));
    assert.equal(page.text(), "false true true false true true ");
    assert.equal(held.listeners.size, 3);
    await held.replace(load("x", { on: false }));
    assert.equal(page.text(), "false false false false false false ");
  });
});

it("a screen never shows two documents, though React renders it in slices", async () => {
  const held = sourceOf(load("0"));
  const raw = /** @type {any} */ (globalThis);
  raw.IS_REACT_ACT_ENVIRONMENT = false;
  try {
    /** @type {Set<string>} */
    const screens = new Set();
    const slice = () => {
      const end = performance.now() + 6;
      while (performance.now() < end);
    };
    const Text = () => {
      slice();
      return h("i", null, `${useFlag("text", "")},${useFlag("plan", false)} `);
    };
    /** @type {(user: typeof anna) => void} */
    let setUser = () => {};
    const container = element();
    function App() {
      const [user, set] = useState(anon);
      setUser = set;
      React.useLayoutEffect(() => {
        screens.add(String(container.textContent));
      });
      return h(
        IsoflagProvider,
        { flags: held.source, context: user },
        Array.from({ length: 6 }, (_, key) => h(Text, { key })),
      );
    }
    const root = createRoot(container);
    root.render(h(App));
    for (let round = 1; round <= 4; round++) {
      startTransition(() => setUser(round % 2 ? anna : anon));
      await setTimeout(8);
      held.raw.replace(load(String(round)));
      screens.add(String(container.textContent));
      await setTimeout(8);
      screens.add(String(container.textContent));
    }
    await setTimeout(200);
    screens.add(String(container.textContent));
    for (const screen of screens) {
      const values = new Set(screen.trim().split(" "));
      assert.equal(values.size, 1, screen);
    }
    assert.equal(container.textContent?.split(" ")[0], "4,false");
    root.unmount();
    await setTimeout(20);
  } finally {
    raw.IS_REACT_ACT_ENVIRONMENT = true;
  }
});
