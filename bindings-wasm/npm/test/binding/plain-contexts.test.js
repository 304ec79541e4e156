// Plain objects as contexts: the second call with the same object reads less, and must return the same answer.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags } from "../../dist/node.js";
import { document, ruleFlag } from "../documents.js";

const text = JSON.stringify(
  document(
    ruleFlag("present", { attribute: "odd", values: ["no such value"], negate: true }),
    ruleFlag("nested", { attribute: "/odd/inner", values: [1] }),
    ruleFlag("key", { attribute: "key", values: ["ada"] }),
    ruleFlag("org", { contextKind: "org", attribute: "plan", values: ["pro"] }),
  ),
);
const keys = Flags.fromJson(text).keys();

/** Returns the answers for a context, from flags just evaluated for another context or not yet evaluated. */
/** @param {any} context @param {Flags} flags */
const answers = (context, flags) => keys.map(key => flags.variationDetail(key, context, null));

const used = Flags.fromJson(text);

/** Evaluates used flags twice, and compares them with new ones. */
/** @param {any} context @param {string} [what] */
function agree(context, what) {
  const fresh = Flags.fromJson(text);
  const wanted = keys.map(key => fresh.bind(context).variationDetail(key, null));
  assert.deepEqual(answers(context, used), wanted, what);
  assert.deepEqual(answers(context, used), wanted, what);
  fresh.free();
  return wanted.map(({ reason }) => reason.kind);
}

const RULE = "RULE_MATCH";

