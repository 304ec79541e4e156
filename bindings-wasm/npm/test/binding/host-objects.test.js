// JavaScript values that JSON cannot represent.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { receiveMessageOnPort } from "node:worker_threads";

import { Context, ContextError, DocumentError, Flags } from "../../dist/node.js";
import { document, flag, ruleFlag } from "../documents.js";
import { nested, thrower } from "./odd-values.js";

const lone = "\ud800";

/** Serves true if the attribute `odd` is present, since nothing equals the clause's value. */
const flags = Flags.fromObject(
  document(
    ruleFlag("present", { attribute: "odd", values: ["no such value"], negate: true }),
    ruleFlag("nested", { attribute: "/odd/inner", values: [1] }),
    ruleFlag("proto", { attribute: "/odd/__proto__", values: [1] }),
    ruleFlag("zero", { attribute: "odd", values: [0] }),
    flag("\ufffd"),
    flag("__proto__", { variations: [{ ["__proto__"]: { polluted: true }, own: 1 }] }),
  ),
);

/** @param {unknown} odd */
function isPresent(odd) {
  const context = { kind: "user", key: "ada", odd };
  const detail = flags.variationDetail("present", context, null);
  const { kind } = detail.reason;
  assert.ok(kind === "RULE_MATCH" || kind === "FALLTHROUGH", JSON.stringify(detail));
  assert.deepEqual(flags.bind(context).variationDetail("present", null), detail);
  return kind === "RULE_MATCH";
}

function cycle() {
  const object = /** @type {{ self?: unknown, more: unknown[] }} */ ({ more: [] });
  object.self = object;
  object.more.push(object, object);
  return object;
}

const throwing = Object.defineProperty({}, "inner", { enumerable: true, get: thrower });

