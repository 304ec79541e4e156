// Plain objects as contexts: a flag reads only the members that it depends on, and a second call with the same object
// less. Each answer is the one of `bind`, which reads the whole object.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags } from "../../dist/node.js";
import { alter, choices, Instance, oddContext, values } from "./odd-values.js";

const everyone = { on: true, variations: ["no", { yes: [1] }], offVariation: 0, salt: "s" };
const clause = (/** @type {object} */ members) => ({ op: "in", negate: false, ...members });
const flagOf = (/** @type {object[]} */ ...clauses) => ({
  ...everyone,
  fallthrough: { variation: 0 },
  rules: clauses.map(one => ({ variation: 1, clauses: [one] })),
});
const halves = [0, 1].map(variation => ({ variation, weight: 50_000 }));
const text = JSON.stringify({
  flags: {
    nothing: flagOf(),
    off: { ...flagOf(clause({ attribute: "a", values: [1] })), on: false },
    constant: { ...everyone, fallthrough: { variation: 1 } },
    present: flagOf(clause({ attribute: "a", values: ["no such value"], negate: true })),
    key: flagOf(clause({ attribute: "key", values: ["ada"] })),
    nested: flagOf(clause({ contextKind: "user", attribute: "/a/b", values: [1, "x"] })),
    deeper: flagOf(clause({ contextKind: "user", attribute: "/b/b/b", values: [1] })),
    org: flagOf(clause({ contextKind: "org", attribute: "a", values: [1, "x"] })),
    several: flagOf(
      clause({ contextKind: "org", attribute: "plan", values: ["x"] }),
      clause({ contextKind: "user", attribute: "name", values: ["Ada"] }),
      clause({ attribute: "kind", values: ["org"] }),
    ),
    email: flagOf(clause({ attribute: "email", op: "endsWith", values: ["@a.no", "å"] })),
    // The same attribute as in another flag, compared in another form.
    since: flagOf(clause({ attribute: "a", op: "before", values: ["2026-01-01T00:00:00Z"] })),
    names: flagOf(clause({ attribute: "name", values: ["n1"] })),
    anonymous: flagOf(clause({ attribute: "anonymous", values: [true] })),
    targets: { ...flagOf(), targets: [{ variation: 1, values: ["k1", "ada"] }] },
    orgs: { ...flagOf(), contextTargets: [{ contextKind: "org", variation: 1, values: ["k1"] }] },
    rollout: { ...everyone, fallthrough: { rollout: { variations: halves } } },
    byName: { ...everyone, fallthrough: { rollout: { bucketBy: "name", variations: halves } } },
    segment: flagOf(clause({ op: "segmentMatch", values: ["outer"] })),
    prerequisite: {
      ...everyone,
      prerequisites: [{ key: "names", variation: 1 }],
      fallthrough: { variation: 1 },
    },
    far: { ...everyone, prerequisites: [{ key: "segment", variation: 1 }], fallthrough: { variation: 1 } },
  },
  segments: {
    outer: {
      key: "outer",
      salt: "s",
      included: ["k2"],
      rules: [{ clauses: [clause({ op: "segmentMatch", values: ["inner"] })] }],
    },
    inner: {
      key: "inner",
      salt: "s",
      rules: [{ clauses: [clause({ attribute: "a", values: [1, "x", true] })] }],
    },
  },
});

/** Flags that are evaluated for one object after the other, and flags that are bound to each. */
const [used, whole] = [Flags.fromJson(text), Flags.fromJson(text)];
const keys = [...used.keys(), "unknown"];

/** Evaluates flags twice as with `bind`; returns the kinds of the reasons. */
/** @param {any} context @param {unknown} what */
function agree(context, what = undefined, evaluated = keys) {
  const bound = whole.bind(context);
  const wanted = evaluated.map(key => JSON.stringify(bound.variationDetail(key, "default")));
  bound.free();
  for (const turn of ["first", "second"]) {
    const found = evaluated.map(key => JSON.stringify(used.variationDetail(key, context, "default")));
    if (found.join() !== wanted.join()) assert.deepEqual(found, wanted, `${what}, ${turn} call`);
  }
  return wanted.map(detail => JSON.parse(detail).reason.kind);
}

const RULE = "RULE_MATCH";
const INVALID = new Set(["ERROR"]);
/** @param {any} context */
const kindsOf = context => new Set(agree(context));

it("any context, after any other and after any change, is evaluated as by `bind`", () => {
  const random = choices();
  const { below, any } = random;
  /** @type {Record<string, Set<string>>} */
  const kinds = Object.fromEntries(keys.map(key => [key, new Set()]));
  let context = oddContext(random);
  for (let round = 0; round < 40_000; round++) {
    const change = below(8);
    if (change < 4) context = oddContext(random);
    else if (change < 6) alter(context, random);
    const key = any(keys);
    const bound = whole.bind(context);
    const wanted = JSON.stringify(bound.variationDetail(key, "default"));
    bound.free();
    const found = JSON.stringify(used.variationDetail(key, context, "default"));
    if (found !== wanted) assert.fail(`${key}, round ${round}: ${found}, expected ${wanted}`);
    kinds[key]?.add(wanted);
  }
  // The contexts are varied enough: each flag has every answer that it can have, and that of an invalid context.
  for (const [key, answers] of Object.entries(kinds)) {
    const least = { unknown: 1, nothing: 2, off: 2, constant: 2, several: 4 }[key] ?? 3;
    assert.ok(answers.size >= least, `${key}: ${[...answers].join()}`);
  }
});

