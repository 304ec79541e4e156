// A source that follows a stream of events.

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { create, open, served, text, value } from "./source-server.js";

const host = /** @type {any} */ (globalThis);

/** A stream, as a browser's `EventSource`. */
class Stream extends EventTarget {
  /** @type {Stream[]} */
  static opened = [];
  readyState = 1;
  /** @param {string} url @param {object} [options] */
  constructor(url = "", options = {}) {
    super();
    if (url === "bad:") throw new SyntaxError("not an address");
    this.url = url;
    this.options = options;
    Stream.opened.push(this);
  }
  close() {
    this.readyState = 2;
  }
}

afterEach(() => {
  delete host.EventSource;
  Stream.opened = [];
});

/** Waits until something is true. @param {() => unknown} isTrue */
async function until(isTrue) {
  for (let turn = 0; turn < 500 && !isTrue(); turn++) await setTimeout(5);
  assert.ok(isTrue());
}

/** A source after its first document, and its stream. @param {object} [options] */
async function following(options) {
  host.EventSource = Stream;
  const source = await open({ body: text(1) }, { events: "https://flags.example/stream", ...options });
  await until(() => Stream.opened.length === 1);
  return { source, stream: /** @type {Stream} */ (Stream.opened[0]) };
}

describe("a source with a stream of events", () => {
  for (const event of ["message", "put", "patch"]) {
    it(`refreshes after \`${event}\``, async () => {
      const { source, stream } = await following();
      assert.equal(stream.url, "https://flags.example/stream");
      served.answer = { body: text(2) };
      stream.dispatchEvent(new Event(event));
      await until(() => value(source) === 2);
    });
  }

  it("ignores other events", async () => {
    const { stream } = await following();
    for (const event of ["open", "ping", "error"]) stream.dispatchEvent(new Event(event));
    await setTimeout(30);
    assert.equal(served.requests.length, 1);
  });

  it("refreshes after the stream has reconnected", async () => {
    const { stream } = await following();
    stream.dispatchEvent(new Event("error"));
    stream.dispatchEvent(new Event("open"));
    await until(() => served.requests.length === 2);
    stream.dispatchEvent(new Event("open"));
    await setTimeout(30);
    assert.equal(served.requests.length, 2);
  });

  it("refreshes once more for the events during a request, however many", async () => {
    const { stream } = await following();
    for (let turn = 0; turn < 5; turn++) stream.dispatchEvent(new Event("put"));
    await until(() => served.requests.length === 3);
    await setTimeout(50);
    assert.equal(served.requests.length, 3);
  });

  it("still polls", async () => {
    const { source } = await following({ intervalMs: 20 });
    served.answer = { body: text(2) };
    await until(() => value(source) === 2);
  });

  it("refreshes while the page is hidden", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
    const { source, stream } = await following({ page });
    served.answer = { body: text(2) };
    stream.dispatchEvent(new Event("message"));
    await until(() => value(source) === 2);
  });

  it("does not refresh before the `Retry-After` of the server", async () => {
    const { source, stream } = await following();
    served.answer = { status: 503, headers: { "Retry-After": "30" } };
    await source.refresh();
    served.answer = { body: text(2) };
    for (const event of ["put", "error", "open"]) stream.dispatchEvent(new Event(event));
    await setTimeout(20);
    assert.equal(served.requests.length, 2);
  });

  it("closes the stream with the source, and without it", async () => {
    const { source, stream } = await following();
    source.close();
    assert.equal(stream.readyState, 2);
    stream.dispatchEvent(new Event("put"));
    await setTimeout(20);
    assert.equal(served.requests.length, 1);
    // It is closed before the code for streams has loaded.
    create({ events: "https://flags.example/stream" }).close();
    await setTimeout(20);
    assert.equal(Stream.opened.length, 1);
  });

  it("closes the stream while it has no subscribers, and opens it again", async () => {
    const { source, stream } = await following();
    source.subscribe(() => {})();
    stream.dispatchEvent(new Event("put"));
    assert.equal(stream.readyState, 2);
    assert.equal(served.requests.length, 1);
    const unsubscribe = source.subscribe(() => {});
    await until(() => Stream.opened.length === 2);
    unsubscribe();
  });

  it("sends cookies to the stream if it sends them to the document", async () => {
    const { stream } = await following({ request: { credentials: "include" } });
    assert.deepEqual(stream.options, { withCredentials: true });
  });

  it("follows an object with the interface of `EventSource`, and closes it at the end only", async () => {
    const stream = new Stream();
    const source = await open({ body: text(1) }, { events: stream });
    served.answer = { body: text(2) };
    await until(() => {
      stream.dispatchEvent(new Event("message"));
      return value(source) === 2;
    });
    source.subscribe(() => {})();
    stream.dispatchEvent(new Event("message"));
    assert.equal(stream.readyState, 1);
    // Whether it is followed or not.
    source.close();
    assert.equal(stream.readyState, 2);
    const followed = new Stream();
    create({ events: followed }).close();
    assert.equal(followed.readyState, 2);
  });
});

describe("a stream that cannot be followed is reported to `onError`, and the source polls", () => {
  /** @param {(errors: any[]) => Promise<{ source: any }>} start @param {RegExp} message */
  async function reports(start, message) {
    /** @type {any[]} */
    const errors = [];
    const { source } = await start(errors);
    await until(() => errors.length === 1);
    assert.equal(errors[0].name, "SourceError");
    assert.equal(errors[0].code, "events");
    assert.match(errors[0].message, message);
    assert.equal(source.snapshot.status, "ready");
    assert.equal(source.snapshot.error, undefined);
    served.answer = { body: text(2) };
    await until(() => value(source) === 2);
  }
  const onError = (/** @type {any[]} */ errors) => (/** @type {any} */ error) => errors.push(error);

  it("without `EventSource`", async () => {
    await reports(async errors => {
      const options = { events: "https://flags.example/s", intervalMs: 20, onError: onError(errors) };
      return { source: await open({ body: text(1) }, options) };
    }, /^`https:\/\/flags\.example\/s` cannot be followed, because this host runtime has no `EventSource`/);
  });

  it("at an invalid address", async () => {
    host.EventSource = Stream;
    await reports(async errors => {
      const options = { events: "bad:", intervalMs: 20, onError: onError(errors) };
      return { source: await open({ body: text(1) }, options) };
    }, /^`bad:` cannot be followed: not an address$/);
  });

  it("after the server has ended it", async () => {
    await reports(async errors => {
      const { source, stream } = await following({ intervalMs: 20, onError: onError(errors) });
      stream.dispatchEvent(new Event("error"));
      assert.equal(errors.length, 0);
      stream.close();
      stream.dispatchEvent(new Event("error"));
      return { source };
    }, /has ended the stream of events; the source still polls$/);
  });
});