class Point {
  x = 1;
  #hidden = 2;
  get y() {
    return this.#hidden;
  }
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const revokedArray = Proxy.revocable([], {});
revokedArray.revoke();

/** @type {[string, unknown][]} */
const withoutForm = [
  ["a cycle", cycle()],
  ["an invalid date", new Date(Number.NaN)],
  ["a date after the year 9999", new Date(253402300800000)],
  ["a date before the year 0", new Date(-62167219200001)],
  ["a map", new Map([["a", 1]])],
  ["a set", new Set([1])],
  ["a boxed number", new Number(5)],
  ["a boxed string", new String("five")],
  ["a boxed boolean", new Boolean(true)],
  ["a typed array", new Uint8Array([1])],
  ["a buffer", new ArrayBuffer(1)],
  ["a regular expression", /a/],
  ["an error", new Error("e")],
  ["a promise", Promise.resolve(1)],
  ["a function", () => 1],
  ["a class", Point],
  ["a symbol", Symbol("s")],
  ["a bigint beyond a double", 10n ** 309n],
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["minus infinity", Number.NEGATIVE_INFINITY],
  ["undefined in an array", [1, undefined]],
  // biome-ignore lint/suspicious/noSparseArray: that is the case
  ["a hole in an array", [1, , 2]],
  ["a huge sparse array", new Array(1000).fill(0, 0, 1)],
  ["a lone surrogate", lone],
  ["a lone low surrogate", "a\udc00b"],
  ["a lone surrogate below", { list: [{ text: lone }] }],
  ["a name with a lone surrogate", { [lone]: 1, "\ufffd": 2 }],
  ["a throwing getter", throwing],
  ["a throwing getter below", { list: [throwing] }],
  ["a revoked proxy", revoked.proxy],
  ["a revoked proxy of an array", revokedArray.proxy],
  ["a proxy that throws for its names", new Proxy({}, { ownKeys: thrower })],
  ["a proxy that throws for its prototype", new Proxy({}, { getPrototypeOf: thrower })],
  ["128 levels below the context", nested(128)],
  ["10,000 levels", nested(10_000)],
];

/** Values that JSON has under another name. @type {[string, unknown, unknown][]} */
const converted = [
  ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
  ["a date of another realm", runInNewContext("new Date(1)"), "1970-01-01T00:00:00.001Z"],
  [
    "a date with methods of its own",
    Object.assign(new Date(0), { toISOString: thrower }),
    "1970-01-01T00:00:00.000Z",
  ],
  ["the last date", new Date(253402300799999), "9999-12-31T23:59:59.999Z"],
  ["a URL", new URL("https://page.example/a?b=ø"), "https://page.example/a?b=%C3%B8"],
  ["a bigint", -10n, -10],
  ["a bigint that is rounded", 2n ** 53n + 1n, 2 ** 53],
];

/** @type {[string, unknown][]} */
const withForm = [
  ...converted.map(([name, odd]) => /** @type {[string, unknown]} */ ([name, odd])),
  ["a string", 'text \u{1f600} \u0000 "quoted" \\ \u2028'],
  ["an empty object", {}],
  ["an empty array", []],
  ["127 levels below the context", nested(127)],
  ["a date 127 levels below the context", nested(127, (inner, level) => [level === 0 ? new Date(0) : inner])],
  ["an instance of a class", new Point()],
  ["an object without a prototype", Object.assign(Object.create(null), { inner: 1 })],
  ["an object of another realm", runInNewContext("({ inner: 1 })")],
  ["a frozen object", Object.freeze({ inner: 1 })],
  ["an object that appears twice", (object => [object, object])({ a: 1 })],
  ["a proxy", new Proxy({ inner: 1 }, {})],
  ["the largest number", Number.MAX_VALUE],
  ["the smallest number", Number.MIN_VALUE],
];

describe("in an evaluation", () => {
  for (const [name, odd] of withoutForm) {
    it(`an attribute that is ${name} is absent`, () => assert.equal(isPresent(odd), false));
  }

  for (const [name, odd] of withForm) {
    it(`an attribute that is ${name} is present`, () => assert.equal(isPresent(odd), true));
  }

  it("an array that grows while it is read ends", () => {
    let length = 0;
    const grows = () =>
      new Proxy([0], { get: (target, name) => (name === "length" ? length++ : Reflect.get(target, name)) });
    for (const attribute of ["odd", "other"]) {
      const context = () => ({ kind: "user", key: "ada", [attribute]: [grows(), { inner: grows() }] });
      assert.equal(flags.variationDetail("nested", context(), null).variationIndex, 1);
      flags.bind(context()).free();
    }
    assert.ok(length < 10_000, `${length}`);
  });

  it("an attribute that is undefined is left out, and only that member of an object", () => {
    assert.equal(isPresent(undefined), false);
    assert.equal(isPresent({ gone: undefined, inner: 1 }), true);
  });

  for (const [name, odd, value] of converted) {
    it(`${name} is its JSON form, by every path`, () => {
      const expected = ruleFlag("f", { attribute: "/odd", values: [value] });
      const inList = ruleFlag("g", { attribute: "/in/list", values: [value] });
      const both = Flags.fromObject(document(expected, inList, flag("h", { variations: [odd] })));
      const context = { kind: "user", key: "ada", odd, in: { list: [odd, 5] }, unused: { odd } };
      for (const evaluated of [
        context,
        Context.fromObject(context),
        Context.fromObject(context).toObject(),
      ]) {
        assert.equal(both.boolVariation("f", evaluated, false), true);
        assert.equal(both.bind(evaluated).boolVariation("g", false), true);
      }
      assert.equal(both.variation("h", context, null), value);
    });
  }

  it("a long URL counts for the size of a context", () => {
    const unused = new URL(`https://page.example/${"x".repeat(1 << 20)}`);
    const { reason } = flags.variationDetail("zero", { kind: "user", key: "ada", odd: 0, unused }, null);
    assert.equal(reason.errorKind, "USER_NOT_SPECIFIED");
  });

  it("toJSON is not called", () => {
    let called = 0;
    const odd = Object.defineProperty({ inner: 1 }, "toJSON", { value: () => called++ });
    const inherited = Object.assign(Object.create({ toJSON: () => called++ }), { inner: 1 });
    for (const value of [odd, inherited]) {
      assert.equal(flags.boolVariation("nested", { kind: "user", key: "ada", odd: value }, false), true);
    }
    assert.equal(called, 0);
  });

  it("inherited, hidden and symbol members are not read", () => {
    const odd = Object.create({ inner: 1 });
    Object.defineProperty(odd, "inner2", { value: 1, enumerable: false });
    odd[Symbol("inner")] = 1;
    assert.equal(flags.boolVariation("nested", { kind: "user", key: "ada", odd }, true), false);
    assert.equal(isPresent(odd), true);
  });

  it("a member of its own named __proto__ is a member like any other", () => {
    const odd = JSON.parse('{"__proto__": 1}');
    assert.equal(flags.boolVariation("proto", { kind: "user", key: "ada", odd }, false), true);
    assert.equal(flags.boolVariation("proto", { kind: "user", key: "ada", odd: {} }, true), false);
  });

  it("minus zero is zero", () => {
    assert.equal(flags.boolVariation("zero", { kind: "user", key: "ada", odd: -0 }, false), true);
  });

  it("many names with lone surrogates take one pass", () => {
    let reads = 0;
    const member = { enumerable: true, get: () => ++reads };
    const names = Array.from({ length: 20_000 }, (_, index) => `${lone}${index}`);
    const odd = Object.defineProperties({}, Object.fromEntries(names.map(name => [name, member])));
    assert.equal(isPresent(odd), false);
    // Twice by the encoder; the fast path gives up early.
    assert.ok(reads >= names.length && reads < 3 * names.length, `${reads}`);
    const others = Object.fromEntries(names.map(name => [name, 1]));
    assert.equal(isPresent({ "": 1, ...others, "\ufffd": 1 }), false);
  });

  it("members that are omitted count for the limit of a context", () => {
    let reads = 0;
    const member = { enumerable: true, get: () => void reads++ };
    const names = Array.from({ length: 10_000 }, (_, index) => [`m${index}`, member]);
    const shared = Object.defineProperties({}, Object.fromEntries(names));
    const { reason } = flags.variationDetail(
      "zero",
      { kind: "user", key: "ada", odd: 0, unused: Array.from({ length: 1000 }, () => shared) },
      null,
    );
    assert.equal(reason.errorKind, "USER_NOT_SPECIFIED");
    assert.ok(reads < 1.1 * (1 << 20), `${reads}`);
  });

  it("a long text that has no JSON form counts for the limit, wherever it is referred to", () => {
    const long = `${"x".repeat(1 << 19)}${lone}`;
    for (const part of [long, { [long]: 1 }]) {
      const unused = Array.from({ length: 4 }, () => part);
      const { reason } = flags.variationDetail("zero", { kind: "user", key: "ada", odd: 0, unused }, null);
      assert.equal(reason.errorKind, "USER_NOT_SPECIFIED");
    }
  });

  it("a cycle with large parts is absent", () => {
    for (const period of [1, 2, 8]) {
      /** @type {any} */
      const first = { large: "x".repeat(10_000) };
      let last = first;
      for (let index = 1; index < period; index++) last = last.next = {};
      last.next = [first, first, first];
      assert.equal(isPresent(first), false, `${period}`);
      assert.throws(() => Context.fromObject({ kind: "user", key: "ada", first }), /holds itself/);
    }
  });

  it("a context has at most 131,072 arrays and objects", () => {
    const most = Array.from({ length: 131_070 }, () => []);
    assert.equal(isPresent(most), true);
    assert.throws(() => isPresent([...most, {}]), /USER_NOT_SPECIFIED/);
    const context = { kind: "user", key: "ada", odd: [...most, {}] };
    for (const strict of [
      () => Context.fromObject(context),
      () => Context.fromJson(JSON.stringify(context)),
      () => new Context("ada", { attributes: { odd: [...most, {}] } }),
    ]) {
      assert.throws(strict, { name: "ContextError", code: "limit" });
    }
  });

  it("a name of a lone surrogate hides no other attribute", () => {
    const context = { kind: "user", key: "ada", [lone]: 1, odd: 0, "\ufffd": 2 };
    assert.equal(flags.boolVariation("zero", context, false), true);
  });

  it("an unreadable object is an invalid context", () => {
    const parts = { kind: "user", key: "ada" };
    /** @type {[string, any][]} */
    const contexts = [
      ["a lone surrogate as key", { ...parts, key: lone }],
      ["a name without a form", { ...parts, name: lone }],
      ["a function as anonymous", { ...parts, anonymous: () => true }],
      ["a date as _meta", { ...parts, _meta: new Date(0) }],
      ["a cycle as private attributes", { ...parts, _meta: { privateAttributes: cycle() } }],
      ["a date", new Date(0)],
      ["a revoked proxy", revoked.proxy],
      ["a lone surrogate as kind", { ...parts, kind: lone }],
      ["a legacy user whose email is a symbol", { key: "ada", email: Symbol("e") }],
      ["more than a context may hold", { ...parts, much: "x".repeat(1 << 20) }],
      ["more names than a context may hold", { ...parts, much: Array.from({ length: 1 << 20 }, () => ({})) }],
    ];
    for (const [name, context] of contexts) {
      const { reason } = flags.variationDetail("zero", context, null);
      assert.deepEqual(reason, { kind: "ERROR", errorKind: "USER_NOT_SPECIFIED" }, name);
    }
  });

  it("a getter may have side effects", () => {
    const context = {
      kind: "user",
      key: "ada",
      /** @type {unknown} */
      get odd() {
        delete (/** @type {any} */ (context).later);
        flags.boolVariation("on", { kind: "user", key: "inside" }, false);
        return 0;
      },
      later: 1,
    };
    assert.equal(flags.boolVariation("zero", context, false), true);
  });

  it("a flag's key that is not a well-formed string is not found", () => {
    const bound = flags.bind({ kind: "user", key: "ada" });
    assert.equal(bound.boolVariation("\ufffd", false), true);
    for (const key of [lone, "a\udc00", 5, null, undefined, Symbol("k"), {}, ["zero"]]) {
      const expected = {
        value: 1,
        variationIndex: null,
        reason: { kind: "ERROR", errorKind: "FLAG_NOT_FOUND" },
      };
      assert.deepEqual(bound.variationDetail(/** @type {any} */ (key), 1), expected);
      assert.deepEqual(
        flags.variationDetail(/** @type {any} */ (key), { kind: "user", key: "ada" }, 1),
        expected,
      );
      assert.match(bound.explain(/** @type {any} */ (key)).toJson(), /FLAG_NOT_FOUND/);
    }
  });
});

describe("a strict constructor", () => {
  for (const [name, odd] of withoutForm) {
    it(`rejects ${name}, with the path`, () => {
      const path = /^odd(\.|\[|$)/;
      assert.throws(
        () => Context.fromObject({ kind: "user", key: "ada", odd }),
        error =>
          error instanceof ContextError &&
          path.test(error.path) &&
          error.message.startsWith(`\`${error.path}\``),
      );
      assert.throws(
        () => new Context("ada", { attributes: { odd } }),
        error => error instanceof ContextError && path.test(error.path),
      );
      assert.throws(
        () => Flags.fromObject({ flags: { f: flag("f", { variations: [odd] }) } }),
        error => error instanceof DocumentError && error.path.startsWith("flags.f.variations[0]"),
      );
    });
  }

  it("names the type of an object whose contents are hidden, and an invalid date", () => {
    for (const [odd, what] of /** @type {[any, string][]} */ ([
      [new Map(), "a Map"],
      [new Date(Number.NaN), "an invalid Date"],
      [new Date(253402300800000), "an invalid Date"],
      [new Uint8Array(1), "a Uint8Array"],
    ])) {
      assert.throws(() => Context.fromObject({ kind: "user", key: "ada", odd }), {
        message: `\`odd\`: ${what} has no JSON form; leave it out or convert it`,
      });
    }
  });

  it("reports the thrown error", () => {
    assert.throws(
      () => Context.fromObject({ kind: "user", key: "ada", a: [{ "b c": throwing }] }),
      error =>
        error instanceof ContextError &&
        error.path === 'a[0]["b c"].inner' &&
        /** @type {Error} */ (error.cause).message === "from a getter",
    );
  });

  it("rejects an invalid document or patch", () => {
    for (const value of [null, undefined, 5, [], () => 0, new Map(), { flags: 5 }, {}]) {
      assert.throws(() => Flags.fromObject(/** @type {any} */ (value)), DocumentError);
      assert.throws(() => Flags.fromJson(/** @type {any} */ (value)), DocumentError);
    }
    assert.throws(() => flags.apply([]), DocumentError);
    assert.throws(() => flags.apply("["), { name: "DocumentError", code: "not-json", line: 1 });
    assert.throws(() => Flags.fromFlagMap(/** @type {any} */ (5)), DocumentError);
  });

  it("names the encoding of a text in UTF-16", () => {
    const text = Buffer.from('{"flags":{}}', "utf16le");
    for (const bytes of [
      text,
      Buffer.concat([Buffer.from([0xff, 0xfe]), text]),
      Buffer.from(text).swap16(),
    ]) {
      assert.throws(() => Flags.fromJson(bytes), {
        code: "not-json",
        message: /is UTF-16; save it as UTF-8/,
      });
    }
  });

  it("rejects a lone surrogate in the text, raw or escaped", () => {
    for (const text of [
      `{"flags":{"${lone}":{}}}`,
      `{"flags":{"\\ud800":{}}}`,
      `{"flags":{"\\${lone}":{}}}`,
    ]) {
      assert.throws(() => Flags.fromJson(text), DocumentError);
      assert.throws(() => Context.fromJson(text.replace("flags", "kind")), ContextError);
    }
    const bytes = new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]);
    assert.throws(() => Flags.fromJson(bytes), DocumentError);
  });

  it("rejects a text that nests 10,000 levels deep", () => {
    const deep = "[".repeat(10_000) + "]".repeat(10_000);
    assert.throws(() => Flags.fromJson(`{"flags":{"f":${deep}}}`), { name: "DocumentError", code: "limit" });
    assert.throws(() => Context.fromJson(`{"kind":"user","key":"k","a":${deep}}`), ContextError);
  });

  it("reports nesting by the code of a text, for an object", () => {
    const attributes = { deep: nested(200) };
    const limit = { code: "limit", message: /nested deeper than 128 levels/ };
    assert.throws(() => Context.fromObject({ kind: "user", key: "k", ...attributes }), limit);
    assert.throws(() => new Context("k", { attributes }), limit);
    assert.throws(() => Flags.fromObject({ flags: { f: attributes } }), limit);
    assert.throws(() => flags.apply({ flags: { f: attributes } }), limit);
  });

  it("rejects a context beyond the limit", () => {
    const much = "x".repeat(1 << 20);
    assert.throws(() => new Context("ada", { attributes: { much } }), ContextError);
    assert.throws(() => Context.fromObject({ kind: "user", key: "ada", much }), {
      name: "ContextError",
      code: "limit",
    });
  });

  it("accepts numbers beyond 2^53 with a warning, duplicate members too", () => {
    const text =
      '{"flags":{"f":{"key":"f","version":1,"variations":[9007199254740993,1,2],"variations":[9007199254740993]}}}';
    const codes = Flags.fromJson(text).diagnostics.map(diagnostic => diagnostic.code);
    assert.ok(codes.includes("number-precision") && codes.includes("duplicate-member"), String(codes));
  });
});

