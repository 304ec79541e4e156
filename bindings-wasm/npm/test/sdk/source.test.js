// Tests of fetched documents: loading and refreshing them, closing a source, and a page.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../../dist/generated/glue.js";
import { create, open, served, text, user, value } from "./source-server.js";

/** @typedef {import("../../dist/source.js").SourceSnapshot} SourceSnapshot */

describe("a document source", () => {
  it("loads a document, and reports progress", async () => {
    served.answer = { body: text(1), headers: { "Content-Length": String(text(1).length) } };
    const source = create();
    /** @type {SourceSnapshot[]} */
    const seen = [];
    const unsubscribe = source.subscribe(() => seen.push(source.snapshot));
    assert.equal(source.snapshot.status, "loading");
    assert.equal(source.snapshot.fetching, true);
    const loaded = await source.loaded;
    assert.equal(loaded, source.snapshot);
    assert.equal(loaded.status, "ready");
    assert.equal(loaded.fetching, false);
    assert.equal(loaded.version, 1);
    assert.equal(loaded.digest, loaded.flags?.digest);
    assert.ok(Math.abs(Number(loaded.fetchedAt) - Date.now()) < 60_000);
    assert.equal(value(source), 1);
    assert.deepEqual(seen[0]?.progress, { loadedBytes: text(1).length, totalBytes: text(1).length });
    assert.equal(seen.at(-1), loaded);
    assert.equal(new Set(seen).size, seen.length);
    unsubscribe();
    await source.refresh();
    assert.equal(seen.at(-1), loaded);
  });

  it("sends the document's tag, and accepts 304", async () => {
    const source = await open({ body: text(1), headers: { ETag: '"one"' } });
    const { flags } = source.snapshot;
    await source.refresh();
    assert.equal(served.requests[1]?.["if-none-match"], '"one"');
    assert.equal(source.snapshot.flags, flags);
    assert.equal(source.snapshot.status, "ready");
    served.answer = { body: text(2), headers: { ETag: '"two"' } };
    await source.refresh();
    assert.equal(value(source), 2);
    await source.refresh();
    assert.equal(served.requests[3]?.["if-none-match"], '"two"');
  });

  it("keeps the same document if the same text is received again, as from a browser's cache", async () => {
    const source = await open({ body: text(1), headers: { ETag: '"one"' } });
    const { flags } = source.snapshot;
    served.answer = { body: text(1), headers: { ETag: '"moved"' } };
    await source.refresh();
    assert.equal(source.snapshot.flags, flags);
    await source.refresh();
    assert.equal(served.requests[2]?.["if-none-match"], '"moved"');
  });

  it("does not send a tag to another origin, which might not allow it", async () => {
    const page = /** @type {any} */ (globalThis);
    page.location = { href: "https://page.example/index.html", origin: "https://page.example" };
    try {
      const source = await open({ body: text(1), headers: { ETag: '"one"' } });
      await source.refresh();
      assert.equal(served.requests[1]?.["if-none-match"], undefined);
      assert.equal(source.snapshot.status, "ready");
      source.close();
    } finally {
      delete page.location;
    }
  });

  it("does not send a tag to the origin of a redirect", async () => {
    const page = /** @type {any} */ (globalThis);
    page.location = { href: "https://page.example/", origin: "https://page.example" };
    /** @type {(string | null)[]} */
    const tags = [];
    const from = (/** @type {string} */ url) =>
      create({
        url: "/flags.json",
        fetch: async (/** @type {unknown} */ _, /** @type {{ headers: Headers }} */ { headers }) => {
          tags.push(headers.get("If-None-Match"));
          const response = new Response(text(1), { headers: { ETag: '"one"' } });
          return Object.defineProperty(response, "url", { value: url });
        },
      });
    try {
      for (const url of ["https://cdn.example/flags.json", "https://page.example/flags.json", ""]) {
        const source = from(url);
        await source.loaded;
        await source.refresh();
      }
    } finally {
      delete page.location;
    }
    assert.deepEqual(tags, [null, null, null, '"one"', null, '"one"']);
  });

  it("resolves its address as fetch does, in a frame with `srcdoc` too", async () => {
    const page = Object.assign(new EventTarget(), {
      visibilityState: "visible",
      baseURI: "https://page.example/",
      querySelectorAll: () => [],
    });
    const location = { href: "about:srcdoc", origin: "null" };
    Object.assign(globalThis, { location, origin: "https://page.example", document: page });
    try {
      /** @type {(string | null)[]} */
      const tags = [];
      const source = create({
        url: "/flags.json",
        fetch: async (/** @type {unknown} */ _, /** @type {{ headers: Headers }} */ { headers }) => {
          tags.push(headers.get("If-None-Match"));
          return new Response(text(1), { headers: { ETag: '"one"' } });
        },
      });
      assert.equal((await source.loaded).error, undefined);
      await source.refresh();
      assert.deepEqual(tags, [null, '"one"']);
    } finally {
      for (const name of ["location", "origin", "document"]) Reflect.deleteProperty(globalThis, name);
    }
  });

  it("may have any address that its `fetch` takes", async () => {
    Object.assign(globalThis, { location: { href: "about:blank", origin: "null" } });
    try {
      const source = create({ url: "/flags.json", fetch: async () => new Response(text(1)) });
      assert.equal((await source.loaded).error, undefined);
    } finally {
      Reflect.deleteProperty(globalThis, "location");
    }
  });

  it("uses the given request options", async () => {
    await open({ body: text(1) }, { request: { headers: { Authorization: "Bearer x" } } });
    assert.equal(served.requests[0]?.authorization, "Bearer x");
    assert.equal(served.requests[0]?.accept, "application/json");
  });

  it("calls fetch as a browser requires: without a receiver", async () => {
    const source = await open(
      {},
      {
        /** @this {unknown} */
        async fetch() {
          if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
          return new Response(text(1));
        },
      },
    );
    assert.equal(value(source), 1);
  });

  it("frees the old document once every subscriber was called", async () => {
    const source = await open({ body: text(1) });
    const old = source.snapshot.flags;
    assert.ok(old);
    const handles = liveHandles();
    const bound = old.bind(user);
    /** @type {unknown[]} */
    const during = [];
    const unsubscribe = source.subscribe(() => {
      if (source.snapshot.flags !== old) during.push(old.variation("f", user, "default"));
    });
    served.answer = { body: text(2) };
    await source.refresh();
    unsubscribe();
    assert.deepEqual(during, [1]);
    assert.equal(value(source), 2);
    assert.throws(() => old.keys(), /used after `free\(\)`/);
    assert.equal(bound.variation("f", "default"), 1);
    bound.free();
    assert.equal(liveHandles(), handles);
    source.close();
    assert.equal(liveHandles(), handles - 1);
  });

  it("sends one request for all concurrent refreshes", async () => {
    const source = await open({ body: text(1) });
    await Promise.all([source.refresh(), source.refresh(), source.refresh()]);
    assert.equal(served.requests.length, 2);
  });

  it("does not keep a process alive, and polls after the interval", async () => {
    const source = await open({ body: text(1) }, { intervalMs: 5 });
    served.answer = { body: text(2) };
    while (value(source) !== 2) await setTimeout(5);
    source.close();
    await setTimeout(20);
    const before = served.requests.length;
    await setTimeout(20);
    assert.equal(served.requests.length, before);
  });
});

