// A source tries again after a failure: later each time, when the server allows it, and when the page is online again.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";

import { Flags } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { document, flag } from "../documents.js";

const url = "https://a.example/flags.json";
const good = () => Response.json(document(flag("f")));
const failed = (/** @type {HeadersInit} */ headers = {}) => new Response("", { status: 503, headers });

/** @type {{ close(): void }[]} */
const opened = [];
beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
});
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
  mock.timers.reset();
  mock.restoreAll();
});

const settle = () => new Promise(resolve => setImmediate(resolve));

/** A source whose server gives these answers, the last one from then on. @param {(() => Response)[]} answers @param {object} [options] */
function sourceOf(answers, options = {}) {
  let count = 0;
  const fetch = /** @type {any} */ (async () => answers[Math.min(count++, answers.length - 1)]?.());
  /** @type {any[]} */
  const errors = [];
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const onError = (/** @type {any} */ error) => errors.push(error);
  const source = createSource({ url, Flags, fetch, page, timeoutMs: 1e9, onError, ...options });
  opened.push(source);
  return { source, page, errors, count: () => count };
}

/** Advances the time in steps, so that attempts in between end. @param {number} ms @param {number} [step] */
async function pass(ms, step = 100) {
  for (let now = 0; now < ms; now += step) {
    mock.timers.tick(step);
    await settle();
  }
}

describe("after a failure", () => {
  it("a first attempt is repeated, without an interval", async () => {
    const { source, count } = sourceOf([failed, failed, good]);
    await source.loaded;
    assert.equal(source.snapshot.status, "error");
    await pass(4000);
    assert.equal(source.snapshot.status, "ready");
    assert.equal(count(), 3);
    await pass(60_000, 1000);
    assert.equal(count(), 3);
  });

  it("the pauses double up to five minutes, with jitter, also with an interval", async () => {
    for (const [random, pauses] of /** @type {const} */ ([
      [0, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 150_000, 150_000]],
      [1, [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]],
    ])) {
      const mocked = mock.method(Math, "random", () => random);
      const { source, count } = sourceOf([failed], { intervalMs: 1000 });
      await source.loaded;
      await settle();
      for (const [index, pause] of pauses.entries()) {
        mock.timers.tick(pause - 1);
        await settle();
        assert.equal(count(), index + 1, `${pause}`);
        mock.timers.tick(1);
        await settle();
        assert.equal(count(), index + 2, `${pause}`);
      }
      source.close();
      mocked.mock.restore();
    }
  });

  it("the interval continues once an attempt has succeeded", async () => {
    const { source, count } = sourceOf([failed, good], { intervalMs: 10_000 });
    await source.loaded;
    await pass(2000);
    assert.equal(source.snapshot.status, "ready");
    await pass(30_000, 1000);
    assert.equal(count(), 5);
  });

  const at = (/** @type {number} */ ms) => new Date(ms).toUTCString();
  const servers = Date.now() + 86_400_000;
  for (const [name, headers] of Object.entries({
    "Retry-After in seconds": { "Retry-After": "30" },
    "Retry-After as a date": { "Retry-After": at(Date.now() + 31_000) },
    "Retry-After by the server's own clock": { "Retry-After": at(servers + 30_000), Date: at(servers) },
  })) {
    it(`a server is not polled before its ${name}`, async () => {
      const { source, page, count } = sourceOf([() => failed(headers), good]);
      await source.loaded;
      await pass(25_000, 1000);
      page.dispatchEvent(new Event("visibilitychange"));
      await settle();
      assert.equal(count(), 1);
      await pass(10_000, 1000);
      assert.equal(count(), 2);
      assert.equal(source.snapshot.status, "ready");
    });
  }

  it("a page that is online again tries at once; one without a failure does not", async () => {
    const window = new EventTarget();
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    Object.assign(globalThis, {
      addEventListener: addEventListener.bind(window),
      removeEventListener: removeEventListener.bind(window),
    });
    try {
      const { source, count } = sourceOf([failed, good]);
      await source.loaded;
      window.dispatchEvent(new Event("online"));
      await settle();
      assert.deepEqual([source.snapshot.status, count()], ["ready", 2]);
      window.dispatchEvent(new Event("online"));
      await settle();
      assert.equal(count(), 2);
      source.close();
      window.dispatchEvent(new Event("online"));
      assert.equal(count(), 2);
    } finally {
      for (const name of ["addEventListener", "removeEventListener"])
        Reflect.deleteProperty(globalThis, name);
    }
  });

  it("a hidden page does not try, a closed source neither", async () => {
    const { source, page, count } = sourceOf([failed]);
    page.visibilityState = "hidden";
    await source.loaded;
    await pass(60_000, 1000);
    assert.equal(count(), 1);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await settle();
    assert.equal(count(), 2);
    source.close();
    await pass(60_000, 1000);
    assert.equal(count(), 2);
  });

  it("each failed attempt is reported", async () => {
    const { source, errors } = sourceOf([failed, failed, good]);
    await source.loaded;
    await pass(4000);
    assert.deepEqual(
      errors.map(({ code, status }) => [code, status]),
      [
        ["status", 503],
        ["status", 503],
      ],
    );
  });
});
