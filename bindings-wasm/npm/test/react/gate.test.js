// The gate in components: children that are shown only once the back end is consistent.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { act, createElement as h } from "react";
import { renderToString } from "react-dom/server";

import { BoundFlags, Flags } from "../../dist/node.js";
import { documentHeader, Feature, IsoflagProvider } from "../../dist/react.js";
import { documentHeader as headerOf } from "../../dist/source.js";
import { flag } from "../documents.js";
import { inMode, loadFlags, show as showPage, sourceOf } from "./pages.js";

/** @typedef {import("../../dist/react.js").IsoflagProviderProps} Props */

const ada = { kind: "user", key: "ada" };
const NOW = 1_800_000_000;

beforeEach(() => mock.timers.enable({ apis: ["Date", "setTimeout"], now: NOW * 1000 }));
afterEach(() => mock.timers.reset());

/** @param {unknown} timestamp @param {object} [members] */
function load(timestamp, members = {}) {
  return loadFlags(flag("journey", { lifecycle: { lastModifiedTimestamp: timestamp }, ...members }));
}

const gated = h(Feature, { flag: "journey", requireConsistent: true, fallback: "closed" }, "open");
const ungated = h(Feature, { flag: "journey", fallback: "off" }, "on");

/** @param {Props} props @param {import("react").ReactNode} [child] */
async function show(props, child = gated) {
  /** @param {Props} next */
  const tree = next => h(IsoflagProvider, next, child);
  const page = await showPage(tree(props));
  return {
    ...page,
    /** @param {Props} next */
    render: next => page.show(tree(next)),
    /** @param {number} seconds */
    pass: seconds => act(async () => mock.timers.tick(Math.round(seconds * 1000))),
  };
}

describe("a feature that requires a consistent back end", () => {
  it("is shown once the time to live has passed, and no earlier", async () => {
    const flags = load(NOW - 840);
    const page = await show({ flags, context: ada, ttlSeconds: 900 });
    assert.equal(page.text(), "closed");
    await page.pass(60);
    assert.equal(page.text(), "closed");
    // At exactly the time to live the core reports another second.
    await page.pass(1);
    assert.equal(page.text(), "open");
  });

  it("leaves neither a timer nor a handle behind", async () => {
    const flags = load(NOW);
    /** @type {Set<unknown>} */
    const timers = new Set();
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    mock.method(globalThis, "setTimeout", (/** @type {() => void} */ call, /** @type {number} */ ms) => {
      const timer = set(call, ms);
      if (ms > 1000) timers.add(timer);
      return timer;
    });
    mock.method(globalThis, "clearTimeout", (/** @type {NodeJS.Timeout} */ timer) => {
      timers.delete(timer);
      clear(timer);
    });
    try {
      const page = await show({ flags, context: ada, ttlSeconds: 900 }, inMode(gated, true));
      assert.equal(timers.size, 1);
      await page.render({ flags, context: { kind: "user", key: "bob" }, ttlSeconds: 900 });
      assert.equal(timers.size, 1);
      await page.hide();
      assert.equal(timers.size, 0);
    } finally {
      mock.restoreAll();
    }
  });

  it("neither calls the core nor waits if it is not required", async () => {
    for (const { prototype } of [Flags, BoundFlags])
      mock.method(prototype, "consistency", () => assert.fail());
    const page = await show({ flags: load(NOW), context: ada, ttlSeconds: 900 }, ungated);
    assert.equal(page.text(), "on");
    mock.restoreAll();
  });

  for (const [name, flags] of Object.entries({
    "is off": () => load(NOW - 5000, { on: false, offVariation: 1 }),
    "has no timestamp": () => load(undefined),
    "has a timestamp in the future": () => load(NOW + 5),
    "has a timestamp in milliseconds": () => load(NOW * 1000),
    "is unknown": () => loadFlags(flag("other")),
  })) {
    it(`is never shown while the flag ${name}`, async () => {
      const held = flags();
      const page = await show({ flags: held, context: ada, ttlSeconds: 0 });
      assert.equal(page.text(), "closed");
      await page.pass(3);
      assert.equal(page.text(), "closed");
    });
  }

  it("is not shown without a time to live, and as soon as there is one", async () => {
    const flags = load(NOW - 100);
    const page = await show({ flags, context: ada });
    assert.equal(page.text(), "closed");
    await page.render({ flags, context: ada, ttlSeconds: 99 });
    assert.equal(page.text(), "open");
    await page.render({ flags, context: ada, ttlSeconds: 100 });
    assert.equal(page.text(), "closed");
  });

  /** @type {[string, (held: ReturnType<typeof sourceOf>) => Promise<void>][]} */
  const changes = [
    ["takes a changed document", held => held.replace(load(NOW))],
    ["goes back to an earlier document", held => held.change({ steppedBackAt: Date.now() })],
  ];
  for (const [name, change] of changes) {
    it(`waits again when a source ${name}`, async () => {
      const held = sourceOf(load(NOW - 1000));
      const page = await show({ flags: held.source, context: ada, ttlSeconds: 900 });
      assert.equal(page.text(), "open");
      await change(held);
      assert.equal(page.text(), "closed");
      await page.pass(900);
      assert.equal(page.text(), "closed");
      await page.pass(1);
      assert.equal(page.text(), "open");
    });
  }

  it("waits longer than a timer can", async () => {
    const flags = load(NOW);
    const page = await show({ flags, context: ada, ttlSeconds: 3_000_000 });
    await page.pass(2_999_999);
    assert.equal(page.text(), "closed");
    await page.pass(1.002);
    assert.equal(page.text(), "open");
  });
});