describe("a plain object on every call", () => {
  it("may change between two calls", () => {
    const context = /** @type {any} */ ({ kind: "user", key: "ada", odd: { inner: 1 }, other: "x" });
    assert.deepEqual(agree(context).slice(0, 4).includes(RULE), true);
    const before = agree(context);
    context.odd.inner = 2;
    assert.notDeepEqual(agree(context), before);
    context.odd.inner = 1;
    assert.deepEqual(agree(context), before);
    context.other = { any: [1, 2, { thing: null }] };
    assert.deepEqual(agree(context), before);
    context.key = "bob";
    assert.notDeepEqual(agree(context), before);
    context.key = "";
    agree(context);
    delete context.key;
    agree(context);
  });

  it("may be another one of the same shape, or of another", () => {
    const list = /** @type {any[]} */ ([
      { kind: "user", key: "ada" },
      { kind: "user", key: "ada", odd: [] },
      { kind: "user", key: "ada", odd: {} },
      { kind: "user", key: "ada", odd: Object.create(null) },
      { kind: "user", key: "ada", odd: new Date(0) },
      { kind: "user", key: "ada", odd: null },
      { kind: "user", key: "ada", odd: undefined },
      { kind: "user", key: "ada", odd: "" },
      { kind: "user", key: "ada", odd: 0 },
      { kind: "user", key: "ada", odd: -0 },
      { kind: "user", key: "ada", odd: Number.NaN },
      { kind: "user", key: "ada", odd: "\ud800" },
      { kind: "user", key: "ada", odd: [undefined] },
      { kind: "user", key: "ada", odd: [null] },
      { kind: "user", key: "ada", odd: { 0: 1 } },
      { kind: "user", key: "ada", odd: [1] },
      { kind: "user", key: "ada", "\ud800": 1 },
      { kind: "user", key: "ada", anonymous: true },
      { kind: "user", key: "ada", anonymous: null },
      { kind: "user", key: "ada", name: 5 },
      { kind: "user", key: "ada", _meta: { privateAttributes: ["odd"] } },
      { kind: "user", key: "ada", _meta: { privateAttributes: [5] } },
      { kind: "user", key: "ada", _meta: 5 },
      { key: "ada" },
      { key: "" },
      { key: "ada", custom: { odd: 1, plan: "pro" } },
      { key: "ada", custom: { odd: 1 }, email: 5 },
      { key: "ada", kind: "org", plan: "pro" },
      { key: "ada", kind: "org", plan: "free" },
      { kind: "multi", user: { key: "ada", odd: 1 }, org: { key: "acme", plan: "pro" } },
      { kind: "multi", user: { key: "ada", odd: 1 }, org: { key: "acme", plan: "free" } },
      { kind: "multi", user: { key: "ada" }, org: { key: "" } },
      { kind: "multi", user: { key: "ada" }, "not a kind!": { key: "x" } },
      { kind: "multi" },
      { kind: "kind", key: "ada" },
      { kind: 5, key: "ada" },
      { kind: null, key: "ada" },
      Object.defineProperty({ key: "ada", odd: 1 }, "kind", { value: "user", enumerable: false }),
      Object.create({ kind: "user", key: "ada" }),
      new (class User {
        kind = "user";
        key = "ada";
      })(),
      [],
      null,
      "ada",
    ]);
    for (const one of list) {
      for (const other of list) {
        agree(one, JSON.stringify(one));
        agree(other, JSON.stringify([one, other]));
      }
    }
  });

  it("may be read by a getter that evaluates for another context", () => {
    let asks = false;
    const context = {
      kind: "user",
      get key() {
        if (asks) used.variation("key", { kind: "user", key: "bob" }, null);
        return "ada";
      },
    };
    agree(context);
    asks = true;
    assert.ok(agree(context).includes(RULE));
    const exotic = { ...context, other: new Map() };
    Object.defineProperty(exotic, "odd", {
      enumerable: true,
      get: () => used.variation("key", { key: "bob" }, 1),
    });
    agree(exotic);
    agree({ kind: "user", key: "bob" });
    agree({ key: "bob" });
  });

  it("is measured while a getter evaluates another document", () => {
    const other = Flags.fromJson(text);
    const half = "x".repeat(1 << 19);
    const context = {
      kind: "user",
      key: "ada",
      large: [half, half],
      get asking() {
        return other.variation("key", { kind: "user", key: "bob" }, null);
      },
    };
    assert.deepEqual(new Set(agree(context)), new Set(["ERROR"]));
  });

  it("is measured with the members that no flag reads", () => {
    const many = "x".repeat(1 << 18);
    const context = /** @type {any} */ ({ kind: "user", key: "ada", a: many, b: many, c: [many] });
    assert.ok(agree(context).includes(RULE));
    context.d = { e: many };
    assert.deepEqual(new Set(agree(context)), new Set(["ERROR"]));
    delete context.d;
    assert.ok(agree(context).includes(RULE));
    context.e = "\u0000".repeat(1 << 18);
    assert.deepEqual(new Set(agree(context)), new Set(["ERROR"]));
    // No end to it.
    context.e = [];
    context.e.push(context.e);
    assert.ok(agree(context).includes(RULE));
  });

  it("has only its own members", () => {
    const with_ = { kind: "user", key: "ada", odd: 1 };
    const without = { kind: "user", key: "ada" };
    agree(with_);
    Object.defineProperty(Object.prototype, "odd", { value: 1, enumerable: true, configurable: true });
    try {
      const kinds = agree(without);
      assert.deepEqual(agree(with_).length, kinds.length);
      assert.notDeepEqual(agree(with_), kinds);
    } finally {
      delete (/** @type {any} */ (Object.prototype).odd);
    }
  });
});

