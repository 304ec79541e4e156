/** Tests that a page shows no default while the network is slow: on the first visit with a preload, and on the next one. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { ANSWERS } from "../application.js";
import { run } from "../check.js";
import { chromium, inChromium, serve } from "../pages.js";

/** 1.6 Mbit/s, and 150 ms for a response. */
const network = { downloadThroughput: 200_000, uploadThroughput: 93_750, latency: 150 };
const [answer] = ANSWERS;
const options = {
  seconds: 60,
  network,
  reported: `globalThis.shown?.includes(${JSON.stringify(answer)}) ? globalThis.shown : undefined`,
};

const isNotFallback = text => text !== "waiting";

export function suite(folder) {
  const visit = chromium();
  let server;
  /** The document is not sent before. */
  let sent = Promise.resolve();
  before(async () => {
    await run(folder, ["node_modules/.bin/vite", "build"]);
    const instead = { "/flags.json": () => sent.then(() => false) };
    server = await serve(`${folder}out`, { instead });
  });
  after(() => server.stop());

  it(
    "a first visit with the preload of `isoflag/vite`, and a return visit, show no default",
    inChromium,
    async () => {
      const first = await visit(server.address, options);
      assert.deepEqual(first.answer.filter(isNotFallback), [answer]);
      assert.deepEqual(first.faults, []);
      assert.equal(server.requests.filter(path => path.endsWith(".wasm")).length, 1);
      await first.page.waitForFunction(
        async () => (await (await caches.open("isoflag")).match("/flags.json")) !== undefined,
      );
      let send;
      sent = new Promise(resolve => {
        send = resolve;
      });
      const second = await visit(server.address, { ...options, context: first.page.context() });
      send();
      assert.deepEqual(second.answer.filter(isNotFallback), [answer]);
      assert.deepEqual(second.faults, []);
      await second.close();
    },
  );
}
