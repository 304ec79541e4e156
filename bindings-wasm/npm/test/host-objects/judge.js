// Passes hostile values to the package and compares each result with that for the JSON text.

import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { asText, choices, made, Objects, OWN, SURROGATES, scalar } from "./objects.js";

/** @typedef {import("./objects.js").Made} Made */
/** @typedef {import("./objects.js").Random} Random */
/** @typedef {Omit<typeof import("../../dist/index.js"), "ready" | "readySync">} Core */
/** @typedef {Omit<typeof import("../../dist/node.js"), "ready" | "readySync">} Tools */
/** @typedef {{ host: any, lenient: string | undefined, strict: string | undefined, isKnown: boolean }} MadeContext */

// A document whose rules tell many values apart.

/** @param {string} attribute @param {string} op @param {any[]} values @param {object} [members] */
const clause = (attribute, op, values, members) => ({
  attribute,
  contextKind: "user",
  op,
  values,
  ...members,
});

/** @param {string} key @param {object} members */
const flag = (key, members) => ({
  key,
  version: 1,
  on: true,
  variations: [0, 1, 2, 3, 4, 5, 6, 7],
  fallthrough: { variation: 0 },
  offVariation: 0,
  salt: "s",
  ...members,
});

const VALUES = ["a", "ada", 1, 2 ** 53, 0.1, true, "1.2.3"];
const rules = [
  clause("x", "in", VALUES),
  clause("y", "greaterThan", [1e20]),
  clause("a", "after", ["2000-01-01T00:00:00Z"]),
  clause("/x/a", "in", VALUES),
  clause("x", "in", VALUES, { contextKind: "org" }),
  clause("é", "matches", ["^a|x"]),
].map((each, index) => ({ id: `rule${index}`, clauses: [each], variation: index + 1 }));
const shares = Array.from({ length: 8 }, (_, variation) => ({ variation, weight: 12_500 }));

const document = {
  flags: Object.fromEntries(
    [
      flag("rules", { rules, fallthrough: { rollout: { variations: shares, bucketBy: "x" } } }),
      ...["x", "y", "a", "é", "name", "/x/a", "key"].map(attribute =>
        flag(`has ${attribute}`, {
          rules: [{ clauses: [clause(attribute, "in", [], { negate: true })], variation: 1 }],
        }),
      ),
    ].map(each => [each.key, each]),
  ),
};

const CASES = Number(process.env.HOST_OBJECTS ?? 2000);
const FIRST = Number(process.env.HOST_OBJECTS_SEED ?? 0);
const LEVELS = 128;
const ADA = { kind: "user", key: "ada", x: 1 };
const INVALID = { kind: "user" };
const surrogate = /\p{Surrogate}/u;

/** Judges random hostile values: `HOST_OBJECTS` is their number, `HOST_OBJECTS_SEED` the first. @param {Core} entry @param {Tools} [tools] */
export function judgeRandomValues(entry, tools) {
  it("a value has the answers of its JSON text", () => {
    // A value without a JSON form is reported.
    mock.method(console, "warn", () => undefined);
    const { judge, isRight } = judges(entry, tools);
    for (let seed = FIRST; seed < FIRST + CASES; seed++) {
      try {
        judge(seed);
      } catch (error) {
        const reason = `${/** @type {Error} */ (error).stack}`;
        throw new Error(`HOST_OBJECTS_SEED=${seed} HOST_OBJECTS=1: ${reason}`);
      }
    }
    for (let turn = 0; turn < 100; turn++) assert.ok(isRight());
  });
}

