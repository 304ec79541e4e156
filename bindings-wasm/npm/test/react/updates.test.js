// Updates after a new document, a failed poll or a replaced source, and what is counted then.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { act, createElement as h, useLayoutEffect } from "react";
import { Activity } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { Feature, IsoflagProvider, useFlag, useFlagDetail, useIsoflag } from "../../dist/react.js";
import { createSource } from "../../dist/source.js";
import { document, flag } from "../documents.js";
import { anna, anon, inBothModes, inMode, load, show, sourceOf } from "./pages.js";

/**
 * @typedef {import("../../dist/react.js").IsoflagProviderProps} Props
 * @typedef {import("../../dist/react.js").FlagSource} FlagSource
 */

/** Components that record what they committed. @param {unknown} fallback */
function recorded(fallback = null) {
  /** @type {Record<string, unknown[]>} */
  const seen = { plan: [], text: [], detail: [], status: [], feature: [] };
  /** @param {string} name @param {unknown} value */
  const record = (name, value) => {
    useLayoutEffect(() => {
      seen[name]?.push(value);
    });
    return null;
  };
  const components = [
    () => record("plan", useFlag("plan", false)),
    () => record("text", useFlag("text", fallback)),
    () => record("detail", useFlagDetail("plan", false).reason),
    () => record("status", useIsoflag()),
    () => h(Feature, { flag: "plan" }, h(Child)),
  ];
  const Child = () => record("feature", true);
  const children = components.map((component, key) => h(component, { key }));
  const counts = () =>
    Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, values.length]));
  return { seen, counts, children };
}

const rules = (/** @type {string} */ id) => ({
  rules: [
    { id, variation: 0, clauses: [{ attribute: "key", contextKind: "user", op: "in", values: ["anna"] }] },
  ],
});

describe("components render again", () => {
  it("when the local time has changed their value, after a poll", async () => {
    const clauses = [{ attribute: "minuteOfDay", contextKind: "clock", op: "in", values: [19 * 60] }];
    const late = { variations: ["day", "late"], rules: [{ id: "r", variation: 1, clauses }] };
    const body = JSON.stringify(document(flag("plan", late), flag("text")));
    const now = mock.method(Date, "now", () => Date.parse("2026-01-10T17:59:00Z"));
    const source = createSource({
      url: "https://a.example/flags.json",
      Flags,
      fetch: async () => new Response(body),
      timezone: "Europe/Berlin",
    });
    await source.loaded;
    /** @type {unknown[]} */
    const shown = [];
    const Plan = () => {
      shown.push(useFlag("plan", ""));
      return null;
    };
    const page = await show(h(IsoflagProvider, { flags: source, context: anna }, h(Plan)));
    now.mock.mockImplementation(() => Date.parse("2026-01-10T18:00:00Z"));
    await act(() => source.refresh());
    await act(() => source.refresh());
    assert.deepEqual(shown, ["day", "late"]);
    await page.hide();
    source.close();
    now.mock.restore();
  });

  it("when their value changes, and not when the reason or the variation does", async () => {
    const held = sourceOf(load({ x: [1] }, rules("old")));
    const { children, counts, seen } = recorded();
    await show(h(IsoflagProvider, { flags: held.source, context: anna }, children));
    assert.deepEqual(counts(), { plan: 1, text: 1, detail: 1, status: 1, feature: 1 });
    await held.replace(load({ x: [1] }, rules("new")));
    assert.deepEqual(counts(), { plan: 1, text: 1, detail: 2, status: 2, feature: 1 });
    await held.replace(
      load({ x: [1] }, { variations: [false, false, true], fallthrough: { variation: 2 }, rules: [] }),
    );
    assert.deepEqual(counts(), { plan: 1, text: 1, detail: 3, status: 3, feature: 1 });
    await held.replace(load({ x: [2] }));
    assert.deepEqual(counts(), { plan: 1, text: 2, detail: 4, status: 4, feature: 1 });
    assert.deepEqual(seen.text, [{ x: [1] }, { x: [2] }]);
  });

  it("not when a document takes over from a bootstrap or a default that is equal", async () => {
    for (const bootstrap of [{ plan: true, text: { x: 1 } }, { text: { x: 1 } }]) {
      const held = sourceOf(undefined);
      const { children, counts, seen } = recorded();
      await show(h(IsoflagProvider, { flags: held.source, context: anna, bootstrap }, children));
      const [text] = /** @type {unknown[]} */ (seen.text);
      await held.replace(load({ x: 1 }));
      assert.equal(counts().text, 1);
      assert.equal(counts().plan, bootstrap.plan ? 1 : 2);
      assert.equal(seen.text?.at(-1), text);
    }
    const held = sourceOf(undefined);
    const { children, counts } = recorded({ x: 1 });
    await show(h(IsoflagProvider, { flags: held.source, context: anon }, children));
    await held.replace(load({ x: 1 }));
    assert.deepEqual([counts().text, counts().plan], [1, 1]);
  });

  it("not while polls continue, nor for each poll with the same failure", async () => {
    const held = sourceOf(load());
    const { children, counts, seen } = recorded();
    await show(h(IsoflagProvider, { flags: held.source, context: anna }, children));
    const before = counts();
    const failed = (/** @type {string} */ message) => /** @type {any} */ (new Error(message));
    for (let poll = 0; poll < 3; poll++) {
      await held.change({ fetching: true });
      await held.change({ progress: { loadedBytes: poll, totalBytes: undefined } });
      await held.change({ fetching: false, fetchedAt: poll });
    }
    assert.deepEqual(counts(), before);
    for (let poll = 0; poll < 3; poll++) await held.change({ status: "stale", error: failed("503") });
    assert.deepEqual(counts(), { ...before, status: 2 });
    await held.change({ error: failed("404") });
    assert.deepEqual(counts(), { ...before, status: 3 });
    const status = /** @type {any} */ (seen.status?.at(-1));
    assert.equal(status.error.message, "404");
  });

  it("not below a provider that is given equal properties", async () => {
    const flags = load();
    const { children, counts } = recorded();
    /** @param {number} times */
    const tree = times =>
      h(
        IsoflagProvider,
        {
          flags,
          context: { ...anna },
          bootstrap: { text: [1] },
          activity: { record: () => times },
          onError: () => times,
        },
        children,
      );
    const page = await show(tree(0));
    const before = counts();
    for (let times = 1; times < 4; times++) await page.show(tree(times));
    assert.deepEqual(counts(), before);
  });
});

