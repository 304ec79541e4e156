// A source follows a stream of server-sent events over HTTP, with `EventSource` of a package and with Chromium's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, it } from "node:test";

import { EventSource } from "eventsource";

import { Flags, ready } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { pageOf, skip } from "../chromium.js";
import { Publisher } from "./publisher.js";
import { SEEN, scenario } from "./scenario.js";

it("in Node", async () => {
  const server = createServer(new Publisher().answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const host = /** @type {any} */ (globalThis);
  host.EventSource = EventSource;
  try {
    const start = (/** @type {any} */ options) => createSource({ Flags, ready, ...options });
    assert.deepEqual(await scenario(start, `http://127.0.0.1:${port}`), SEEN);
  } finally {
    delete host.EventSource;
    server.closeAllConnections();
    server.close();
  }
});

describe("in a page", { skip }, () => {
  const visited = pageOf("/test/streams/page.js", new Publisher().answer);

  it("of Chromium", async () => assert.deepEqual(await visited(), SEEN));
});
