// Components while something fails: a trap, a freed document, a component that throws, a source that is replaced.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as React from "react";
import { liveHandles } from "../../dist/generated/glue.js";
import {
  Feature,
  IsoflagProvider,
  useFlag,
  useFlagDetail,
  useIsoflag,
  useIsoflagClient,
} from "../../dist/react.js";
import { trapOnce, trapTimes } from "../traps/trapping.js";
import {
  anna,
  anon,
  Boundary,
  complaints,
  gate,
  inBothModes,
  inMode,
  load,
  show,
  sourceOf,
} from "./pages.js";

const { act, createElement: h, Suspense, useState } = React;

/**
 * @typedef {import("../../dist/react.js").IsoflagProviderProps} Props
 * @typedef {import("react").ReactNode} ReactNode
 */

const Plan = () => h("i", null, `${useFlag("plan", false)} `);

inBothModes((strict, mode) => {
  describe(`a trap${mode}`, () => {
    for (const [method, times] of /** @type {const} */ ([
      ["boolVariationDetail", 1],
      ["boolVariationDetail", 2],
      ["bind", 1],
    ])) {
      it(`in \`${method}\`, ${times} in a row, never shows the answers of another context`, async () => {
        const flags = load();
        /** @type {string[]} */
        const screens = [];
        /** @param {{ user: string }} props */
        function Child({ user }) {
          const plan = useFlag("plan", false);
          React.useLayoutEffect(() => void screens.push(`${user} ${plan}`));
          return null;
        }
        /** @param {typeof anna} context */
        const tree = context =>
          inMode(
            h(IsoflagProvider, { flags, context, onError: () => {} }, h(Child, { user: context.key })),
            strict,
          );
        const page = await show(tree(anna));
        trapTimes(times, flags, method);
        await page.show(tree(anon));
        await page.show(tree(anna));
        assert.deepEqual([...new Set(screens)], ["anna true", "anon false"]);
      });
    }
  });

  it(`a trap in bound flags does not keep other components from a new document${mode}`, async () => {
    const held = sourceOf(load("old"));
    /** @type {string[]} */
    const recorded = [];
    const activity = { record: (/** @type {string} */ key) => void recorded.push(key) };
    const Text = () => h("i", null, `${useFlag("text", "")} `);
    const page = await show(
      inMode(
        h(IsoflagProvider, { flags: held.source, context: anna, activity }, h(Text), h(Plan), h(Text)),
        strict,
      ),
    );
    assert.equal(page.text(), "old true old ");
    const next = load("new", { on: false });
    const bind = next.bind.bind(next);
    next.bind = (...parameters) =>
      trapOnce(bind(...parameters), "stringVariationDetail", "boolVariationDetail");
    recorded.length = 0;
    await held.replace(next);
    assert.equal(page.text(), "new false new ");
    assert.deepEqual(recorded, ["text", "plan", "text"]);
  });

  it(`a document that was freed leaves \`useIsoflag\` without a digest${mode}`, async () => {
    const flags = load();
    const Status = () => h("i", null, JSON.stringify(useIsoflag()));
    const page = await show(inMode(h(IsoflagProvider, { flags, context: anna }, h(Plan)), strict));
    flags.free();
    await page.show(
      inMode(h(IsoflagProvider, { flags, context: anna, onError: () => {} }, h(Plan), h(Status)), strict),
    );
    assert.equal(page.text(), 'true {"status":"ready"}');
  });

  it(`a render that throws leaves no answer behind${mode}`, async () => {
    const flags = load();
    const before = liveHandles();
    /** @param {{ fails: boolean }} props */
    function Fails({ fails }) {
      useFlag("plan", false);
      if (fails) throw new Error("expected");
      return null;
    }
    /** @type {() => void} */
    let bump = () => {};
    function Counted() {
      const [count, set] = useState(0);
      bump = () => set(count + 1);
      return h(Plan);
    }
    /** @param {typeof anna} context @param {boolean} fails */
    const tree = (context, fails) =>
      inMode(
        h(
          IsoflagProvider,
          { flags, context },
          h(Counted),
          h(Boundary, null, h(IsoflagProvider, { flags, context: anna }, h(Fails, { fails }))),
        ),
        strict,
      );
    const page = await show(tree(anon, true));
    assert.equal(page.text(), "false failed");
    await act(async () => bump());
    assert.equal(page.text(), "false failed");
    assert.equal(liveHandles(), before + 1);
    await page.hide();
    assert.equal(liveHandles(), before);
    complaints.length = 0;
  });

  it(`a component that throws for a value is shown again after a rollback${mode}`, async () => {
    const held = sourceOf(load());
    const before = liveHandles();
    function Crashes() {
      const text = useFlag("text", "");
      if (text === "crash") throw new Error("expected");
      return h("b", null, text);
    }
    /** @type {() => void} */
    let reset = () => {};
    function App() {
      const [key, set] = useState(0);
      reset = () => set(key + 1);
      return h(Boundary, { key }, h(Crashes));
    }
    const page = await show(
      inMode(h(IsoflagProvider, { flags: held.source, context: anna }, h(App), h(Plan)), strict),
    );
    await held.replace(load("crash"));
    assert.equal(page.text(), "failedtrue ");
    await held.replace(load("again"));
    await act(async () => reset());
    assert.equal(page.text(), "againtrue ");
    await page.hide();
    assert.deepEqual([held.listeners.size, liveHandles()], [0, before]);
    complaints.length = 0;
  });

  it(`a component that suspends while its source is replaced and closed shows the new one${mode}`, async () => {
    const before = liveHandles();
    const old = load("old");
    const [first, second] = [sourceOf(old), sourceOf()];
    const { Gate, open } = gate();
    const Text = () => h("i", null, useFlag("text", "none"));
    /** @param {typeof first} held @param {boolean} closed */
    const tree = (held, closed) =>
      inMode(
        h(
          IsoflagProvider,
          { flags: held.source, context: anna },
          h(Suspense, { fallback: "waiting" }, h(Gate, { closed }, h(Text))),
        ),
        strict,
      );
    const page = await show(tree(first, false));
    await page.show(tree(second, true));
    assert.match(String(page.text()), /waiting$/);
    await first.change({ status: "closed", flags: undefined });
    old.free();
    await second.replace(load("new"));
    await open();
    assert.equal(page.text(), "new");
    assert.deepEqual([first.listeners.size, second.listeners.size], [0, 1]);
    await page.hide();
    assert.equal(liveHandles(), before + 1);
  });

  it(`a default of any identity and a changed key cause no endless render${mode}`, async () => {
    const flags = load({ x: 1 });
    let renders = 0;
    /** @type {unknown[]} */
    let seen = [];
    /** @param {{ of: string, make: () => unknown }} props */
    function Child({ of, make }) {
      renders++;
      seen = [useFlag(of, make()), useFlagDetail(of, make()).value];
      return h(Feature, { flag: of, value: /** @type {any} */ (make()), fallback: "-" }, "+");
    }
    /** @param {string} of @param {() => unknown} make */
    const tree = (of, make) =>
      inMode(h(IsoflagProvider, { flags, context: anna }, h(Child, { of, make })), strict);
    const page = await show(tree("missing", () => ({ a: 1 })));
    const [first] = seen;
    await page.show(tree("missing", () => ({ a: 1 })));
    assert.equal(seen[0], first);
    for (const make of [
      () => ({ a: 2 }),
      () => new Map(),
      () => () => 1,
      () => Number.NaN,
      () => [undefined],
    ]) {
      renders = 0;
      await page.show(tree("missing", make));
      assert.ok(renders <= 4, `${renders} renders`);
      assert.deepEqual(String(seen[0]), String(make()));
    }
    await page.show(tree("text", () => ({ x: 1 })));
    assert.deepEqual([seen, page.text()], [[{ x: 1 }, { x: 1 }], "+"]);
    await page.show(tree("plan", () => true));
    assert.deepEqual([seen, page.text()], [[true, true], "+"]);
    await page.show(tree("plan", () => "text"));
    assert.deepEqual([seen, page.text()], [["text", "text"], "-"]);
  });

  it(`a function of the application that throws changes nothing on the screen${mode}`, async () => {
    const error = /** @type {any} */ (new Error("404"));
    const held = sourceOf(undefined, { status: "error", error });
    const refuse = () => {
      throw new Error("from the application");
    };
    const observers = { onError: refuse, onEvaluation: refuse, activity: { record: refuse } };
    /** @type {string[]} */
    const seen = [];
    function Follower() {
      const client = useIsoflagClient();
      React.useEffect(() => client.subscribe("text", refuse), [client]);
      React.useEffect(() => client.subscribe("text", ({ value }) => seen.push(String(value))), [client]);
      return null;
    }
    const page = await show(
      inMode(
        h(IsoflagProvider, { flags: held.source, context: anna, ...observers }, h(Follower), h(Plan)),
        strict,
      ),
    );
    await held.replace(load());
    await held.change({ status: "stale", error: /** @type {any} */ (new Error("503")) });
    assert.deepEqual([page.text(), seen], ["true ", ["x"]]);
    assert.ok(complaints.length > 0);
    assert.ok(complaints.splice(0).every(printed => String(printed).includes("from the application")));
  });

  it(`null is a document, and a bootstrap, that is not there yet${mode}`, async () => {
    const tree = (/** @type {any} */ props) =>
      inMode(h(IsoflagProvider, { context: anna, ...props }, h(Plan)), strict);
    const page = await show(tree({ flags: null, bootstrap: null }));
    assert.equal(page.text(), "false ");
    await page.show(tree({ flags: load(), bootstrap: null }));
    assert.equal(page.text(), "true ");
    await page.show(tree({ flags: null, bootstrap: { plan: true } }));
    assert.equal(page.text(), "true ");
  });
});