/** Returns the functions that judge the cases of one entry. @param {Core} entry @param {Tools} [tools] */
function judges(entry, tools) {
  const { Context, ContextError, DocumentError, Flags } = entry;
  const flags = Flags.fromObject(document);
  const keys = flags.keys();
  const patched = flags.apply({ flags: { rules: flag("rules", { version: 2 }) } });
  const text = JSON.stringify(document);
  const expected = JSON.stringify(flags.allFlagsState(Context.fromJson(JSON.stringify(ADA)), { now: 0 }));

  function interfere() {
    assert.equal(flags.variation("rules", { kind: "user", key: "b", x: "a" }, 0), 1);
    flags.bind(ADA).free();
    Context.fromObject({ kind: "org", key: "b", x: [1, { a: 2 }] }).free();
  }

  function isRight() {
    const loaded = Flags.fromJson(text);
    const isSame = loaded.digest === flags.digest;
    loaded.free();
    return (
      isSame &&
      flags.variation("rules", ADA, 0) === 1 &&
      JSON.stringify(flags.allFlagsState(ADA, { now: 0 })) === expected
    );
  }

  /** @type {((context: any) => any)[]} */
  const answers = [
    context => keys.map(key => flags.variationDetail(key, context, "default")),
    context => keys.toReversed().map(key => flags.variation(key, context, "default")),
    context => flags.allFlagsState(context, { withReasons: true, now: 0 }),
    context => {
      const bound = flags.bind(context);
      const details = keys.map(key => bound.variationDetail(key, 0));
      const state = bound.allFlagsState({ now: 0 });
      bound.free();
      return [details, state];
    },
    context => flags.bigSegmentKeys(context),
    context => flags.consistency("rules", context, 0, 0),
  ];
  if (tools !== undefined) {
    const { Flags: Whole, secureModeHash } = tools;
    const whole = Whole.fromObject(document);
    const later = Whole.fromObject({ ...document, flags: { rules: flag("rules", { version: 3 }) } });
    answers.push(
      context => keys.map(key => whole.explain(key, context).toJson()),
      context => whole.receipt("rules", context).toJson(),
      context => `${whole.impact(later, [context, ADA], { by: ["x"] })}`,
      context => secureModeHash("key", context),
      context => whole.strategyFor("production", context),
    );
  }

  /** Returns the context of a text, if it is valid. @param {string | undefined} json */
  function parsed(json) {
    if (json === undefined) return undefined;
    try {
      return Context.fromJson(json);
    } catch (error) {
      assert.ok(error instanceof ContextError, `${error}`);
      return undefined;
    }
  }

  /** Returns a result, or the name of a documented error. @param {(value: any) => any} call @param {any} value */
  function outcome(call, value) {
    try {
      return JSON.stringify(call(value)) ?? "undefined";
    } catch (error) {
      if (error === OWN) return "own";
      const { name } = /** @type {Error} */ (error);
      assert.ok(DOCUMENTED.has(name), `${/** @type {Error} */ (error).stack}`);
      return name;
    }
  }

  /** @param {Random} random */
  function judgeContext(random) {
    const one = context(new Objects(random, interfere));
    const answer = random.any(answers);
    const given = outcome(answer, one.host);
    let converted;
    try {
      converted = Context.fromObject(one.host);
    } catch (error) {
      assert.ok(error instanceof ContextError, `${/** @type {Error} */ (error).stack}`);
    }
    if (!one.isKnown) return;
    const valid = parsed(one.lenient);
    assert.equal(given, outcome(answer, valid ?? INVALID), `${one.lenient}: ${answer}`);
    // Again, since the package remembers objects that it has read.
    assert.equal(outcome(answer, one.host), given, `${one.lenient}, again: ${answer}`);
    const strict = parsed(one.strict);
    assert.deepEqual(converted?.toObject(), strict?.toObject(), `${one.strict} strictly`);
    for (const each of [valid, strict, converted]) each?.free();
  }

  /** @param {Random} random */
  function judgeDocument(random) {
    const objects = new Objects(random, interfere);
    const one = objects.value();
    const parts = { f: flag("f", { variations: [one.host, 1] }) };
    let loaded;
    try {
      loaded = Flags.fromObject(objects.wrapped({ flags: parts, other: one.host }));
    } catch (error) {
      assert.ok(error instanceof DocumentError, `${/** @type {Error} */ (error).stack}`);
    }
    if (!one.isKnown) return;
    let wanted;
    const hasForm = one.text !== undefined;
    if (hasForm) {
      const json = JSON.stringify({ flags: { f: flag("f", { variations: ["%", 1] }) }, other: "%" });
      try {
        wanted = Flags.fromJson(json.replaceAll('"%"', () => `${one.text}`));
      } catch (error) {
        assert.ok(error instanceof DocumentError, `${error}`);
      }
    }
    if (!hasForm && one.isOmitted) return;
    assert.equal(loaded?.digest, wanted?.digest, one.text);
    const [given, right] = [loaded, wanted].map(each => JSON.stringify(each?.variationDetail("f", ADA, 0)));
    assert.equal(given, right, one.text);
    loaded?.free();
    wanted?.free();
  }

  /** @type {((value: any) => any)[]} */
  const others = [
    value => flags.apply(value).digest,
    value => flags.apply({ flags: value, meta: {} }).digest,
    value => Flags.fromFlagMap(value).digest,
    value => Flags.fromJson(value).digest,
    value => flags.supersedes(patched, value),
    value => flags.supersedes(value, {}),
    value => flags.variationDetail("rules", ADA, 0, { bigSegments: value }),
    value => flags.variationDetail("rules", ADA, 0, value),
    value =>
      flags.variationDetail("rules", ADA, 0, {
        bigSegments: { status: "HEALTHY", memberships: { ada: value } },
      }),
    value => new Context("ada", value).toObject(),
    value => new Context("ada", { attributes: value }).toObject(),
    value => new Context("ada", { attributes: { x: value } }).toObject(),
    value => new Context("ada", { private: value }).toObject(),
    value => new Context(value).toObject(),
    value => Context.multi(value, new Context("b", { kind: "b" })).toObject(),
    value => Context.fromJson(value).toObject(),
    value => flags.variationDetail(value, ADA, 0),
    value => flags.allFlagsState(ADA, value),
    value => flags.allFlagsState(ADA, { now: value }),
    value => flags.consistency("rules", ADA, value, value),
  ];
  if (tools !== undefined) {
    const { Flags: Whole, checkEnvironments, convert, edit, inventory, replay } = tools;
    const whole = Whole.fromObject(document);
    const receipt = whole.receipt("rules", ADA);
    others.push(
      value => whole.diff(value),
      value => whole.check(value),
      value => whole.project({ known: { user: value } }).digest,
      value => whole.project({ known: value }).digest,
      value => whole.project({ private: value }).digest,
      value => whole.project(value).digest,
      value => edit(text, [value], { now: 0 }),
      value => edit(text, [{ op: "add", key: "new", flag: value }], { now: 0 }),
      value => edit(text, value, { now: 0 }),
      value => whole.advance(value, 0).flags.digest,
      value => whole.advance({}, value).flags.digest,
      value => whole.withStrategy(value).digest,
      value => whole.withStrategy("Custom", value).digest,
      value => `${whole.impact(value)}`,
      value => `${whole.impact(whole, value)}`,
      value => `${whole.impact(whole, [], value)}`,
      value => checkEnvironments({ a: whole, b: value }),
      value => checkEnvironments({ a: whole }, value),
      value => replay(receipt, value, ADA).toJson(),
      value => replay(value, whole, ADA).toJson(),
      value => inventory({ a: value }, { now: 1 }),
      value => whole.retirements({ now: 1, history: value }),
      value => whole.retirements({ now: 1, activity: value }),
      value => convert(value),
      value => whole.certification(value),
    );
  }

  /** @param {Random} random */
  function judgeArgument(random) {
    const one = new Objects(random, interfere).value();
    const call = random.any(others);
    const given = outcome(call, one.host);
    // The same call with values that `JSON` makes.
    if (one.text !== undefined && one.isKnown && isPlain(one.host)) {
      assert.equal(given, outcome(call, JSON.parse(one.text)), `${one.text}: ${call}`);
    }
  }

  const kinds = [judgeContext, judgeContext, judgeDocument, judgeArgument];
  /** Makes one case and judges it; the assertion names what differs. @param {number} seed */
  function judge(seed) {
    /** @type {(typeof kinds)[number]} */ (kinds[seed % kinds.length])(choices(seed));
    if (seed % 100 === 0) {
      for (let turn = 0; turn < 100; turn++) assert.ok(isRight());
    }
  }
  return { judge, isRight };
}

