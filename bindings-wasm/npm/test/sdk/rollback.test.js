// A rollback reaches an open page within one poll, and a cache's older copy is ignored.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ready } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { document, flag } from "../documents.js";

const user = { kind: "user", key: "ada" };
const STAMP = 1_795_172_400;
/** A release as written by `isoflag stamp`: a higher version and a later timestamp each time. */
const release = (/** @type {number} */ version) =>
  JSON.stringify({
    ...document(flag("f", { variations: [version] })),
    meta: { version, lastModifiedTimestamp: STAMP + version * 60 },
  });
const at = (/** @type {number} */ seconds) => new Date((STAMP + seconds) * 1000).toUTCString();

/** @typedef {import("../../dist/source.js").DocumentSource} DocumentSource */
/** @typedef {Record<string, string>} Headers */
/** @typedef {[version: number, headers?: Headers]} Given */

/** @param {DocumentSource} source */
const value = source => source.snapshot.flags?.variation("f", user, "default");

/**
 * A source to which each poll gives the next answer.
 * @param {Given[]} answers
 * @param {Partial<import("../../dist/source.js").SourceOptions>} options
 */
async function polled(answers, options = {}) {
  /** @type {RequestInit[]} */
  const requests = [];
  const left = [...answers];
  const source = createSource({
    url: "https://shop.example/flags.json",
    Flags,
    ready,
    fetch: async (_, init = {}) => {
      requests.push(init);
      const [version, headers = {}] = /** @type {Given} */ (left.shift());
      const etag = new globalThis.Headers(init.headers).get("If-None-Match");
      if (etag !== null && etag === headers.ETag) return new Response(null, { status: 304, headers });
      return new Response(release(version), { headers });
    },
    ...options,
  });
  await source.loaded;
  const seen = [[value(source), source.snapshot.error?.code]];
  while (left.length > 0) {
    await source.refresh();
    seen.push([value(source), source.snapshot.error?.code]);
  }
  return { source, seen, requests };
}