inBothModes((strict, mode) => {
  describe(`a source that takes the place of another${mode}`, () => {
    /** @param {FlagSource | Flags} flags @param {unknown} children @param {typeof anna} [context] */
    const tree = (flags, children, context = anna) =>
      inMode(h(IsoflagProvider, { flags, context }, /** @type {any} */ (children)), strict);

    for (const ended of ["goes on", "is closed before", "is closed after"]) {
      it(`shows the last answers until it is ready; the other ${ended}`, async () => {
        const before = liveHandles();
        const old = load("old");
        const first = sourceOf(old);
        const close = async () => {
          await first.change({ status: "closed", flags: undefined });
          old.free();
        };
        const second = sourceOf(undefined);
        const { children, seen } = recorded();
        const page = await show(tree(first.source, children));
        const digest = first.source.snapshot.digest;
        if (ended === "is closed before") await close();
        await page.show(tree(second.source, children));
        if (ended === "is closed after") await close();
        assert.deepEqual([first.listeners.size, second.listeners.size], [0, 1]);
        await second.change({ fetching: true });
        const status = /** @type {any} */ (seen.status?.at(-1));
        assert.deepEqual([status.status, status.digest], ["loading", digest]);
        await second.change({ status: "error", error: /** @type {any} */ (new Error("503")) });
        await second.change({ status: "closed" });
        assert.deepEqual(new Set(seen.text), new Set(["old"]));
        assert.deepEqual(new Set(seen.plan), new Set([true]));
        await second.replace(load("new"));
        assert.deepEqual([...new Set(seen.text)], ["old", "new"]);
        await page.hide();
        assert.equal(liveHandles(), before + (ended === "goes on" ? 2 : 1));
      });
    }

    it("answers for another context by the last document, and never by another context's answers", async () => {
      const old = load("old");
      const first = sourceOf(old);
      const second = sourceOf(undefined);
      const { children, seen } = recorded();
      const page = await show(tree(first.source, children));
      await page.show(tree(second.source, children));
      await page.show(tree(second.source, children, anon));
      assert.deepEqual([seen.plan?.at(-1), seen.text?.at(-1)], [false, "old"]);
      await page.show(tree(second.source, children));
      assert.equal(seen.plan?.at(-1), true);
      await first.change({ status: "closed", flags: undefined });
      old.free();
      assert.equal(seen.plan?.at(-1), true);
      await page.show(tree(second.source, children, anon));
      assert.deepEqual([seen.plan?.at(-1), seen.text?.at(-1)], [false, null]);
    });

    it("yields to fixed flags, and those to a bootstrap", async () => {
      const before = liveHandles();
      const { children, seen } = recorded();
      const fixed = load("fixed");
      const page = await show(tree(fixed, children));
      await page.show(tree(sourceOf(undefined).source, children));
      assert.equal(seen.text?.at(-1), "fixed");
      await page.show(tree(load("other"), children));
      assert.equal(seen.text?.at(-1), "other");
      await page.show(inMode(h(IsoflagProvider, { bootstrap: { text: "bootstrap" } }, children), strict));
      assert.equal(seen.text?.at(-1), "bootstrap");
      assert.equal(liveHandles(), before + 2);
    });
  });

  it(`sources that a hot reload leaves behind stop polling${mode}`, async () => {
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
      /** @type {number[]} */
      const fetched = [];
      const make = () => {
        const index = fetched.push(0) - 1;
        const fetch = /** @type {any} */ (
          async () => {
            fetched[index] = (fetched[index] ?? 0) + 1;
            return Response.json(document(flag("text", { variations: [`edit ${index}`] })));
          }
        );
        return createSource({ url: "https://a.example/flags.json", Flags, fetch, page, intervalMs: 1000 });
      };
      const settle = () => act(async () => new Promise(resolve => setImmediate(resolve)));
      const { children, seen } = recorded();
      const before = liveHandles();
      const tree = (/** @type {FlagSource} */ flags) =>
        inMode(h(IsoflagProvider, { flags, context: anna }, children), strict);
      const sources = [make()];
      const shown = await show(tree(/** @type {FlagSource} */ (sources[0])));
      await settle();
      for (let edit = 1; edit < 4; edit++) {
        const source = make();
        sources.push(source);
        await shown.show(tree(source));
        await settle();
      }
      assert.deepEqual([...new Set(seen.text)], [null, "edit 0", "edit 1", "edit 2", "edit 3"]);
      assert.deepEqual(fetched, [1, 1, 1, 1]);
      for (let second = 0; second < 5; second++) {
        mock.timers.tick(1000);
        page.dispatchEvent(new Event("visibilitychange"));
        await settle();
      }
      const polled = fetched.slice(0, 3);
      assert.deepEqual(polled, [1, 1, 1]);
      assert.ok(Number(fetched[3]) >= 6);

      // A source that is shown again has missed polls.
      await shown.show(tree(/** @type {FlagSource} */ (sources[0])));
      await settle();
      assert.equal(fetched[0], 2);
      mock.timers.tick(1000);
      await settle();
      assert.equal(fetched[0], 3);
      await shown.hide();
      const last = [...fetched];
      for (let second = 0; second < 3; second++) mock.timers.tick(1000);
      await settle();
      assert.deepEqual(fetched, last);
      for (const source of sources) source.close();
      assert.equal(liveHandles(), before);
    } finally {
      mock.timers.reset();
    }
  });

  it(`a failure is reported once${mode}`, async () => {
    for (const reporter of ["source", "provider", "both"]) {
      /** @type {string[]} */
      const reports = [];
      const onSource = (/** @type {Error} */ error) => reports.push(`source: ${error.name}`);
      const onProvider = (/** @type {Error} */ error) => reports.push(`provider: ${error.name}`);
      const source = createSource({
        url: "https://a.example/flags.json",
        Flags,
        fetch: async () => new Response("", { status: 503 }),
        onError: reporter === "provider" ? undefined : onSource,
      });
      const props = {
        flags: source,
        context: anna,
        onError: reporter === "source" ? undefined : onProvider,
      };
      const shown = await show(inMode(h(IsoflagProvider, props), strict));
      await act(async () => source.loaded);
      await act(async () => source.refresh());
      const expected = reporter === "provider" ? "provider: SourceError" : "source: SourceError";
      assert.deepEqual(reports, [expected, expected], reporter);
      await shown.hide();
      source.close();
    }
  });
});