describe("a time longer than any timer", () => {
  const fetch = () => setTimeout(20).then(() => new Response(text(1)));
  for (const ms of [2 ** 31, 1e300, Number.POSITIVE_INFINITY]) {
    it(`an interval of ${ms} ms does not poll at once`, async () => {
      await open({ body: text(1) }, { intervalMs: ms });
      await setTimeout(60);
      assert.equal(served.requests.length, 1);
    });

    it(`a limit of ${ms} ms does not end an attempt, nor the wait for it`, async () => {
      const { error, status } = await create({ fetch, timeoutMs: ms }).refresh({ timeoutMs: ms });
      assert.deepEqual([error, status], [undefined, "ready"]);
    });
  }
});

describe("an interval that is not a positive number", () => {
  for (const intervalMs of [0, -1, Number.NaN])
    it(`does not poll with ${intervalMs}`, async () => {
      await open({ body: text(1) }, { intervalMs });
      await setTimeout(20);
      assert.equal(served.requests.length, 1);
    });
});

describe("a document source that is closed", () => {
  it("while it loads stops, without an error", async () => {
    /** @type {AbortSignal | undefined} */
    let signal;
    const source = create({
      fetch(/** @type {string} */ _, /** @type {RequestInit} */ init) {
        signal = /** @type {AbortSignal} */ (init.signal);
        return new Promise(() => undefined);
      },
      onError: () => assert.fail(),
    });
    source.close();
    source.close();
    assert.equal((await source.loaded).status, "closed");
    assert.equal(signal?.aborted, true);
    assert.equal((await source.refresh()).status, "closed");
  });

  it("while a body arrives does not change", async () => {
    served.answer = { body: text(1) };
    const source = create();
    source.subscribe(() => {
      if (source.snapshot.progress !== undefined) source.close();
    });
    assert.deepEqual(await source.loaded, source.snapshot);
    assert.equal(source.snapshot.status, "closed");
    assert.equal(source.snapshot.progress, undefined);
  });

  it("while a body arrives does not change even if fetch ignores the signal", async () => {
    /** @type {any} */
    let body;
    const stream = new ReadableStream({
      start: controller => {
        body = controller;
      },
    });
    const source = create({ fetch: async () => new Response(stream) });
    await setTimeout(5);
    source.close();
    const closed = source.snapshot;
    body.enqueue(new TextEncoder().encode(text(1)));
    body.close();
    assert.equal(await source.loaded, closed);
    await setTimeout(5);
    assert.equal(source.snapshot, closed);
  });

  it("by a signal, also one that was aborted before", async () => {
    const controller = new AbortController();
    const source = await open({ body: text(1) }, { signal: controller.signal });
    const handles = liveHandles();
    controller.abort();
    assert.equal(source.snapshot.status, "closed");
    assert.equal(source.snapshot.flags, undefined);
    assert.equal(liveHandles(), handles - 1);
    const late = await open({ body: text(1) }, { signal: controller.signal });
    assert.equal(late.snapshot.status, "closed");
    assert.equal(served.requests.length, 0);
  });

  it("by a listener frees both documents", async () => {
    const source = await open({ body: text(1) });
    source.subscribe(() => {
      if (source.snapshot.version === 2) source.close();
    });
    served.answer = { body: text(2) };
    await source.refresh();
    assert.equal(source.snapshot.status, "closed");
  });
});

