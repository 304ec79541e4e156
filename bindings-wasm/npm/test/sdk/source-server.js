// A server with scripted responses, and sources of it that are closed after each test.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ready } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { document, flag } from "../documents.js";

/**
 * @typedef {import("../../dist/source.js").DocumentSource} DocumentSource
 * @typedef {{ status?: number, body?: string, headers?: Record<string, string>, break?: boolean }} Answer
 */

export const user = { kind: "user", key: "ada" };
export const text = (/** @type {number} */ version, value = version) =>
  JSON.stringify({ ...document(flag("f", { variations: [value] })), meta: { version } });

/** The server: its next answer, the headers of the requests so far, and the address of the document. */
export const served = {
  answer: /** @type {Answer} */ ({}),
  requests: /** @type {import("node:http").IncomingHttpHeaders[]} */ ([]),
  url: "",
};
const server = createServer((request, response) => {
  served.requests.push(request.headers);
  const { status = 200, body = "", headers = {}, break: breaks } = served.answer;
  if (headers.ETag !== undefined && request.headers["if-none-match"] === headers.ETag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  if (!breaks) {
    response.end(body);
    return;
  }
  response.write("{");
  setTimeout(10).then(() => response.destroy());
});

/** @type {unknown[]} */
const unhandled = [];
process.on("unhandledRejection", error => unhandled.push(error));
before(async () => {
  await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  served.url = `http://127.0.0.1:${port}/flags.json`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await setTimeout(20);
  assert.deepEqual(unhandled, []);
});

/** @type {DocumentSource[]} */
const created = [];
let handles = 0;
beforeEach(() => {
  handles = liveHandles();
});
// A source that is closed leaves no handle behind.
afterEach(() => {
  for (const source of created.splice(0)) source.close();
  assert.equal(liveHandles(), handles);
});

/** A source that is closed after the test. @param {any} options */
export function create(options = {}) {
  const source = createSource({ url: served.url, Flags, ready, ...options });
  created.push(source);
  return source;
}

/** A source after its first attempt. @param {Answer} first @param {any} options */
export async function open(first, options = {}) {
  served.answer = first;
  served.requests = [];
  const source = create(options);
  await source.loaded;
  return source;
}

/** @param {DocumentSource} source */
export const value = source => source.snapshot.flags?.variation("f", user, "default");
