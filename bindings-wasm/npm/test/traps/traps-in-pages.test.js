// Like traps.test.js, in Chromium: on a page's main thread and in its worker.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { pageOf, skip } from "../chromium.js";
import { EXPECTED } from "./exhaustion.js";

describe("in a page", { skip }, () => {
  const visited = pageOf("/test/traps/page.js");

  for (const module of ["core", "tools"]) {
    for (const thread of ["page", "worker"]) {
      it(`a full stack inside ${module}.wasm in a ${thread} leaves the package working`, async () => {
        const result = await visited(`${module}&overflow&${thread}`);
        assert.deepEqual(result.wrong, [], JSON.stringify(result));
        assert.ok(result.caught > 0);
      });

      it(`a document that does not fit into the memory of ${module}.wasm in a ${thread} is rejected`, async () => {
        assert.deepEqual(await visited(`${module}&exhaust&${thread}`), EXPECTED);
      });
    }
  }
});