describe("an object that is returned", () => {
  const bound = flags.bind({ kind: "user", key: "ada" });

  it("keeps the value of its detail in a clone, a spread and JSON", () => {
    const expected = { value: { __own: 1 }, variationIndex: 0, reason: { kind: "FALLTHROUGH" } };
    const one = Flags.fromObject(document(flag("f", { variations: [expected.value] })));
    const detail = () => one.variationDetail("f", { kind: "user", key: "ada" }, null);
    const { port1, port2 } = new MessageChannel();
    try {
      port1.postMessage(detail());
      assert.deepEqual(receiveMessageOnPort(/** @type {any} */ (port2))?.message, expected);
    } finally {
      port1.close();
    }
    assert.deepEqual(structuredClone(detail()), expected);
    assert.deepEqual({ ...detail() }, expected);
    assert.deepEqual(JSON.parse(JSON.stringify(detail())), expected);
    const changed = detail();
    changed.value = null;
    assert.deepEqual(structuredClone(changed), { ...expected, value: null });
  });

  it("cannot be cloned if it is a handle", () => {
    for (const handle of [flags, bound, new Context("ada")]) {
      assert.throws(() => structuredClone(handle), { name: "DataCloneError" });
      assert.throws(() => new MessageChannel().port1.postMessage({ handle }), { name: "DataCloneError" });
    }
  });

  it("keeps a member of its own named __proto__", () => {
    const value = /** @type {any} */ (bound.variation("__proto__", null));
    assert.deepEqual(Object.keys(value), ["__proto__", "own"]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(value.polluted, undefined);
    const state = flags.allFlagsState({ kind: "user", key: "ada" });
    assert.ok(Object.hasOwn(state, "__proto__"));
    assert.ok(Object.hasOwn(state.$flagsState, "__proto__"));
  });
});
