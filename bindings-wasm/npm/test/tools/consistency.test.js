/** Tests of the consistency gate, times to live and histories with pins; the vectors have the tables. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { liveHandles } from "../../dist/generated/glue.js";
import { DocumentHistory, Flags, PinError, parseTtl } from "../../dist/node.js";
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
      [899_500, false, false, 1],
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
    const found = changedAt("yesterday").consistency("on", user, changed * 1000, 0);
    assert.equal(found.isBackendConsistent || found.settled, false);
    assert.equal(found.remainingSeconds, null);
    assert.deepEqual(
      found.diagnostics?.map(diagnostic => diagnostic.code),
      ["invalid-stamp"],
    );
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
    assert.equal(parseTtl("5m"), 300);
    assert.throws(() => parseTtl("1d"), /invalid TTL/);
  });
});

const on = document(flag("f", { variations: ["new", "off"], offVariation: 1 }));
const off = document(flag("f", { variations: ["new", "off"], offVariation: 1, on: false }));
const other = document(flag("f", { variations: ["newer", "off"], offVariation: 1 }));

/** @param {object[]} documents */
function held(...documents) {
  const history = new DocumentHistory();
  for (const [moment, each] of documents.entries()) history.add(each, moment);
  return history;
}

/** @param {() => unknown} call */
function refusal(call) {
  try {
    call();
  } catch (error) {
    if (error instanceof PinError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a history of documents", () => {
  it("stores them by digest, in whatever form they are passed", () => {
    const history = new DocumentHistory();
    assert.deepEqual([history.newest(), history.digests(), history.size], [undefined, [], 0]);
    const flags = Flags.fromObject(on);
    history.add(flags, 0);
    history.add(JSON.stringify(off), 1);
    history.add(off, 2);
    assert.deepEqual(history.digests(), [Flags.fromObject(off).digest, flags.digest]);
    assert.equal(history.get(flags.digest)?.variation("f", user, null), "new");
    assert.equal(history.get("sha256:0"), undefined);
    assert.throws(() => history.add({}, 3), { name: "DocumentError" });
  });

  it("drops the oldest at its limit, and never the newest", () => {
    const documents = [0, 1, 2, 3].map(number => document(flag("f", { variations: [number] })));
    for (const limits of [{ maxDocuments: 2 }, { maxDocuments: 1 }, { maxBytes: 1 }]) {
      const history = new DocumentHistory(limits);
      for (const each of documents) history.add(each, 0);
      assert.equal(history.digests().length, limits.maxDocuments ?? 1);
      assert.equal(history.newest()?.variation("f", user, null), 3);
      assert.equal(history.keep(documents[0] ?? {}, -1), false);
    }
  });

  it("leaves no handles behind", () => {
    const before = liveHandles();
    const history = held(on, other);
    const pinned = history.pinned(history.digests()[1] ?? "", 2, 45);
    refusal(() => history.pinned("", 2, 45));
    assert.equal(liveHandles(), before + 2);
    history.free();
    assert.equal(pinned.flags.variation("f", user, null), "new");
    pinned.flags.free();
    assert.equal(liveHandles(), before);
    assert.throws(() => history.digests(), /used after `free\(\)`/);
  });
});

describe("a pin", () => {
  it("is evaluated with its own document", () => {
    const history = held(on, other);
    const [, digest = ""] = history.digests();
    const pinned = history.pinned(digest, 2, 45);
    assert.equal(pinned.flags.variation("f", user, null), "new");
    assert.deepEqual([pinned.digest, pinned.flags.digest, pinned.switchedOff], [digest, digest, []]);
  });

  it("yields to the kill switch", () => {
    const history = held(on, off);
    const [, digest = ""] = history.digests();
    const pinned = history.pinned(digest, 2, 45);
    assert.deepEqual(pinned.flags.variationDetail("f", user, null).reason, { kind: "OFF" });
    assert.deepEqual([pinned.digest, pinned.switchedOff], [digest, ["f"]]);
  });

  it("is rejected with a code if its document is not available", () => {
    const history = held(on, other);
    const [, digest = ""] = history.digests();
    for (const [pin, now, code] of /** @type {const} */ ([
      [`sha256:${"0".repeat(64)}`, 2, "document-not-held"],
      [digest, Number.NaN, "pin-too-old"],
    ])) {
      const error = refusal(() => history.pinned(pin, now, 45));
      assert.deepEqual([error.code, error.held], [code, history.digests()]);
    }
    assert.equal(history.pinned(digest, 93_001, 45, 3000).digest, digest);
    assert.equal(history.pinned(digest, 1e9, 45, 3000, { maxPinAgeMs: 1e9 }).digest, digest);
    assert.equal(refusal(() => history.pinned(digest, 93_001, 45, 2999)).name, "PinError");
  });
});