/** React 18.0 writes a comment before a text. @param {string} html */
const textOf = html => html.replaceAll("<!-- -->", "");

describe("the answer of a server", () => {
  /** @type {[string, import("../../dist/react.js").Bootstrap, string][]} */
  const bodies = [
    ["on and consistent", { journey: true, isBackendConsistent: true }, "open"],
    ["on and not consistent", { journey: true, isBackendConsistent: false }, "closed"],
    ["off", { journey: false, isBackendConsistent: true }, "closed"],
    ["nothing of the gate", { journey: true }, "closed"],
    ["by key", { journey: true, isBackendConsistent: { journey: true } }, "open"],
    ["by another key", { journey: true, isBackendConsistent: { other: true } }, "closed"],
    ["text", { journey: true, isBackendConsistent: "true" }, "closed"],
    ["in its state", { journey: true, $flagsState: { journey: { isBackendConsistent: true } } }, "open"],
    [
      "in its state, which comes first",
      { journey: true, isBackendConsistent: true, $flagsState: { journey: { isBackendConsistent: false } } },
      "closed",
    ],
  ];
  for (const [name, bootstrap, expected] of bodies) {
    it(`counts: ${name}`, async () => {
      assert.equal(textOf(renderToString(h(IsoflagProvider, { bootstrap }, gated))), expected);
      const page = await show({ bootstrap });
      assert.equal(page.text(), expected);
    });
  }

  it("stands while hydrating, and the document counts from then on", async () => {
    const flags = load(NOW - 1000);
    const held = sourceOf(flags);
    const bootstrap = { journey: true, isBackendConsistent: false };
    const tree = h(IsoflagProvider, { flags: held.source, context: ada, bootstrap, ttlSeconds: 900 }, gated);
    const html = renderToString(tree);
    assert.equal(textOf(html), "closed");
    assert.equal((await showPage(tree, html)).text(), "open");
  });
});

describe("the header with the document that a page used", () => {
  it("is the digest of flags, of a source or of an object that has it", () => {
    assert.equal(headerOf, documentHeader);
    const flags = load(NOW);
    const header = { "Isoflag-Document": flags.digest };
    assert.deepEqual(documentHeader(flags), header);
    assert.deepEqual(documentHeader(sourceOf(flags).source), header);
    assert.deepEqual(documentHeader({ digest: flags.digest }), header);
  });

  it("is absent if the digest is unknown", () => {
    assert.deepEqual(documentHeader(sourceOf(undefined).source), {});
    assert.deepEqual(documentHeader({ digest: undefined }), {});
    const small = {
      bind: load(NOW).bind,
      /** @returns {string | undefined} */
      get digest() {
        throw new Error("the small module computes none");
      },
    };
    assert.deepEqual(documentHeader(small), {});
  });
});
