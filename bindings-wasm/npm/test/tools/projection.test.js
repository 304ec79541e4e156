/** The document of a client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Flags } from "isoflag";

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
