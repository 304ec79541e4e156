// Times longer than any timer of a host: they never pass, instead of at once.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags } from "../../dist/node.js";
import { createSource } from "../../dist/source.js";
import { document, flag } from "../documents.js";

const url = "https://a.example/flags.json";
const pause = (/** @type {number} */ ms) => new Promise(resolve => setTimeout(resolve, ms));

/** A source whose server answers after a moment. @param {object} options */
function slowSource(options) {
  let count = 0;
  const fetch = async () => {
    count++;
    await pause(20);
    return Response.json(document(flag("f")));
  };
  const source = createSource({ url, Flags, fetch, ...options });
  return { source, count: () => count };
}

describe("a time longer than any timer", () => {
  for (const ms of [2 ** 31, 1e300, Number.POSITIVE_INFINITY]) {
    it(`an interval of ${ms} ms does not poll at once`, async () => {
      const { source, count } = slowSource({ intervalMs: ms });
      await source.loaded;
      await pause(60);
      source.close();
      assert.equal(count(), 1);
    });

    it(`a limit of ${ms} ms does not end an attempt, nor the wait for it`, async () => {
      const { source } = slowSource({ timeoutMs: ms });
      const snapshot = await source.refresh({ timeoutMs: ms });
      source.close();
      assert.equal(snapshot.error, undefined);
      assert.equal(snapshot.status, "ready");
    });
  }
});