describe("the dependencies of an answer", () => {
  const everyone = { variations: ["no", "yes"], offVariation: 0, salt: "s" };
  const clause = (/** @type {object} */ members) => ({ op: "in", negate: false, ...members });
  const rule = (/** @type {object[]} */ ...clauses) => ({ variation: 1, clauses });
  const wide = JSON.stringify({
    flags: {
      off: { ...everyone, on: false, rules: [rule(clause({ attribute: "a", values: [1] }))] },
      constant: { ...everyone, on: true, fallthrough: { variation: 1 } },
      targets: {
        ...everyone,
        on: true,
        targets: [{ variation: 1, values: ["k1"] }],
        fallthrough: { variation: 0 },
      },
      orgs: {
        ...everyone,
        on: true,
        contextTargets: [{ contextKind: "org", variation: 1, values: ["k1"] }],
        fallthrough: { variation: 0 },
      },
      rollout: {
        ...everyone,
        on: true,
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 50000 },
              { variation: 1, weight: 50000 },
            ],
          },
        },
      },
      byName: {
        ...everyone,
        on: true,
        fallthrough: {
          rollout: {
            bucketBy: "name",
            variations: [
              { variation: 0, weight: 50000 },
              { variation: 1, weight: 50000 },
            ],
          },
        },
      },
      names: {
        ...everyone,
        on: true,
        rules: [rule(clause({ attribute: "name", values: ["n1"] }))],
        fallthrough: { variation: 0 },
      },
      anonymous: {
        ...everyone,
        on: true,
        rules: [rule(clause({ attribute: "anonymous", values: [true] }))],
        fallthrough: { variation: 0 },
      },
      nested: {
        ...everyone,
        on: true,
        rules: [rule(clause({ contextKind: "user", attribute: "/b/c", values: [1] }))],
        fallthrough: { variation: 0 },
      },
      segment: {
        ...everyone,
        on: true,
        rules: [rule(clause({ op: "segmentMatch", values: ["outer"] }))],
        fallthrough: { variation: 0 },
      },
      prerequisite: {
        ...everyone,
        on: true,
        prerequisites: [{ key: "names", variation: 1 }],
        fallthrough: { variation: 1 },
      },
      far: {
        ...everyone,
        on: true,
        prerequisites: [{ key: "segment", variation: 1 }],
        fallthrough: { variation: 1 },
      },
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

  it("suffice for every context, in any order", () => {
    let state = 20261121;
    const below = (/** @type {number} */ count) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * count);
    };
    const any = (/** @type {any[]} */ values) => values[below(values.length)];
    /** @type {Record<string, any[]>} */
    const members = {
      kind: ["user", "user", "org", "multi", "kind", "", 5, undefined, null],
      key: ["k1", "k1", "k2", "k3", "k:1", "\u001f", 'k"1', "kä", "\ud800", "", 5, null, undefined],
      name: ["n1", "n2", "n\u001f1", "\ud800", 5, null, undefined, Number.NaN],
      anonymous: [true, false, true, 1, "true", null, undefined],
      a: [
        1,
        2,
        -0,
        0.1,
        1e300,
        "x",
        "1",
        "x\u001fb",
        "\udfff",
        true,
        null,
        undefined,
        Number.NaN,
        5n,
        [1],
        [2, "x"],
        [Number.NaN, 1],
        { c: 1 },
        new Date(0),
      ],
      b: [
        { c: 1 },
        { c: 2 },
        { c: { d: 1 } },
        { c: [1] },
        { c: undefined },
        { c: Number.NaN, d: 1 },
        "c",
        1,
        null,
      ],
      other: [1, "\ud800", { deep: [1] }, new Map()],
      _meta: [{ privateAttributes: ["a"] }, { privateAttributes: [5] }, 5, null, undefined],
    };
    const names = Object.keys(members);
    const made = () => {
      /** @type {any} */
      const context = below(8) === 0 ? {} : { kind: any(["user", "org"]), key: any(["k1", "k2", "k3"]) };
      for (const name of names) if (below(5) === 0) context[name] = any(members[name] ?? []);
      return context;
    };
    const one = Flags.fromJson(wide);
    const other = Flags.fromJson(wide);
    const asked = [...one.keys(), "unknown"];
    const kinds = new Set();
    let context = made();
    for (let round = 0; round < 20_000; round++) {
      if (below(3) > 0) context = made();
      else if (below(3) === 0) context = { ...context, [any(names)]: any(members[any(names)] ?? []) };
      const flag = any(asked);
      const bound = other.bind(context);
      const wanted = bound.variationDetail(flag, null);
      bound.free();
      const found = one.variationDetail(flag, context, null);
      assert.deepEqual(found, wanted, `${flag}, round ${round}`);
      kinds.add(`${flag} ${found.reason.kind} ${found.variationIndex}`);
    }
    // Every flag but three has answered both, or in vain.
    assert.ok(kinds.size >= 12 * 2 + 8, [...kinds].join("\n"));
  });
});