/** The package's errors, and those of the language for arguments that the types exclude; that of a trap is not among them. */
const DOCUMENTED = new Set([
  ...["ContextError", "DocumentError", "LifecycleError", "PinError", "ReceiptError", "StrategyError"],
  ...["Error", "TypeError"],
]);

/** Whether `JSON` makes such a value. @param {any} value @returns {boolean} */
function isPlain(value) {
  if (typeof value === "bigint" || Object.is(value, -0)) return false;
  if (typeof value !== "object" || value === null) return true;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    each => "value" in each && each.value !== undefined && isPlain(each.value),
  );
}

// --- contexts ---

/** @typedef {{ name: string, part: Made, isRequired: boolean }} Member */

/** @param {any} value */
const exactly = value => made(value, JSON.stringify(value));

/** Returns the value of a member that decides whether the context is valid. @param {Objects} objects @param {any} usual */
function builtIn(objects, usual) {
  const draw = objects.random.fraction();
  if (draw < 0.85) return exactly(usual);
  const part = draw < 0.95 ? scalar(objects.random) : objects.value(2);
  // How deep it may be depends on the kind of context, and an unknown member of `_meta` needs no JSON form: such contexts
  // are not compared.
  const isKnown = part.height < 20 && (part.text !== undefined || typeof usual !== "object");
  return { ...part, isKnown: part.isKnown && isKnown };
}

