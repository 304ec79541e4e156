// Components that wait for the first document, all values, the evaluator for handlers, and fixed values for tests.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";

import { act, createElement as h, Suspense } from "react";
import { renderToString } from "react-dom/server";
import { BoundFlags, Flags } from "../../dist/node.js";
import {
  Feature,
  IsoflagProvider,
  IsoflagTestProvider,
  useFlag,
  useFlagDetail,
  useFlags,
  useIsoflag,
  useIsoflagClient,
} from "../../dist/react.js";
import { flag } from "../documents.js";
import { anna, anon, inBothModes, inMode, load, loadFlags, show, sourceOf } from "./pages.js";

/** Shows the flag `plan`, and keeps what it has shown. */
function planner() {
  /** @type {string[]} */
  const seen = [];
  function Plan() {
    const text = useFlag("plan", false) ? "pro" : "free";
    seen.push(text);
    return text;
  }
  return { Plan, seen };
}

inBothModes((strict, mode) => {
  describe(`a provider with a fallback${mode}`, () => {
    it("shows it until the first document, and no default", async () => {
      const { source, replace } = sourceOf(undefined);
      const { Plan, seen } = planner();
      const page = await show(
        inMode(h(IsoflagProvider, { flags: source, context: anna, fallback: "waiting" }, h(Plan)), strict),
      );
      assert.equal(page.text(), "waiting");
      await replace(load());
      assert.equal(page.text(), "pro");
      assert.ok(!seen.includes("free"));
    });

    it("shows defaults once the source has failed", async () => {
      const { source, change } = sourceOf(undefined);
      const { Plan } = planner();
      const page = await show(
        inMode(h(IsoflagProvider, { flags: source, context: anna, fallback: "waiting" }, h(Plan)), strict),
      );
      await change({ status: "error" });
      assert.equal(page.text(), "free");
    });

    it("shows defaults after the deadline, and then the answers", async () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const { source, replace } = sourceOf(undefined);
        const { Plan } = planner();
        const props = { flags: source, context: anna, fallback: "waiting", deadlineMs: 500 };
        const page = await show(inMode(h(IsoflagProvider, props, h(Plan)), strict));
        await act(async () => mock.timers.tick(499));
        assert.equal(page.text(), "waiting");
        await act(async () => mock.timers.tick(1));
        assert.equal(page.text(), "free");
        await replace(load());
        assert.equal(page.text(), "pro");
      } finally {
        mock.timers.reset();
      }
    });

    it("waits without end for an infinite deadline, and not at all for NaN", async () => {
      const { source, replace } = sourceOf(undefined);
      const { Plan } = planner();
      const provider = (/** @type {number} */ deadlineMs) =>
        h(IsoflagProvider, { flags: source, context: anna, fallback: "waiting ", deadlineMs }, h(Plan));
      const tree = h(
        "div",
        null,
        provider(Number.POSITIVE_INFINITY),
        provider(2 ** 31),
        provider(Number.NaN),
      );
      const page = await show(inMode(tree, strict));
      await act(async () => new Promise(resolve => setTimeout(resolve, 20)));
      assert.equal(page.text(), "waiting waiting free");
      await replace(load());
      assert.equal(page.text(), "propropro");
    });

    it("waits as long as each provider says", async () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const { source } = sourceOf(undefined);
        const { Plan } = planner();
        const provider = (/** @type {number} */ deadlineMs) =>
          h(
            IsoflagProvider,
            { flags: source, context: anna, fallback: `${deadlineMs} `, deadlineMs },
            h(Plan),
          );
        const page = await show(inMode(h("div", null, provider(500), provider(100)), strict));
        assert.equal(page.text(), "500 100 ");
        await act(async () => mock.timers.tick(100));
        assert.equal(page.text(), "500 free");
        await act(async () => mock.timers.tick(400));
        assert.equal(page.text(), "freefree");
        // A deadline that has passed does not begin again.
        const later = await show(inMode(provider(300), strict));
        assert.equal(later.text(), "free");
      } finally {
        mock.timers.reset();
      }
    });

    it("shows it until all values are known", async () => {
      const other = sourceOf(undefined).source;
      const { source, replace } = sourceOf(undefined);
      /** @type {string[]} */
      const seen = [];
      function All() {
        seen.push(JSON.stringify(useFlags()));
        return seen.at(-1);
      }
      const page = await show(
        inMode(h(IsoflagProvider, { flags: source, context: anna, fallback: "waiting" }, h(All)), strict),
      );
      assert.equal(page.text(), "waiting");
      await replace(loadFlags(flag("a")));
      assert.equal(page.text(), '{"a":true}');
      assert.ok(!seen.includes("{}"));
      await page.show(inMode(h(IsoflagProvider, { flags: other, context: anon }, h(All)), strict));
      assert.notEqual(page.text(), "waiting");
    });

    it("leaves what is on the screen, also for another context", async () => {
      const { source } = sourceOf(undefined);
      const { Plan } = planner();
      const tree = (/** @type {typeof anna} */ context, /** @type {number} */ deadlineMs) =>
        inMode(
          h(IsoflagProvider, { flags: source, context, deadlineMs, fallback: "waiting" }, h(Plan)),
          strict,
        );
      const page = await show(tree(anna, 0));
      await act(async () => new Promise(resolve => setTimeout(resolve, 5)));
      assert.equal(page.text(), "free");
      await page.show(tree(anon, 10_000));
      assert.equal(page.text(), "free");
    });

    it("does not wait with a bootstrap", async () => {
      const { source } = sourceOf(undefined);
      const { Plan } = planner();
      const props = { flags: source, context: anna, fallback: "waiting", bootstrap: { plan: true } };
      assert.equal((await show(inMode(h(IsoflagProvider, props, h(Plan)), strict))).text(), "pro");
    });

    it("uses the application's own boundary, if it has a deadline only", async () => {
      const { source, replace } = sourceOf(undefined);
      const { Plan } = planner();
      const provider = h(IsoflagProvider, { flags: source, context: anna, deadlineMs: 10_000 }, h(Plan));
      const page = await show(inMode(h(Suspense, { fallback: "theirs" }, provider), strict));
      assert.equal(page.text(), "theirs");
      await replace(load());
      assert.equal(page.text(), "pro");
    });

    it("hydrates the server's defaults, and does not replace them by the fallback", async () => {
      const { source, replace } = sourceOf(undefined);
      const { Plan } = planner();
      const node = inMode(
        h(IsoflagProvider, { flags: source, context: anna, fallback: "waiting" }, h(Plan)),
        strict,
      );
      const html = renderToString(node);
      const page = await show(node, html);
      assert.deepEqual([page.text(), page.recovered], ["free", []]);
      await replace(load());
      assert.equal(page.text(), "pro");
    });
  });

  it(`all values are those that flags serve, and change with the document${mode}`, async () => {
    const { source, replace } = sourceOf(undefined);
    /** @type {object[]} */
    const seen = [];
    function All() {
      const values = useFlags();
      seen.push(values);
      return JSON.stringify(values);
    }
    const page = await show(inMode(h(IsoflagProvider, { flags: source, context: anna }, h(All)), strict));
    assert.equal(page.text(), "{}");
    await replace(
      loadFlags(
        flag("a"),
        flag("none", { on: false, offVariation: null }),
        flag("n", { variations: [null] }),
      ),
    );
    assert.equal(page.text(), '{"a":true,"n":null}');
    const last = seen.at(-1);
    await replace(loadFlags(flag("a"), flag("n", { variations: [null] })));
    assert.equal(seen.at(-1), last);
    const states = [BoundFlags, Flags].map(({ prototype }) => mock.method(prototype, "allFlagsState"));
    for (let turn = 0; turn < 5; turn++) {
      await page.show(inMode(h(IsoflagProvider, { flags: source, context: { ...anna } }, h(All)), strict));
    }
    assert.equal(seen.at(-1), last);
    for (const { mock } of states) assert.equal(mock.callCount(), 0);
    mock.restoreAll();
    const bootstrap = { $flagsState: { a: {} }, $valid: true, a: true };
    await page.show(inMode(h(IsoflagProvider, { bootstrap }, h(All)), strict));
    assert.equal(page.text(), '{"a":true}');
  });

  it(`an evaluator answers in handlers, and follows a flag${mode}`, async () => {
    const { source, replace } = sourceOf(undefined);
    /** @type {any} */
    let client;
    const tree = (/** @type {typeof anna} */ context) => {
      function Handler() {
        client = useIsoflagClient();
        return null;
      }
      return inMode(h(IsoflagProvider, { flags: source, context }, h(Handler)), strict);
    };
    const page = await show(tree(anna));
    const before = client;
    assert.deepEqual(client.variationDetail("plan", false), {
      value: false,
      variationIndex: null,
      reason: { kind: "ERROR", errorKind: "CLIENT_NOT_READY" },
    });
    /** @type {unknown[]} */
    const seen = [];
    const stop = client.subscribe("plan", (/** @type {any} */ detail) => seen.push(detail.value));
    const flags = load();
    await replace(flags);
    assert.equal(client, before);
    assert.deepEqual([client.variation("plan", false), client.flags, seen], [true, flags, [true]]);
    assert.equal(client.variation("plan", "text"), "text");
    stop();
    await replace(load("y"));
    await page.show(tree(anon));
    assert.deepEqual([client.variation("plan", true), seen], [false, [true]]);
  });
});

