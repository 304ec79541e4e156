/** The document of a client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Flags, replay } from "isoflag";

const DOCUMENT = {
  flags: {
    discount: {
      clientSide: true,
      on: true,
      variations: [0, 10],
      rules: [
        {
          id: "pro",
          variation: 1,
          clauses: [{ contextKind: "user", attribute: "plan", op: "in", values: ["pro", "team"] }],
        },
      ],
      fallthrough: { variation: 0 },
    },
    beta: {
      clientSide: true,
      on: true,
      variations: [false, true],
      targets: [{ variation: 1, values: ["ada", "bob"] }],
      fallthrough: { variation: 0 },
    },
    internal: { on: true, variations: [1], fallthrough: { variation: 0 } },
  },
};

test("a document is projected for what is known", () => {
  const flags = Flags.fromObject(DOCUMENT);
  const projected = flags.project({ known: { user: { plan: "team" } }, private: ["user.key"] });
  assert.deepEqual(projected.keys(), ["discount"]);
  assert.equal(projected.parentDigest, flags.digest);
  assert.equal(flags.parentDigest, undefined);
  assert.doesNotMatch(projected.toJson(), /team|ada/);
  const context = { kind: "user", key: "eve", plan: "team" };
  assert.deepEqual(
    projected.variationDetail("discount", context, 0),
    flags.variationDetail("discount", context, 0),
  );
  const report = projected.projectionReport();
  assert.deepEqual(report?.refused, [{ key: "beta", place: "flag `beta`", private: "user.key" }]);
  assert.equal(report?.digest, projected.digest);
  assert.ok(report?.strings.some(({ what, text }) => what === "rule id" && text === "pro"));
  assert.equal(flags.projectionReport(), undefined);
});

test("without options, the flags that browsers may see are kept", () => {
  assert.deepEqual(Flags.fromObject(DOCUMENT).project().keys(), ["beta", "discount"]);
});

test("invalid options are named", () => {
  const flags = Flags.fromObject(DOCUMENT);
  for (const [options, message] of [
    [{ visibility: "server" }, "unknown visibility `server`: expected `client`"],
    [{ private: ["email"] }, /^invalid private reference `email`/],
    [{ known: { kind: "user", key: "ada" } }, /^invalid `known`: `key`: expected an object for each kind/],
    [{ private: "user.email" }, "`private` must hold references, not be a string"],
  ]) {
    // @ts-expect-error: not what the types allow
    assert.throws(() => flags.project(options), { message });
  }
});

/** A generated flag. @param {() => number} random */
function randomFlag(random) {
  const clauses = [{ attribute: "plan", op: "in", values: ["pro"] }];
  return {
    clientSide: random() < 0.9,
    version: 1,
    on: random() < 0.5,
    variations: [Math.floor(random() * 3), "x"],
    rules: random() < 0.5 ? [{ clauses, variation: Math.floor(random() * 2) }] : [],
    fallthrough: { variation: Math.floor(random() * 2) },
    offVariation: 0,
  };
}

test("a patch between projections of generated documents leads to the digest of the next one", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  let patched = 0;
  for (let turn = 0; turn < 200; turn++) {
    const keys = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => `f${index}`);
    const before = Object.fromEntries(keys.map(key => [key, randomFlag(random)]));
    const changed = keys[Math.floor(random() * keys.length)] ?? "";
    const after = { ...before, [changed]: { ...randomFlag(random), version: Math.floor(random() * 3) } };
    const known = { user: { key: "ada", plan: random() < 0.5 ? "pro" : "free" } };
    const [held, next] = [before, after].map((flags, version) =>
      Flags.fromObject({ flags, meta: { version } }).project({ known }),
    );
    if (held === undefined || next === undefined) continue;
    const patch = Flags.patchBetween(held, next);
    if (patch === undefined) continue;
    patched++;
    for (const given of [patch, JSON.stringify(patch)]) {
      const applied = held.apply(given);
      assert.equal(applied.digest, next.digest);
      assert.equal(applied.parentDigest, next.parentDigest);
    }
  }
  assert.ok(patched > 20 && patched < 200, `${patched}`);
});

test("there is no patch for another visitor, and an empty one for the same document", () => {
  const flags = Flags.fromObject(DOCUMENT);
  const eve = flags.project({ known: { user: { key: "eve" } } });
  assert.equal(Flags.patchBetween(eve, flags.project({ known: { user: { key: "ada" } } })), undefined);
  assert.deepEqual(Flags.patchBetween(eve, eve), {});
});

test("the receipt of a projection is replayed with either document", () => {
  const flags = Flags.fromObject(DOCUMENT);
  const context = { kind: "user", key: "eve", plan: "team" };
  const projected = flags.project({ known: { user: { key: "eve", plan: "team" } } });
  const claim = projected.receipt("discount", context);
  assert.deepEqual([claim["digest"], claim["parentDigest"]], [projected.digest, flags.digest]);
  assert.deepEqual(replay(claim, projected, context), claim);
  assert.deepEqual(replay(claim, flags, context), flags.receipt("discount", context));
  assert.deepEqual(replay(flags.receipt("discount", context), projected, context), claim);
  const other = Flags.fromObject({ ...DOCUMENT, meta: { version: 9 } });
  assert.throws(() => replay(claim, other, context), { code: "other-document" });
});
