// Tests of fetched documents: refreshing them, and keeping the last good one.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ready } from "../../dist/node.js";
import { createSource, DocumentSource, SourceError } from "../../dist/source.js";
import { document, flag } from "../documents.js";

/** @typedef {import("../../dist/source.js").SourceSnapshot} SourceSnapshot */

const user = { kind: "user", key: "ada" };
const text = (/** @type {number} */ version, value = version) =>
  JSON.stringify({ ...document(flag("f", { variations: [value] })), meta: { version } });

/** @type {Error[]} */
const unhandled = [];
process.on("unhandledRejection", error => unhandled.push(/** @type {Error} */ (error)));
after(async () => {
  await setTimeout(20);
  assert.deepEqual(unhandled, []);
});

/** A server with scripted responses. */
/** @typedef {{ status?: number, body?: string, headers?: Record<string, string>, break?: boolean }} Answer */
/** @type {Answer} */
let answer = {};
/** @type {import("node:http").IncomingHttpHeaders[]} */
let asked = [];
const server = createServer((request, response) => {
  asked.push(request.headers);
  const { status = 200, body = "", headers = {} } = answer;
  if (headers.ETag !== undefined && request.headers["if-none-match"] === headers.ETag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  if (!answer.break) {
    response.end(body);
    return;
  }
  response.write("{");
  setTimeout(10).then(() => response.destroy());
});
let url = "";
before(async () => {
  await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/flags.json`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** @param {Answer} first @param {Partial<import("../../dist/source.js").SourceOptions>} options */
async function open(first, options = {}) {
  answer = first;
  asked = [];
  const source = createSource({ url, Flags, ready, ...options });
  await source.loaded;
  return source;
}

/** @param {DocumentSource} source */
const value = source => source.snapshot.flags?.variation("f", user, "default");

describe("a document source", () => {
  it("loads a document, and reports progress", async () => {
    const handles = liveHandles();
    answer = { body: text(1), headers: { "Content-Length": String(text(1).length) } };
    const source = createSource({ url, Flags, ready });
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
    source.close();
    assert.equal(liveHandles(), handles);
  });

  it("sends the document's tag, and accepts 304", async () => {
    const source = await open({ body: text(1), headers: { ETag: '"one"' } });
    const { flags } = source.snapshot;
    await source.refresh();
    assert.equal(asked[1]?.["if-none-match"], '"one"');
    assert.equal(source.snapshot.flags, flags);
    assert.equal(source.snapshot.status, "ready");
    answer = { body: text(2), headers: { ETag: '"two"' } };
    await source.refresh();
    assert.equal(value(source), 2);
    await source.refresh();
    assert.equal(asked[3]?.["if-none-match"], '"two"');
    source.close();
  });

  it("keeps the same document if the same text is received again, as from a browser's cache", async () => {
    const source = await open({ body: text(1), headers: { ETag: '"one"' } });
    const { flags } = source.snapshot;
    const handles = liveHandles();
    answer = { body: text(1), headers: { ETag: '"moved"' } };
    await source.refresh();
    assert.equal(source.snapshot.flags, flags);
    await source.refresh();
    assert.equal(asked[2]?.["if-none-match"], '"moved"');
    assert.equal(liveHandles(), handles);
    source.close();
  });

  it("does not send a tag to another origin, which might not allow it", async () => {
    const page = /** @type {any} */ (globalThis);
    page.location = { href: "https://page.example/index.html", origin: "https://page.example" };
    try {
      const source = await open({ body: text(1), headers: { ETag: '"one"' } });
      await source.refresh();
      assert.equal(asked[1]?.["if-none-match"], undefined);
      assert.equal(source.snapshot.status, "ready");
      source.close();
    } finally {
      delete page.location;
    }
  });

  it("uses the given request options", async () => {
    const source = await open({ body: text(1) }, { request: { headers: { Authorization: "Bearer x" } } });
    assert.equal(asked[0]?.authorization, "Bearer x");
    assert.equal(asked[0]?.accept, "application/json");
    source.close();
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
    source.close();
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
    answer = { body: text(2) };
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
    assert.equal(asked.length, 2);
    source.close();
  });

  it("does not keep a process alive, and polls after the interval", async () => {
    const source = await open({ body: text(1) }, { intervalMs: 5 });
    answer = { body: text(2) };
    while (value(source) !== 2) await setTimeout(5);
    source.close();
    await setTimeout(20);
    const before = asked.length;
    await setTimeout(20);
    assert.equal(asked.length, before);
  });
});

describe("an interval that is not a positive number", () => {
  for (const intervalMs of [0, -1, Number.NaN])
    it(`does not poll with ${intervalMs}`, async () => {
      const source = await open({ body: text(1) }, { intervalMs });
      await setTimeout(20);
      assert.equal(asked.length, 1);
      source.close();
    });
});

describe("a document source that is refused", () => {
  /** @type {{ name: string, answer: Answer, code: string, message: RegExp, cause?: string }[]} */
  const refusals = [
    {
      name: "404",
      answer: { status: 404, body: "no" },
      code: "status",
      message: /flags\.json` answered 404 instead of a flag document/,
    },
    { name: "500", answer: { status: 500 }, code: "status", message: /answered 500/ },
    {
      name: "HTML as HTML",
      answer: { body: "\n<!doctype html>", headers: { "Content-Type": "text/html; charset=utf-8" } },
      code: "html",
      message: /a web page instead of a flag document; .* check the address/,
    },
    { name: "HTML as JSON", answer: { body: "<html></html>" }, code: "html", message: /a web page/ },
    {
      name: "no text",
      answer: {},
      code: "document",
      message: /is not a flag document: /,
      cause: "DocumentError",
    },
    {
      name: "broken JSON",
      answer: { body: '{"flags": {' },
      code: "document",
      message: /not a flag document/,
      cause: "DocumentError",
    },
    {
      name: "JSON that is not a document",
      answer: { body: "{}" },
      code: "document",
      message: /not a flag document/,
      cause: "DocumentError",
    },
    {
      name: "a broken connection",
      answer: { break: true },
      code: "network",
      message: /could not be fetched: /,
      cause: "TypeError",
    },
  ];

  for (const { name, answer: refusal, code, message, cause } of refusals) {
    it(`by ${name} has no document at first, and keeps the last good one later`, async () => {
      const handles = liveHandles();
      /** @type {SourceError[]} */
      const errors = [];
      const source = await open(refusal, { onError: error => errors.push(error) });
      const { status, flags, error, fetching, progress } = source.snapshot;
      assert.deepEqual(
        { status, flags, fetching, progress },
        { status: "error", flags: undefined, fetching: false, progress: undefined },
      );
      assert.ok(error instanceof SourceError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.equal(error.cause === undefined ? undefined : /** @type {Error} */ (error.cause).name, cause);
      assert.equal(error.status, ["status", "html"].includes(code) ? (refusal.status ?? 200) : undefined);
      assert.deepEqual(errors, [error]);

      answer = { body: text(1) };
      await source.refresh();
      assert.deepEqual([source.snapshot.status, source.snapshot.error], ["ready", undefined]);
      const { flags: good, fetchedAt } = source.snapshot;

      answer = refusal;
      await source.refresh();
      assert.equal(source.snapshot.status, "stale");
      assert.equal(source.snapshot.error?.code, code);
      assert.equal(source.snapshot.flags, good);
      assert.equal(source.snapshot.fetchedAt, fetchedAt);
      assert.equal(value(source), 1);

      answer = { body: text(2) };
      await source.refresh();
      assert.deepEqual([source.snapshot.status, source.snapshot.error], ["ready", undefined]);
      assert.equal(value(source), 2);
      source.close();
      assert.equal(liveHandles(), handles);
    });
  }

  it("because the request cannot be sent reports it", async () => {
    const headers = { "not a name": "x" };
    for (const options of [
      { request: { headers } },
      { url: "https://[" },
      { fetch: /** @type {any} */ (5) },
    ]) {
      const source = await open({}, options);
      assert.equal(source.snapshot.error?.code, "network");
      assert.equal(source.snapshot.status, "error");
      source.close();
    }
  });

  it("because of a timeout reports it, even if fetch ignores the signal", async () => {
    for (const fetch of [
      () => new Promise(() => undefined),
      (/** @type {string} */ _, /** @type {RequestInit} */ { signal }) =>
        new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    ]) {
      const source = await open({}, { timeoutMs: 5, fetch: /** @type {any} */ (fetch) });
      assert.equal(source.snapshot.error?.code, "timeout");
      assert.match(String(source.snapshot.error?.message), /did not answer within 5 ms/);
      source.close();
    }
  });

  it("because the body arrives too slowly reports it, and stops reading", async () => {
    let cancelled = 0;
    const fetch = async () => {
      /** @type {NodeJS.Timeout} */
      let drip;
      const body = new ReadableStream({
        start(controller) {
          drip = setInterval(() => controller.enqueue(new Uint8Array([32])), 1);
        },
        cancel() {
          cancelled++;
          clearInterval(drip);
        },
      });
      return new Response(body, { headers: { "Content-Type": "application/json" } });
    };
    const source = await open({}, { timeoutMs: 50, fetch: /** @type {any} */ (fetch) });
    assert.equal(source.snapshot.error?.code, "timeout");
    while (cancelled === 0) await setTimeout(1);
    source.close();
  });

  it("because of a timeout reports it after two seconds without a page", async () => {
    /** @type {number[]} */
    const waits = [];
    const real = globalThis.setTimeout;
    const never = () => new Promise(() => undefined);
    for (const page of [undefined, /** @type {any} */ (new EventTarget())]) {
      globalThis.setTimeout = /** @type {any} */ (
        (/** @type {() => void} */ call, /** @type {number} */ ms) => {
          waits.push(ms);
          return real(call, 1);
        }
      );
      try {
        const source = createSource({ url, Flags, ready, page, fetch: /** @type {any} */ (never) });
        globalThis.setTimeout = real;
        const { error } = await source.loaded;
        assert.equal(error?.code, "timeout");
        source.close();
      } finally {
        globalThis.setTimeout = real;
      }
    }
    assert.deepEqual(waits, [2_000, 30_000]);
  });

  it("is not awaited longer than a refresh allows", async () => {
    /** @type {(response: Response) => void} */
    let respond = () => undefined;
    const source = await open({ body: text(1) });
    source.close();
    const slow = createSource({
      url,
      Flags,
      ready,
      timeoutMs: 60_000,
      fetch: /** @type {any} */ (() => new Promise(resolve => (respond = resolve))),
    });
    const waited = await slow.refresh({ timeoutMs: 5 });
    assert.equal(waited.status, "loading");
    assert.equal(waited.fetching, true);
    respond(new Response(text(3)));
    assert.equal((await slow.loaded).version, 3);
    slow.close();
  });

  it("because the module cannot start reports it, and starts later", async () => {
    let broken = true;
    const source = await open(
      { body: text(1) },
      {
        ready: async () => {
          if (broken) throw new Error("blocked by the page's policy");
        },
      },
    );
    assert.equal(source.snapshot.error?.code, "core");
    assert.match(
      String(source.snapshot.error?.message),
      /isoflag could not start: blocked by the page's policy/,
    );
    broken = false;
    await source.refresh();
    assert.equal(value(source), 1);
    source.close();
  });

  for (const member of ["supersedes", "stepsBackFrom", "version"]) {
    it(`because \`${member}\` traps reports it, and takes the document with the next poll`, async () => {
      const handles = liveHandles();
      let traps = false;
      /** @param {Uint8Array} bytes */
      const fromJson = bytes => {
        const flags = Flags.fromJson(bytes);
        const own = /** @type {any} */ (flags)[member];
        const get = () => {
          if (!traps) return typeof own === "function" ? own.bind(flags) : own;
          traps = false;
          throw new WebAssembly.RuntimeError("unreachable");
        };
        return Object.defineProperty(flags, member, { get });
      };
      const source = await open({ body: text(1) }, { Flags: { fromJson } });
      const first = source.snapshot.flags;
      answer = { body: text(2) };
      traps = true;
      await source.refresh();
      const { status, error } = source.snapshot;
      assert.deepEqual([status, error?.code, value(source)], ["stale", "core", 1]);
      assert.match(String(error?.message), /flags\.json` cannot be read: unreachable/);
      assert.equal(source.snapshot.flags, first);
      assert.equal(liveHandles(), handles + 1);
      await source.refresh();
      assert.deepEqual([source.snapshot.status, value(source)], ["ready", 2]);
      source.close();
      assert.equal(liveHandles(), handles);
    });
  }

  it("uses the server's digest if the module computes none", async () => {
    const slim = {
      /** @param {Uint8Array} bytes */
      fromJson(bytes) {
        const flags = Flags.fromJson(bytes);
        Object.defineProperty(flags, "digest", {
          get: () => {
            throw new Error("not in this module");
          },
        });
        return flags;
      },
    };
    const source = await open(
      { body: text(1), headers: { "Isoflag-Document": "sha256:abc" } },
      { Flags: slim },
    );
    assert.equal(source.snapshot.digest, "sha256:abc");
    source.close();
  });

  it("calls every listener although one throws", async () => {
    const source = await open({ body: text(1) });
    let told = 0;
    const { error } = console;
    /** @type {unknown[]} */
    const printed = [];
    console.error = thrown => printed.push(thrown.message);
    try {
      const unsubscribe = source.subscribe(() => {
        throw new Error("mine");
      });
      source.subscribe(() => told++);
      answer = { body: text(2) };
      await source.refresh();
      unsubscribe();
    } finally {
      console.error = error;
    }
    assert.ok(told > 0);
    assert.equal(printed.length, told);
    assert.equal(printed[0], "mine");
    assert.equal(value(source), 2);
    source.close();
  });
});

describe("a document source that is closed", () => {
  it("while it loads stops, without an error", async () => {
    const handles = liveHandles();
    /** @type {AbortSignal | undefined} */
    let signal;
    const source = createSource({
      url,
      Flags,
      ready,
      fetch: /** @type {any} */ (
        (/** @type {string} */ _, /** @type {RequestInit} */ init) => {
          signal = /** @type {AbortSignal} */ (init.signal);
          return new Promise(() => undefined);
        }
      ),
      onError: () => assert.fail(),
    });
    source.close();
    source.close();
    assert.equal((await source.loaded).status, "closed");
    assert.equal(signal?.aborted, true);
    assert.equal((await source.refresh()).status, "closed");
    assert.equal(liveHandles(), handles);
  });

  it("while a body arrives does not change", async () => {
    answer = { body: text(1) };
    const source = createSource({ url, Flags, ready });
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
    const source = createSource({ url, Flags, ready, fetch: async () => new Response(stream) });
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
    assert.equal(asked.length, 0);
  });

  it("by a listener frees both documents", async () => {
    const handles = liveHandles();
    const source = await open({ body: text(1) });
    source.subscribe(() => {
      if (source.snapshot.version === 2) source.close();
    });
    answer = { body: text(2) };
    await source.refresh();
    assert.equal(source.snapshot.status, "closed");
    assert.equal(liveHandles(), handles);
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
    answer = { body: text(2) };
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await source.refresh();
    assert.equal(asked.length, 2);
    assert.equal(value(source), 2);
    source.close();
    page.dispatchEvent(new Event("visibilitychange"));
    await setTimeout(10);
    assert.equal(asked.length, 2);
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
      await setTimeout(10);
      return asked.length;
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
    assert.equal(asked.length, 4);
    // It polls immediately.
    const unsubscribe = source.subscribe(() => undefined);
    await setTimeout(10);
    assert.equal(asked.length, 5);
    assert.equal(await visible(), 6);
    unsubscribe();
    assert.equal(await visible(), 6);
    source.close();
    source.subscribe(() => undefined);
    assert.equal(await visible(), 6);
  });

  it("does not if disabled", async () => {
    const page = pageThatIs("visible");
    const source = await open({ body: text(1) }, { page, refetchOnVisible: false });
    page.dispatchEvent(new Event("visibilitychange"));
    await setTimeout(10);
    assert.equal(asked.length, 1);
    source.close();
  });

  it("skips polls while the page is hidden", async () => {
    const source = await open({ body: text(1) }, { page: pageThatIs("hidden"), intervalMs: 2 });
    await setTimeout(30);
    assert.equal(asked.length, 1);
    source.close();
  });
});