describe("activity", () => {
  const Text = () => h("i", null, JSON.stringify(useFlag("text", null)));
  const Plan = () => h("i", null, `${useFlag("plan", false)}`);

  inBothModes((strict, mode) => {
    it(`counts each answer that a component has shown, once for each document${mode}`, async () => {
      const activity = new Activity({ now: () => 1 });
      const [first, second] = [load(1), load(2)];
      const held = sourceOf(first);
      const tree = () =>
        inMode(
          h(
            IsoflagProvider,
            { flags: held.source, context: { ...anna }, activity },
            h(Text),
            h(Plan),
            h(Text),
          ),
          strict,
        );
      const page = await show(tree());
      await page.show(tree());
      const digests = [first.digest, second.digest].map(String);
      await held.replace(second);
      const counts = Object.entries(activity.toObject().flags).map(([key, { counts }]) => [key, counts]);
      assert.deepEqual(Object.fromEntries(counts), {
        text: { [digests[0] ?? ""]: { 0: 2 }, [digests[1] ?? ""]: { 0: 2 } },
        plan: { [digests[0] ?? ""]: { 0: 1 }, [digests[1] ?? ""]: { 0: 1 } },
      });
    });
  });

  it("is not counted before there is a document", async () => {
    const activity = new Activity();
    const held = sourceOf(undefined);
    await show(h(IsoflagProvider, { flags: held.source, context: anna, activity }, h(Text)));
    assert.ok(activity.isEmpty);
    await held.replace(load());
    assert.deepEqual(Object.keys(activity.toObject().flags), ["text"]);
  });

  it("of a bootstrap is counted under the digest that is given", async () => {
    const activity = new Activity({ now: () => 1 });
    const bootstrap = { text: 1 };
    await show(h(IsoflagProvider, { bootstrap, digest: "sha256:abc", activity }, h(Text)));
    assert.deepEqual(activity.toObject().flags.text?.counts, { "sha256:abc": { default: 1 } });
  });
});
