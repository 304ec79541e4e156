// A source follows a stream of server-sent events over HTTP, with `EventSource` of a package and with Chromium's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";

import { EventSource } from "eventsource";

import { Flags, ready } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { pageOf, skip } from "../chromium.js";
import { SEEN, scenario } from "./scenario.js";

/** @typedef {import("node:http").ServerResponse} Response */

/** A server with a document that can be changed, and with streams of events about its changes. */
class Publisher {
  #document = "";
  #id = 0;
  #isOver = false;
  /** @type {Set<Response>} */
  #streams = new Set();
  /** The header `Last-Event-ID` of each request for a stream, or null. */
  #lastEventIds = /** @type {(string | null)[]} */ ([]);

  /**
   * Answers a request, or returns false.
   *
   * @param {import("node:http").IncomingMessage} request
   * @param {Response} response
   */
  answer = (request, response) => {
    if (request.url === "/flags.json") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(this.#document);
    } else if (request.url === "/stream") {
      this.#open(request.headers["last-event-id"], response);
    } else if (request.url === "/streams") {
      response.end(JSON.stringify({ open: this.#streams.size, lastEventIds: this.#lastEventIds }));
    } else if (request.url === "/publish") {
      void text(request).then(body => {
        this.#publish(JSON.parse(body));
        response.end();
      });
    } else {
      return false;
    }
    return true;
  };

  /** @param {string | string[] | undefined} lastEventId @param {Response} response */
  #open(lastEventId, response) {
    this.#lastEventIds.push(lastEventId?.toString() ?? null);
    if (this.#isOver) {
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" }).write("retry: 20\n\n");
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
  }

  /** @param {{ document: string, event?: string, ends?: boolean, isOver?: boolean }} change */
  #publish({ document, event, ends = false, isOver = false }) {
    this.#document = document;
    this.#isOver = isOver;
    for (const stream of this.#streams) {
      // The content of an event is not read.
      if (event !== undefined) stream.write(`event: ${event}\nid: ${++this.#id}\ndata: {"broken\n\n`);
      if (ends) stream.end();
    }
  }
}

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
