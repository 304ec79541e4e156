// The gate in components: children that are shown only once the back end is consistent.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { act, createElement as h, StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { documentHeader, Feature, IsoflagProvider } from "../../dist/react.js";
import { documentHeader as headerOf } from "../../dist/source.js";
import { document, flag } from "../documents.js";
import { element } from "../page.js";
import { sourceOf } from "../sources.js";

/** @typedef {import("../../dist/react.js").IsoflagProviderProps} Props */

const ada = { kind: "user", key: "ada" };
const NOW = 1_800_000_000;

beforeEach(() => mock.timers.enable({ apis: ["Date", "setTimeout"], now: NOW * 1000 }));
afterEach(() => mock.timers.reset());

/** @param {unknown} stamp @param {object} [members] */
function load(stamp, members = {}) {
  const stamped = { lifecycle: { lastModifiedTimestamp: stamp }, ...members };
  return Flags.fromObject(document(flag("journey", { variations: [true, false], ...stamped })));
}

const gated = h(Feature, { flag: "journey", requireConsistent: true, fallback: "closed" }, "open");
const ungated = h(Feature, { flag: "journey", fallback: "off" }, "on");

/** @param {Props} props @param {import("react").ReactNode} [child] */
async function show(props, child = gated) {
  const container = element();
  const root = createRoot(container);
  /** @param {Props} next */
  const render = next => act(async () => root.render(h(IsoflagProvider, next, child)));
  await render(props);
  return {
    text: () => container.textContent,
    render,
    /** @param {number} seconds */
    pass: seconds => act(async () => mock.timers.tick(Math.round(seconds * 1000))),
    hide: () => act(async () => root.unmount()),
  };
}

describe("a feature that requires a consistent back end", () => {
  it("is shown once the time to live has passed, and no earlier", async () => {
    const flags = load(NOW - 840);
    const page = await show({ flags, context: ada, ttlSeconds: 900 });
    assert.equal(page.text(), "closed");
    await page.pass(60);
    assert.equal(page.text(), "closed");
    await page.pass(0.001);
    assert.equal(page.text(), "open");
    await page.hide();
    flags.free();
  });

  it("leaves neither a timer nor a handle behind", async () => {
    const before = liveHandles();
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
      const page = await show({ flags, context: ada, ttlSeconds: 900 }, h(StrictMode, null, gated));
      assert.equal(timers.size, 1);
      await page.render({ flags, context: { kind: "user", key: "bob" }, ttlSeconds: 900 });
      assert.equal(timers.size, 1);
      await page.hide();
      assert.equal(timers.size, 0);
    } finally {
      mock.restoreAll();
    }
    flags.free();
    assert.equal(liveHandles(), before);
  });

  it("neither calls the core nor waits if it is not required", async () => {
    const flags = load(NOW);
    const page = await show({ flags, context: ada, ttlSeconds: 900 }, ungated);
    assert.equal(page.text(), "on");
    await page.hide();
    flags.free();
  });

  for (const [name, flags] of Object.entries({
    "is off": () => load(NOW - 5000, { on: false, offVariation: 1 }),
    "has no stamp": () => load(undefined),
    "has a stamp in the future": () => load(NOW + 5),
    "has a stamp in milliseconds": () => load(NOW * 1000),
    "is unknown": () => Flags.fromObject(document(flag("other", { variations: [true] }))),
  })) {
    it(`is never shown while the flag ${name}`, async () => {
      const held = flags();
      const page = await show({ flags: held, context: ada, ttlSeconds: 0 });
      assert.equal(page.text(), "closed");
      await page.pass(3);
      assert.equal(page.text(), "closed");
      await page.hide();
      held.free();
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
    await page.hide();
    flags.free();
  });

  it("waits again for a changed document of a source", async () => {
    const held = sourceOf(load(NOW - 1000));
    const page = await show({ flags: held.source, context: ada, ttlSeconds: 900 });
    assert.equal(page.text(), "open");
    await act(async () => held.replace(load(NOW)));
    assert.equal(page.text(), "closed");
    await page.pass(899);
    assert.equal(page.text(), "closed");
    await page.pass(1.001);
    assert.equal(page.text(), "open");
    await page.hide();
    held.source.snapshot.flags?.free();
  });

  it("counts from the moment at which a source went back to an earlier document", async () => {
    const held = sourceOf(load(NOW - 1000));
    const page = await show({ flags: held.source, context: ada, ttlSeconds: 900 });
    assert.equal(page.text(), "open");
    await act(async () => held.change({ steppedBackAt: Date.now() }));
    assert.equal(page.text(), "closed");
    await page.pass(900);
    assert.equal(page.text(), "closed");
    await page.pass(0.001);
    assert.equal(page.text(), "open");
    await page.hide();
    held.source.snapshot.flags?.free();
  });

  it("waits longer than a timer can", async () => {
    const flags = load(NOW);
    const page = await show({ flags, context: ada, ttlSeconds: 3_000_000 });
    await page.pass(2_999_999);
    assert.equal(page.text(), "closed");
    await page.pass(1.002);
    assert.equal(page.text(), "open");
    await page.hide();
    flags.free();
  });
});

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
      assert.equal(renderToString(h(IsoflagProvider, { bootstrap }, gated)), expected);
      const page = await show({ bootstrap });
      assert.equal(page.text(), expected);
      await page.hide();
    });
  }

  it("stands while hydrating, and the document counts from then on", async () => {
    const flags = load(NOW - 1000);
    const held = sourceOf(flags);
    const bootstrap = { journey: true, isBackendConsistent: false };
    const tree = h(IsoflagProvider, { flags: held.source, context: ada, bootstrap, ttlSeconds: 900 }, gated);
    const container = element();
    container.innerHTML = renderToString(tree);
    assert.equal(container.textContent, "closed");
    const root = await act(async () => hydrateRoot(container, tree));
    assert.equal(container.textContent, "open");
    await act(async () => root.unmount());
    flags.free();
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
    flags.free();
  });

  it("is absent if the digest is unknown", () => {
    assert.deepEqual(documentHeader(sourceOf(undefined).source), {});
    assert.deepEqual(documentHeader({ digest: undefined }), {});
    const small = {
      /** @returns {string | undefined} */
      get digest() {
        throw new Error("the small module computes none");
      },
    };
    assert.deepEqual(documentHeader(small), {});
  });
});