describe("an open page", () => {
  it("takes the document that its origin serves again, whatever its version", async () => {
    for (const headers of [
      [{}, {}, {}],
      [{ "Last-Modified": at(0) }, { "Last-Modified": at(0) }, { "Last-Modified": at(0) }],
      [{ Date: at(0) }, { Date: at(60) }, { Date: at(120) }],
      [{ ETag: '"a"' }, { ETag: '"b"' }, { ETag: '"a"' }],
      [{ Age: "0" }, {}, {}],
    ]) {
      const answers = [1, 2, 1].map((version, place) => /** @type {Given} */ ([version, headers[place]]));
      const { source, seen } = await polled(answers);
      assert.deepEqual(seen, [
        [1, undefined],
        [2, undefined],
        [1, undefined],
      ]);
      assert.equal(source.snapshot.status, "ready");
      assert.equal(source.snapshot.version, 1);
      source.close();
    }
  });

  for (const [name, newer, older, later] of /** @type {[string, Headers, Headers, Headers][]} */ ([
    ["Last-Modified", { "Last-Modified": at(60) }, { "Last-Modified": at(0) }, { "Last-Modified": at(120) }],
    ["Date", { Date: at(60) }, { Date: at(0) }, { Date: at(120) }],
    ["Age", {}, { Age: "3600" }, { Age: "0" }],
    [
      "Last-Modified before Date",
      { "Last-Modified": at(60), Date: at(60) },
      { "Last-Modified": at(0), Date: at(90) },
      { "Last-Modified": at(61), Date: at(30) },
    ],
  ])) {
    it(`ignores a stale copy by ${name}, and follows a later rollback`, async () => {
      const handles = liveHandles();
      const { source, seen } = await polled([
        [1, older],
        [2, newer],
        [1, older],
        [2, newer],
        [1, older],
        [1, later],
        [2, older],
        // The same document, from a cache that has it from before: the other's copy is not used after it.
        [1, older],
        [2, older],
      ]);
      assert.deepEqual(seen, [
        [1, undefined],
        [2, undefined],
        [2, "stale-copy"],
        [2, undefined],
        [2, "stale-copy"],
        [1, undefined],
        [1, "stale-copy"],
        [1, undefined],
        [1, "stale-copy"],
      ]);
      assert.equal(source.snapshot.status, "stale");
      assert.match(String(source.snapshot.error?.message), /older than the document that is held/);
      source.close();
      assert.equal(liveHandles(), handles);
    });
  }

  it("keeps the times of the answer that confirmed its document, also of a 304", async () => {
    const { source, seen } = await polled([
      [2, { ETag: '"b"', Date: at(60) }],
      [2, { ETag: '"b"', Date: at(600) }],
      [1, { ETag: '"a"', Date: at(300) }],
    ]);
    assert.deepEqual(seen.at(-1), [2, "stale-copy"]);
    source.close();
  });

  it("keeps the Last-Modified that a 304 does not repeat", async () => {
    const { source, seen } = await polled([
      [2, { ETag: '"b"', "Last-Modified": at(60), Date: at(60) }],
      [2, { ETag: '"b"', Date: at(120) }],
      [1, { ETag: '"a"', "Last-Modified": at(0), Date: at(180) }],
    ]);
    assert.deepEqual(seen.at(-1), [2, "stale-copy"]);
    source.close();
  });

  it("believes a server that is configured as having no cache in between", async () => {
    const { source, seen } = await polled(
      [
        [2, { "Last-Modified": at(60) }],
        [1, { "Last-Modified": at(0) }],
      ],
      { authoritative: true },
    );
    assert.deepEqual(seen.at(-1), [1, undefined]);
    source.close();
  });

  it("makes the host's cache revalidate, whatever its options, if the answer is trusted", async () => {
    const page = /** @type {any} */ (globalThis);
    page.location = { href: "https://page.example/index.html", origin: "https://page.example" };
    try {
      const request = /** @type {any} */ ({ cache: "force-cache", credentials: "include" });
      const { source, seen, requests } = await polled([[1], [2], [1]], { request });
      assert.deepEqual(seen.at(-1), [1, undefined]);
      assert.deepEqual(
        requests.map(({ cache, credentials }) => [cache, credentials]),
        Array(3).fill(["no-cache", "include"]),
      );
      source.close();
    } finally {
      delete page.location;
    }
  });

  it("counts the gate from when it took the earlier document", async () => {
    const before = Date.now();
    const { source } = await polled([[1], [2], [1], [1]]);
    const { flags, steppedBackAt } = source.snapshot;
    assert.ok(flags && steppedBackAt !== undefined && steppedBackAt >= before);
    const gate = (/** @type {number} */ now) => {
      const options = { takenMs: steppedBackAt };
      const found = flags.consistency("f", user, now, 900, undefined, options);
      const bound = flags.bind(user);
      assert.deepEqual(bound.consistency("f", now, 900, undefined, options), found);
      return found.remainingSeconds;
    };
    assert.equal(gate(steppedBackAt), 900);
    assert.equal(gate(steppedBackAt + 900_000), 1);
    source.close();
    const forward = await polled([[1], [2]]);
    assert.equal(forward.source.snapshot.steppedBackAt, undefined);
    forward.source.close();
  });
});

describe("an open page over a socket", () => {
  let body = "";
  const server = createServer((_, response) => response.end(body));
  before(() => new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined))));
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("takes a rollback in the second in which it was published", async () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    body = release(1);
    const source = createSource({ url: `http://127.0.0.1:${port}/flags.json`, Flags, ready });
    await source.loaded;
    for (const version of [2, 1, 2, 1]) {
      body = release(version);
      await source.refresh();
      assert.equal(value(source), version);
      assert.equal(source.snapshot.status, "ready");
    }
    source.close();
  });
});

describe("evidence", () => {
  it("of another shape has no effect", () => {
    const [one, other] = [Flags.fromJson(release(1)), Flags.fromJson(release(2))];
    for (const evidence of /** @type {any[]} */ ([{ offered: { age: 5 } }, { version: 5 }, "now"])) {
      assert.equal(one.supersedes(other, evidence), true);
    }
    assert.equal(one.supersedes(undefined, {}), true);
    assert.equal(one.supersedes(null, { offered: undefined }), true);
    assert.equal(one.stepsBackFrom(other), true);
    one.free();
    assert.throws(() => one.supersedes(other, {}), /used after `free\(\)`/);
    assert.throws(() => other.supersedes(one, {}), /used after `free\(\)`/);
    assert.throws(() => other.stepsBackFrom(one), /used after `free\(\)`/);
    other.free();
  });
});