/** @param {Objects} objects @param {Record<string, Made>} required @param {number} level */
function membersOf(objects, required, level) {
  const { random } = objects;
  /** @type {Member[]} */
  const members = Object.entries(required).map(([name, part]) => ({ name, part, isRequired: true }));
  for (let count = random.below(5); count > 0; count--) {
    const name = random.any([
      "x",
      "x",
      "y",
      "a",
      "é",
      "other",
      "",
      "/x",
      "__proto__",
      random.any(SURROGATES),
    ]);
    if (members.some(member => member.name === name)) continue;
    const part = objects.value();
    const isLost = surrogate.test(name) || part.height + level > LEVELS;
    members.push({ name, part: isLost ? { ...part, text: undefined } : part, isRequired: false });
  }
  // A name with a lone surrogate is passed on as the empty one, which counts in the hash of a receipt.
  const others = members.some(({ name }) => surrogate.test(name))
    ? members.filter(({ name }) => name !== "")
    : members;
  return others.sort(() => random.below(3) - 1);
}

/** @param {Objects} objects @param {Member[]} members @returns {MadeContext} */
function composed(objects, members) {
  const host = {};
  for (const { name, part } of members) objects.define(host, name, part.host);
  /** @param {Member[]} chosen */
  const textOf = chosen => {
    if (chosen.some(({ part }) => part.text === undefined)) return undefined;
    return `{${chosen.map(({ name, part }) => `${asText(name, objects.random)}:${part.text}`).join(",")}}`;
  };
  const written = members.filter(({ part }) => !part.isOmitted);
  return {
    host: objects.wrapped(host),
    lenient: textOf(written.filter(({ part, isRequired }) => isRequired || part.text !== undefined)),
    strict: textOf(written),
    isKnown: members.every(({ part }) => part.isKnown),
  };
}

/** @param {Objects} objects @param {string | undefined} kind @param {number} level */
function individual(objects, kind, level) {
  /** @type {Record<string, Made>} */
  const required = { key: builtIn(objects, "ada") };
  const { random } = objects;
  if (kind !== undefined) required.kind = builtIn(objects, kind);
  if (random.below(5) === 0) required.name = builtIn(objects, "x");
  if (random.below(5) === 0) required.anonymous = builtIn(objects, true);
  if (random.below(6) === 0) required._meta = builtIn(objects, { privateAttributes: ["x", "/x/a"] });
  return composed(objects, membersOf(objects, required, level));
}

/** @param {Objects} objects @returns {MadeContext} */
function context(objects) {
  const { random } = objects;
  switch (random.below(10)) {
    case 0: {
      // The members of an object may be those of a legacy user, of which some may be missing.
      const { host, text, isKnown } = objects.value();
      const hasText = text !== undefined && !text.startsWith("{");
      return { host, lenient: undefined, strict: text, isKnown: isKnown && hasText };
    }
    case 1:
    case 2: {
      const kinds = ["user", "org", "b"].slice(0, random.below(4));
      const parts = kinds.map(kind => /** @type {const} */ ([kind, individual(objects, undefined, 2)]));
      const hosts = Object.fromEntries(parts.map(([kind, { host }]) => [kind, host]));
      /** @param {"lenient" | "strict"} which */
      const textOf = which =>
        parts.every(([, part]) => part[which] !== undefined)
          ? `{${['"kind":"multi"', ...parts.map(([kind, part]) => `"${kind}":${part[which]}`)].join(",")}}`
          : undefined;
      return {
        host: objects.wrapped({ kind: "multi", ...hosts }),
        lenient: textOf("lenient"),
        strict: textOf("strict"),
        isKnown: parts.every(([, { isKnown }]) => isKnown),
      };
    }
    case 3: {
      const custom = composed(objects, membersOf(objects, {}, 2));
      const [key, email] = [builtIn(objects, "ada"), builtIn(objects, "a@b.c")];
      /** @param {string | undefined} text @returns {Member[]} */
      const members = text => [
        { name: "key", part: key, isRequired: true },
        { name: "email", part: email, isRequired: true },
        {
          name: "custom",
          part: { host: custom.host, text, height: 0, isKnown: custom.isKnown },
          isRequired: true,
        },
      ];
      const { host, lenient, isKnown } = composed(objects, members(custom.lenient));
      return { host, lenient, strict: composed(objects, members(custom.strict)).strict, isKnown };
    }
  }
  return individual(objects, random.any(["user", "user", "org"]), 1);
}
