/** Tests of the consistency gate and times to live. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, parseTtl } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const user = { kind: "user", key: "ada" };
const changed = 1_795_172_400;

/** @param {unknown} lastModifiedTimestamp */
function changedAt(lastModifiedTimestamp) {
  return Flags.fromObject({
    ...document(flag("on", { variations: [true] })),
    meta: { version: 7, lastModifiedTimestamp },
  });
}

describe("the consistency gate", () => {
  it("opens after the time to live, and reports propagation later", () => {
    const flags = changedAt(changed);
    for (const [age, isBackendConsistent, settled, remainingSeconds] of /** @type {const} */ ([
      [0, false, false, 900],
      [899_500, false, false, 1],
      [900_000, false, false, 0],
      [900_001, true, false, 0],
      [1_803_001, true, true, 0],
    ])) {
      const found = flags.consistency("on", user, changed * 1000 + age, 900);
      const expected = { enabled: true, isBackendConsistent, settled, remainingSeconds };
      assert.deepEqual(found, { ...expected, version: 7, digest: flags.digest });
      const bound = flags.bind(user);
      assert.deepEqual(bound.consistency("on", changed * 1000 + age, 900), found);
    }
    assert.equal(flags.consistency("on", user, changed * 1000 + 1_800_001, 900, 0).settled, true);
  });

  it("remains closed if the time of the change is unknown", () => {
    for (const [given, code] of [
      [null, "missing-stamp"],
      [changed * 1000, "millisecond-stamp"],
      [changed + 2, "future-stamp"],
      ["yesterday", "invalid-stamp"],
    ]) {
      const found = changedAt(given).consistency("on", user, changed * 1000, 0);
      assert.equal(found.isBackendConsistent || found.settled, false);
      assert.equal(found.remainingSeconds, null);
      assert.deepEqual(
        found.diagnostics?.map(diagnostic => diagnostic.code),
        [code],
      );
    }
  });

  it("never throws for a key or a context, and leaves no handle behind", () => {
    const flags = changedAt(changed);
    const before = liveHandles();
    for (const [key, context] of /** @type {any[][]} */ ([
      ["missing", user],
      ["\ud800", user],
      ["on", null],
      [7, user],
    ])) {
      assert.equal(flags.consistency(key, context, 1e15, 1).enabled, false);
    }
    assert.equal(liveHandles(), before);
  });
});

describe("a time to live", () => {
  it("is parsed like in the AppConfig extension", () => {
    assert.deepEqual(["45", "45s", "5m", "1h"].map(parseTtl), [45, 45, 300, 3600]);
    for (const text of ["", "abc", "-1", "0", "1.5", "1d"])
      assert.throws(() => parseTtl(text), /invalid TTL/);
  });
});
