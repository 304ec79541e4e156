/** The smallest change of a context that leads to a variation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Context, Flags, suggest } from "../../dist/node.js";

const flags = Flags.fromObject({
  flags: {
    discount: {
      on: true,
      variations: [0, 10, 20],
      rules: [
        { variation: 1, clauses: [{ attribute: "plan", op: "in", values: ["pro", "team"] }] },
        { variation: 2, clauses: [{ op: "segmentMatch", values: ["readers"] }] },
      ],
      fallthrough: { variation: 0 },
    },
  },
  segments: { readers: { unbounded: true, generation: 1 } },
});
const ada = { kind: "user", key: "ada", plan: "free" };

test("a context is suggested, with its changes", () => {
  const suggestion = suggest(flags, "discount", ada, 1);
  assert.deepEqual(suggestion, {
    status: "found",
    changes: [{ kind: "user", attribute: "plan", before: "free", after: "pro" }],
    context: { kind: "user", key: "ada", plan: "pro" },
  });
  assert.equal(flags.variation("discount", suggestion.context, -1), 10);
  assert.deepEqual(suggest(flags, "discount", Context.fromObject(ada), 1), suggestion);
  assert.deepEqual(suggest(flags.toJson(), "discount", ada, 0), {
    status: "found",
    changes: [],
    context: ada,
  });
});

test("memberships of big segments count", () => {
  const bigSegments = {
    status: /** @type {const} */ ("HEALTHY"),
    memberships: { ada: { "readers.g1": true } },
  };
  assert.deepEqual(suggest(flags, "discount", ada, 2), { status: "not-found" });
  assert.equal(suggest(flags, "discount", ada, 2, { bigSegments }).status, "found");
});

test("invalid arguments are errors", () => {
  assert.throws(() => suggest(flags, "other", ada, 0), /there is no flag `other`/);
  assert.throws(() => suggest(flags, "discount", ada, 3), /has no variation 3: it has 3/);
  assert.throws(
    () => suggest(flags, "discount", /** @type {any} */ ({ kind: "user" }), 0),
    /the context is invalid/,
  );
  for (const variation of [-1, 0.5, Number.NaN, 2 ** 32, /** @type {any} */ ("0")]) {
    assert.throws(() => suggest(flags, "discount", ada, variation), /variation.*expected the index/);
  }
});