describe("a component", () => {
  it("in a test provider shows the fixed values, null too, and defaults otherwise", async () => {
    function Values() {
      return JSON.stringify([
        useFlag("on", false),
        useFlag("nothing", "x"),
        useFlag("nothing", {}),
        useFlag("other", 1),
      ]);
    }
    const page = await show(h(IsoflagTestProvider, { values: { on: true, nothing: null } }, h(Values)));
    assert.equal(page.text(), '[true,"x",null,1]');
  });

  it("is shown by a feature whose default is its value, as `useFlag` answers", async () => {
    /** @type {[import("../../dist/react.js").Bootstrap, boolean, boolean][]} */
    const cases = [
      [{}, true, true],
      [{}, false, false],
      [{ f: false }, true, false],
      [{ f: "text" }, true, true],
    ];
    for (const [bootstrap, defaultValue, isShown] of cases) {
      const Same = () => String(useFlag("f", defaultValue));
      const feature = h(Feature, { flag: "f", defaultValue, fallback: "no" }, "yes");
      const page = await show(h(IsoflagProvider, { bootstrap }, feature, h(Same)));
      assert.equal(page.text(), `${isShown ? "yes" : "no"}${isShown}`);
    }
    const page = await show(
      h(IsoflagProvider, { bootstrap: {} }, h(Feature, { flag: "f", fallback: "no" }, "yes")),
    );
    assert.equal(page.text(), "no");
  });

  it("reports what it shows, once, with the answer's document", async () => {
    const flags = load();
    /** @type {any[]} */
    const seen = [];
    const { Plan } = planner();
    const tree = (/** @type {typeof anna} */ context) => {
      const onEvaluation = (/** @type {any} */ evaluation) => seen.push(evaluation);
      return inMode(h(IsoflagProvider, { flags, context, onEvaluation }, h(Plan)), true);
    };
    const page = await show(tree(anna));
    await page.show(tree({ ...anna }));
    const detail = {
      value: true,
      variationIndex: 0,
      reason: { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "plan-rule" },
    };
    const expected = { key: "plan", context: anna, defaultValue: false, detail, digest: flags.digest };
    assert.deepEqual(seen, [expected]);
    await page.show(tree(anon));
    assert.deepEqual([seen.length, seen[1]?.detail.value], [2, false]);
    const bob = { kind: "user", key: "bob" };
    await page.show(tree(/** @type {any} */ (bob)));
    assert.deepEqual([seen.length, seen[2]?.detail.value, seen[2]?.context], [3, false, bob]);
    const onEvaluation = (/** @type {any} */ { detail }) => seen.push(detail);
    await page.show(h(IsoflagProvider, { bootstrap: { plan: true }, onEvaluation }, h(Plan)));
    assert.deepEqual(seen.at(-1), { value: true, variationIndex: null, reason: null });
  });

  it("reports each mistake once", async () => {
    const { warn } = console;
    console.warn = () => {};
    try {
      /** @type {string[]} */
      const errors = [];
      const onError = (/** @type {Error} */ error) => errors.push(error.message);
      function Mistaken() {
        const status = useIsoflag();
        return [
          useFlag("typo", false),
          useFlag("text", false),
          useFlagDetail("broken", "x").value,
          status.status,
        ].join();
      }
      const flags = loadFlags(
        flag("text", { variations: ["x"] }),
        flag("broken", { fallthrough: { variation: 9 } }),
      );
      const tree = (/** @type {any} */ context) =>
        inMode(h(IsoflagProvider, { flags, context, onError }, h(Mistaken), h(Mistaken)), true);
      const page = await show(tree({ ...anna, seen: () => 1 }));
      await page.show(tree(anon));
      assert.deepEqual(errors.sort(), [
        "the attribute `seen` of a context is ignored: a function has no JSON form",
        "the flag `broken`, or a flag or segment that it needs, is malformed: the default is returned; `isoflag check` reports the reason",
        "the flag `text` serves a value of another type: the default is returned; use the getter of its type",
        "there is no flag `typo`: the default is returned; check the key",
      ]);
      errors.length = 0;
      await page.show(tree({ key: "mia", plan: "pro" }));
      await page.show(tree({ kind: "user", key: 5 }));
      await page.show(tree({ kind: "user" }));
      assert.deepEqual(errors, [
        'the context lacks `kind`, so it is a legacy user and `plan` is ignored; add `"kind": "user"`',
        "invalid context, so every flag returns the default: `Context.fromObject(context)` throws the reason",
      ]);
    } finally {
      console.warn = warn;
    }
  });

  it("without a document warns on the console", async () => {
    /** @type {string[]} */
    const warnings = [];
    const { warn } = console;
    console.warn = text => warnings.push(text);
    try {
      const { Plan } = planner();
      await show(h(IsoflagProvider, { bootstrap: {} }, h(Plan), h(Plan)));
      assert.deepEqual(warnings, [
        "isoflag: there is no flag `plan`: the default is returned; check the key",
      ]);
    } finally {
      console.warn = warn;
    }
  });
});