/** Pseudo-random numbers that are the same in every run. */
function numbers(state = 20261121) {
  const below = (/** @type {number} */ count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  const any = (/** @type {any[]} */ values) => values[below(values.length)];
  return { below, any };
}

describe("an odd object", () => {
  const clause = (/** @type {object} */ members) => ({ op: "in", negate: false, ...members });
  const flagOf = (/** @type {object[]} */ ...clauses) => ({
    on: true,
    variations: ["no", { yes: [1] }],
    offVariation: 0,
    fallthrough: { variation: 0 },
    rules: clauses.map(one => ({ variation: 1, clauses: [one] })),
  });
  const text = JSON.stringify({
    flags: {
      nothing: flagOf(),
      a: flagOf(clause({ attribute: "a", values: ["none"], negate: true })),
      deep: flagOf(clause({ contextKind: "user", attribute: "/a/b", values: [1, "x"] })),
      org: flagOf(clause({ contextKind: "org", attribute: "a", values: [1, "x"] })),
      both: flagOf(
        clause({ contextKind: "org", attribute: "plan", values: ["pro"] }),
        clause({ contextKind: "user", attribute: "name", values: ["Ada"] }),
        clause({ attribute: "kind", values: ["org"] }),
      ),
      email: flagOf(clause({ attribute: "email", op: "endsWith", values: ["@a.no", "å"] })),
      // The same attribute as in another flag, compared in another form.
      since: flagOf(clause({ attribute: "a", op: "before", values: ["2026-01-01T00:00:00Z"] })),
      targets: { ...flagOf(), targets: [{ variation: 1, values: ["ada"] }] },
    },
  });
  const nested = (/** @type {number} */ levels) => {
    /** @type {any} */
    let value = 1;
    for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { b: value };
    return value;
  };
  const cycle = /** @type {any} */ ({ b: 1 });
  cycle.self = cycle;
  const shared = { b: 1 };
  const thrower = () => {
    throw new Error("no");
  };
  const proxied = (/** @type {object} */ target) => new Proxy(target, {});
  class Instance {
    b = 1;
  }
  class Heir extends Instance {
    c = 2;
  }
  const oddNames = Object.fromEntries([
    ["__proto__", 5],
    ["\ud800", 1],
    ["b", "x"],
    ["", 1],
    ["constructor", 2],
  ]);
  const sparse = [1, 2, 3];
  delete sparse[1];
  /** Possible values of a member. @type {any[]} */
  const values = [
    1,
    -0,
    0.5,
    1e21,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "x",
    "",
    "\ud800",
    "ø",
    "å",
    "me@a.no",
    '\u0000\u001f"\\',
    "x".repeat(40),
    "ø".repeat(40),
    "y".repeat(6000),
    "ø".repeat(6000),
    true,
    false,
    null,
    undefined,
    7n,
    Symbol("s"),
    () => 1,
    "2020-01-01T00:00:00Z",
    1577836800000,
    [],
    {},
    [1],
    ["x", 2],
    [undefined],
    [Number.NaN],
    [null],
    sparse,
    { b: 1 },
    { b: "x" },
    { b: undefined },
    { b: Number.NaN },
    { b: { b: 1 } },
    { toJSON: () => 1, b: 1 },
    Object.create({ b: 1 }),
    Object.create(null, { b: { value: 1, enumerable: true } }),
    Object.create(null, { b: { value: 1 } }),
    { [Symbol("b")]: 1 },
    Object.defineProperty({}, "b", { get: thrower, enumerable: true }),
    Object.defineProperty({}, "b", { get: () => 1, enumerable: true }),
    new Date(0),
    new Map([["b", 1]]),
    new Set([1]),
    new Instance(),
    new Heir(),
    new Uint8Array(2),
    new Error("e"),
    /x/,
    new String("x"),
    new Number(1),
    cycle,
    [cycle],
    [shared, shared],
    oddNames,
    proxied({ b: 1 }),
    proxied([1, 2]),
    new Proxy({}, { ownKeys: thrower }),
    new Proxy({}, { getPrototypeOf: thrower }),
    nested(5),
    nested(12),
    nested(13),
    nested(126),
    nested(127),
    nested(128),
    Array.from({ length: 300 }, (_, index) => index),
    Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`m${i}`, i])),
    Promise.resolve(1),
    { privateAttributes: ["a", "/b"] },
    { privateAttributes: "a" },
    { privateAttributes: [1] },
    { privateAttributes: [] },
  ];
  const names = [
    "a",
    "email",
    "plan",
    "other",
    "ø",
    "__proto__",
    "custom",
    "country",
    "constructor",
    "\udfff",
    "privateAttributeNames",
  ];

  /** @param {ReturnType<typeof numbers>} numbers */
  function individual({ below, any }, withKind = true) {
    /** @type {[string, any][]} */
    const members = [["key", below(9) === 0 ? any(values) : any(["ada", "ada", "bob", "øø", "b:b"])]];
    if (withKind)
      members.unshift([
        "kind",
        below(12) === 0 ? any(values) : any(["user", "user", "org", "multi", "kind", "ø"]),
      ]);
    if (below(3) === 0) members.push(["name", below(3) === 0 ? any(values) : any(["Ada", "Bob", null])]);
    if (below(3) === 0) members.push(["anonymous", below(3) === 0 ? any(values) : any([true, false])]);
    if (below(4) === 0) members.push(["_meta", any(values)]);
    for (const name of names) if (below(3) === 0) members.push([name, any(values)]);
    if (below(4) === 0) members.reverse();
    if (below(16) === 0) members.splice(below(members.length), 1);
    const object = Object.fromEntries(members);
    for (const [name, value] of members) {
      if (below(40) === 0) {
        Object.defineProperty(object, name, {
          get: below(2) ? thrower : () => value,
          enumerable: below(3) > 0,
        });
      }
    }
    switch (below(40)) {
      case 0:
        return proxied(object);
      case 1:
        return Object.setPrototypeOf(object, Instance.prototype);
      case 2:
        return Object.create(object);
      case 3:
        return Object.setPrototypeOf(object, null);
      case 4:
        object.self = object;
        return object;
      case 5:
        return Object.freeze(object);
      default:
        return object;
    }
  }

  /** @param {ReturnType<typeof numbers>} random */
  function made(random) {
    const { below, any } = random;
    if (below(3) > 0) return individual(random, below(5) > 0);
    const kinds = ["user", "org", "team", "ø", "kind", "\ud800"].filter(() => below(3) === 0);
    /** @type {[string, any][]} */
    const members = kinds.map(kind => [
      kind,
      below(20) === 0 ? any(values) : individual(random, below(10) === 0),
    ]);
    members.splice(below(members.length + 1), 0, ["kind", "multi"]);
    return Object.fromEntries(members);
  }

  it("evaluates as if it were read as a whole, and read again when it has changed", () => {
    const { below, any } = numbers();
    const lazy = Flags.fromJson(text);
    const whole = Flags.fromJson(text);
    const keys = lazy.keys();
    const kinds = new Set();
    /** @type {any} */
    let context = made({ below, any });
    for (let round = 0; round < 30_000; round++) {
      const change = below(8);
      if (change < 4) context = made({ below, any });
      else if (change < 6 && Object.isExtensible(context)) {
        const target = below(3) === 0 && typeof context.user === "object" ? context.user : context;
        try {
          if (below(3) === 0) delete target[any(names)];
          else target[any(["key", "name", "a", ...names])] = any(values);
        } catch {
          // A getter without a setter, or null.
        }
      }
      const key = any(keys);
      const bound = whole.bind(context);
      const wanted = JSON.stringify(bound.variationDetail(key, "default"));
      bound.free();
      const found = JSON.stringify(lazy.variationDetail(key, context, "default"));
      if (found !== wanted) assert.fail(`${key}, round ${round}: ${found}, expected ${wanted}`);
      kinds.add(`${key} ${wanted}`);
    }
    // Every flag has been answered in three ways but one, which has two.
    assert.ok(kinds.size >= keys.length * 3 - 1, [...kinds].join("\n"));
  });

  it("has the same size, wherever its members are", () => {
    const lazy = Flags.fromJson(text);
    const half = "x".repeat(524_200);
    const wide = "ø".repeat(262_100);
    for (const name of ["a", "other"]) {
      for (const long of [half, wide]) {
        for (const more of [0, 80, 100, 110, 120, 400]) {
          for (const inner of [long, [long], { b: long }]) {
            const context = { kind: "user", key: "ada", [name]: inner, more: long + "y".repeat(more) };
            const bound = lazy.bind(context);
            for (const key of ["nothing", "a", "deep"]) {
              assert.deepEqual(
                lazy.variationDetail(key, context, 1),
                bound.variationDetail(key, 1),
                `${name} ${more}`,
              );
            }
            bound.free();
          }
        }
      }
    }
  });
});
