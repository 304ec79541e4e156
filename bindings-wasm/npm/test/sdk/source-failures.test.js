// Failures of a source: what it reports, and that it keeps the last good document.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { SourceError } from "../../dist/source.js";
import { create, open, served, text, value } from "./source-server.js";

/** @typedef {import("./source-server.js").Answer} Answer */

describe("a document source that is refused", () => {
  const html = { "Content-Type": "text/html; charset=utf-8" };
  const notJson = { code: "document", message: /is not a flag document: /, cause: "DocumentError" };
  /** @type {Record<string, { answer: Answer, code: string, message: RegExp, cause?: string }>} */
  const refusals = {
    404: {
      answer: { status: 404, body: "no" },
      code: "status",
      message: /flags\.json` answered 404 instead of/,
    },
    206: { answer: { status: 206, body: text(1) }, code: "status", message: /answered 206 instead of/ },
    500: { answer: { status: 500 }, code: "status", message: /answered 500 instead of a flag document/ },
    "HTML as HTML": {
      answer: { body: "\n<!doctype html>", headers: html },
      code: "html",
      message: /a web page instead of a flag document; .* check the address/,
    },
    "HTML as JSON": { answer: { body: "<html></html>" }, code: "html", message: /a web page/ },
    "no text": { answer: {}, ...notJson },
    "broken JSON": { answer: { body: '{"flags": {' }, ...notJson },
    "JSON that is not a document": { answer: { body: "{}" }, ...notJson },
    "a broken connection": {
      answer: { break: true },
      code: "network",
      message: /could not be fetched: /,
      cause: "TypeError",
    },
  };

  for (const [name, { answer: refusal, code, message, cause }] of Object.entries(refusals)) {
    it(`by ${name} has no document at first, and keeps the last good one later`, async () => {
      /** @type {SourceError[]} */
      const errors = [];
      const source = await open(refusal, {
        onError: (/** @type {SourceError} */ error) => errors.push(error),
      });
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

      served.answer = { body: text(1) };
      await source.refresh();
      assert.deepEqual([source.snapshot.status, source.snapshot.error], ["ready", undefined]);
      const { flags: good, fetchedAt } = source.snapshot;

      served.answer = refusal;
      await source.refresh();
      assert.equal(source.snapshot.status, "stale");
      assert.equal(source.snapshot.error?.code, code);
      assert.equal(source.snapshot.flags, good);
      assert.equal(source.snapshot.fetchedAt, fetchedAt);
      assert.equal(value(source), 1);

      served.answer = { body: text(2) };
      await source.refresh();
      assert.deepEqual([source.snapshot.status, source.snapshot.error], ["ready", undefined]);
      assert.equal(value(source), 2);
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

  it("because it has no address is an error at once", () => {
    for (const url of [undefined, null, ""]) {
      assert.throws(() => create({ url }), { name: "TypeError", message: /^`url` is missing/ });
    }
  });

  it("is reported without the user name and the password of the address", async () => {
    for (const name of ["ada:secret", "secret"]) {
      const { error } = (await open({}, { url: `https://${name}@flags.example/a@b.json` })).snapshot;
      assert.equal(error?.url, "https://flags.example/a@b.json");
      assert.match(error.message, /^`https:\/\/flags.example\/a@b.json` /);
      assert.doesNotMatch(error.message, /secret/);
    }
  });

  it("is reported without the query of the address, which may have a token", async () => {
    const query = "?token=secret&b=#secret";
    for (const [address, options] of Object.entries({
      [served.url]: { answer: { status: 403 } },
      "https://[": { answer: {} },
      "/flags.json": { answer: { body: "{}" }, page: new EventTarget() },
    })) {
      const source = await open(options.answer, { ...options, url: address + query });
      const { error } = source.snapshot;
      assert.equal(error?.url, address);
      assert.ok(error.message.startsWith(`\`${address}\` `), error.message);
      assert.doesNotMatch(error.message, /secret/);
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
        const source = create({ page, fetch: never });
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
    const slow = create({ timeoutMs: 60_000, fetch: () => new Promise(resolve => (respond = resolve)) });
    const waited = await slow.refresh({ timeoutMs: 5 });
    assert.equal(waited.status, "loading");
    assert.equal(waited.fetching, true);
    respond(new Response(text(3)));
    assert.equal((await slow.loaded).version, 3);
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
      served.answer = { body: text(2) };
      traps = true;
      await source.refresh();
      const { status, error } = source.snapshot;
      assert.deepEqual([status, error?.code, value(source)], ["stale", "core", 1]);
      assert.match(String(error?.message), /flags\.json` cannot be read: unreachable/);
      assert.equal(source.snapshot.flags, first);
      assert.equal(liveHandles(), handles + 1);
      await source.refresh();
      assert.deepEqual([source.snapshot.status, value(source)], ["ready", 2]);
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
      served.answer = { body: text(2) };
      await source.refresh();
      unsubscribe();
    } finally {
      console.error = error;
    }
    assert.ok(told > 0);
    assert.equal(printed.length, told);
    assert.equal(printed[0], "mine");
    assert.equal(value(source), 2);
  });
});

describe("a document source in a host runtime", () => {
  /** The response of a `fetch` without the streams of the web. @param {number} status @param {unknown} body */
  const response = (status, body) => ({
    status,
    ok: status === 200,
    headers: new Headers(),
    body,
    arrayBuffer: async () => new TextEncoder().encode(text(1)).buffer,
  });

  for (const [name, body] of /** @type {const} */ ([
    ["no streams", undefined],
    ["Node's streams", { pipe() {} }],
  ])) {
    it(`whose fetch has ${name} reads the document, and the status of a failure`, async () => {
      const source = create({ fetch: async () => response(200, body) });
      await source.loaded;
      assert.deepEqual([source.snapshot.status, value(source)], ["ready", 1]);
      const failing = create({ fetch: async () => response(503, body) });
      await failing.loaded;
      assert.equal(failing.snapshot.error?.status, 503);
    });
  }

  it("reports a status without waiting until the body is cancelled", async () => {
    const body = () => new ReadableStream({ cancel: () => new Promise(() => undefined) });
    const source = create({ fetch: async () => new Response(body(), { status: 503 }) });
    assert.equal((await source.loaded).error?.status, 503);
  });

  it("that refuses a mode of the cache does without it", async test => {
    /** @param {RequestInit} init */
    const refuse = init => {
      if ("cache" in init) throw new TypeError("the `cache` field is not implemented");
    };
    test.mock.method(
      globalThis,
      "Request",
      /** @type {any} */ (
        (/** @type {unknown} */ _, /** @type {RequestInit} */ init) => {
          refuse(init);
        }
      ),
    );
    const source = create({
      fetch: async (/** @type {unknown} */ _, /** @type {RequestInit} */ init) => {
        refuse(init);
        return new Response(text(1));
      },
    });
    assert.equal((await source.loaded).error, undefined);
  });

  it("that refuses timers outside of a request reports it, and loads in a request", async test => {
    served.answer = { body: text(1) };
    const refuse = () => {
      throw new Error("Disallowed operation called within global scope");
    };
    const mocks = /** @type {const} */ (["setTimeout", "setInterval"]).map(name =>
      test.mock.method(globalThis, name, refuse),
    );
    const source = create({ intervalMs: 1000, initial: text(0) });
    const { error } = await source.loaded;
    for (const { mock } of mocks) mock.restore();
    assert.match(String(error?.message), /cannot be read: Disallowed operation/);
    assert.equal(value(source), 0);
    await source.refresh();
    assert.equal(value(source), 1);
  });
});

describe("an option of a document source", () => {
  it("that is null is absent", async () => {
    const names =
      "ready fetch request authoritative intervalMs events timezone refetchOnVisible timeoutMs".split(" ");
    const others = "initial persist signal onError page".split(" ");
    const absent = Object.fromEntries([...names, ...others].map(name => [name, null]));
    const source = await open({ body: text(1) }, absent);
    assert.deepEqual([source.snapshot.status, source.snapshot.error], ["ready", undefined]);
    source.close();
  });

  for (const timeoutMs of [0, -1, Number.NaN]) {
    it(`\`timeoutMs: ${timeoutMs}\` is not a limit`, async () => {
      const fetch = () => setTimeout(20).then(() => new Response(text(1)));
      const source = create({ fetch, timeoutMs });
      assert.equal((await source.loaded).error, undefined);
    });
  }
});