it("each odd value is evaluated as by `bind`, after each other one", () => {
  const user = { kind: "user", key: "ada" };
  const list = /** @type {any[]} */ ([
    ...values.map(a => ({ ...user, a })),
    ...[user, { ...user, "\ud800": 1 }, { ...user, anonymous: null }, { ...user, name: 5 }],
    ...[
      { ...user, _meta: 5 },
      { ...user, _meta: { privateAttributes: [5] } },
    ],
    ...[{ key: "ada" }, { key: "" }, { key: "ada", custom: { a: 1, plan: "x" } }, { key: "ada", email: 5 }],
    { kind: "multi", user: { key: "ada" }, org: { key: "" } },
    { kind: "multi", user: { key: "ada" }, "not a kind!": { key: "x" } },
    ...["multi", "kind", 5, null].map(kind => ({ kind, key: "ada" })),
    Object.defineProperty({ key: "ada", a: 1 }, "kind", { value: "user", enumerable: false }),
    ...[Object.create(user), Object.assign(new Instance(), user), [], null, "ada", 5, undefined],
  ]);
  const evaluated = ["present", "nested", "org", "key"];
  for (const [index, one] of list.entries()) {
    for (const [other, context] of list.entries()) {
      agree(one, index, evaluated);
      agree(context, [index, other], evaluated);
    }
  }
});

describe("a plain object", () => {
  it("may change between two calls", () => {
    const context = /** @type {any} */ ({ kind: "user", key: "ada", a: { b: 1 }, other: "x" });
    const before = agree(context);
    assert.ok(before.includes(RULE));
    context.a.b = 2;
    assert.notDeepEqual(agree(context), before);
    context.a.b = 1;
    context.other = { any: [1, 2, { thing: null }] };
    assert.deepEqual(agree(context), before);
    for (const key of ["bob", "", undefined]) {
      context.key = key;
      assert.notDeepEqual(agree(context), before);
    }
  });

  it("may be read by a getter that evaluates for another context", () => {
    let evaluates = false;
    const context = {
      kind: "user",
      get key() {
        if (evaluates) used.variation("key", { kind: "user", key: "bob" }, null);
        return "ada";
      },
    };
    agree(context);
    evaluates = true;
    assert.ok(agree(context).includes(RULE));
    const exotic = { ...context, other: new Map() };
    Object.defineProperty(exotic, "a", {
      enumerable: true,
      get: () => used.variation("key", { key: "bob" }, 1),
    });
    for (const one of [exotic, { kind: "user", key: "bob" }, { key: "bob" }]) agree(one);
  });

  it("is measured while a getter evaluates another document", () => {
    const half = "x".repeat(1 << 19);
    const context = {
      kind: "user",
      key: "ada",
      large: [half, half],
      get evaluated() {
        return whole.variation("key", { kind: "user", key: "bob" }, null);
      },
    };
    assert.deepEqual(kindsOf(context), new Set([...INVALID]));
  });

  it("is measured with the members that no flag reads", () => {
    const many = "x".repeat(1 << 18);
    const context = /** @type {any} */ ({ kind: "user", key: "ada", c: many, d: many, e: [many] });
    assert.ok(agree(context).includes(RULE));
    context.f = { g: many };
    assert.deepEqual(kindsOf(context), INVALID);
    delete context.f;
    assert.ok(agree(context).includes(RULE));
    context.h = "\u0000".repeat(1 << 18);
    assert.deepEqual(kindsOf(context), INVALID);
    context.h = [];
    context.h.push(context.h);
    assert.ok(agree(context).includes(RULE));
  });

  it("has the same size, wherever its members are", () => {
    for (const name of ["a", "other"]) {
      for (const long of ["x".repeat(524_200), "ø".repeat(262_100)]) {
        for (const more of [0, 80, 100, 110, 120, 400]) {
          for (const inner of [long, [long], { b: long }]) {
            const context = { kind: "user", key: "ada", [name]: inner, more: long + "y".repeat(more) };
            agree(context, `${name} ${more}`, ["nothing", "present", "nested"]);
          }
        }
      }
    }
    // Escapes and digits that are as long as they can be.
    for (const count of [0, 50, 100, 200, 300]) {
      const digits = new Array(count).fill(-Number.MAX_VALUE);
      agree({ kind: "user", key: "ada", a: "\u0000".repeat(174_000), digits }, `${count} numbers`, [
        "nothing",
      ]);
    }
  });

  it("has only its own members", () => {
    const own = { kind: "user", key: "ada", a: 1 };
    const without = { kind: "user", key: "ada" };
    agree(own);
    Object.defineProperty(Object.prototype, "a", { value: 1, enumerable: true, configurable: true });
    try {
      assert.notDeepEqual(agree(own), agree(without));
    } finally {
      delete (/** @type {any} */ (Object.prototype).a);
    }
  });
});