describe("a document source in a page", () => {
  /** @param {string} visibilityState */
  const pageThatIs = visibilityState => Object.assign(new EventTarget(), { visibilityState });

  it("refreshes when the page becomes visible, unless it is closed", async () => {
    const page = pageThatIs("visible");
    const source = await open({ body: text(1) }, { page });
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    served.answer = { body: text(2) };
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await source.refresh();
    assert.equal(served.requests.length, 2);
    assert.equal(value(source), 2);
    source.close();
    page.dispatchEvent(new Event("visibilitychange"));
    await setTimeout(10);
    assert.equal(served.requests.length, 2);
  });

  it("leaves nothing in the page once it is closed", async () => {
    let looks = 0;
    const listeners = new Set();
    const page = {
      get visibilityState() {
        looks++;
        return "hidden";
      },
      addEventListener: (/** @type {string} */ _, /** @type {unknown} */ listener) => listeners.add(listener),
      removeEventListener: (/** @type {string} */ _, /** @type {unknown} */ listener) =>
        listeners.delete(listener),
    };
    const source = await open({ body: text(1) }, { page, intervalMs: 1 });
    while (looks === 0) await setTimeout(1);
    assert.equal(listeners.size, 1);
    source.close();
    assert.equal(listeners.size, 0);
    looks = 0;
    await setTimeout(20);
    assert.equal(looks, 0);
  });

  it("stops once its last subscriber has left, and continues with the next one", async () => {
    const page = pageThatIs("visible");
    const source = await open({ body: text(1) }, { page });
    const visible = async () => {
      page.dispatchEvent(new Event("visibilitychange"));
      await setTimeout(50);
      return served.requests.length;
    };
    assert.equal(await visible(), 2);
    const leave = source.subscribe(() => undefined);
    source.subscribe(() => undefined)();
    assert.equal(await visible(), 3);
    leave();
    source.subscribe(() => undefined)();
    assert.equal(await visible(), 3);
    assert.equal(await visible(), 3);
    await source.refresh();
    assert.equal(served.requests.length, 4);
    // It polls immediately.
    const unsubscribe = source.subscribe(() => undefined);
    await setTimeout(50);
    assert.equal(served.requests.length, 5);
    assert.equal(await visible(), 6);
    unsubscribe();
    assert.equal(await visible(), 6);
    source.close();
    source.subscribe(() => undefined);
    assert.equal(await visible(), 6);
  });

  it("does not if disabled", async () => {
    const page = pageThatIs("visible");
    await open({ body: text(1) }, { page, refetchOnVisible: false });
    page.dispatchEvent(new Event("visibilitychange"));
    await setTimeout(10);
    assert.equal(served.requests.length, 1);
  });

  it("skips polls while the page is hidden", async () => {
    await open({ body: text(1) }, { page: pageThatIs("hidden"), intervalMs: 2 });
    await setTimeout(30);
    assert.equal(served.requests.length, 1);
  });
});
