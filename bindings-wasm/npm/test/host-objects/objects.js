// JavaScript values made at random, each beside the JSON text that it stands for. The text is built from digits and escapes
// of its own, never by isoflag or from the value.

import { runInNewContext } from "node:vm";

/**
 * A value and its JSON text.
 *
 * @typedef {object} Made
 * @property {any} host
 * @property {string | undefined} text undefined: it has no JSON form
 * @property {number} height the number of containers in each other
 * @property {boolean} isKnown whether the text is that of the value: not if it changes while it is read
 * @property {boolean} [isOmitted] whether an object omits it: `undefined`
 */

/** Pseudo-random choices that are the same in every run. @param {number} seed */
export function choices(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ count) => Math.floor(fraction() * count);
  return {
    below,
    fraction,
    /** @template T @param {readonly T[]} list */
    any: list => /** @type {T} */ (list[below(list.length)]),
  };
}

/** @typedef {ReturnType<typeof choices>} Random */

/** @param {any} host @param {string} [text] @returns {Made} */
export const made = (host, text) => ({ host, text, height: 0, isKnown: true });

/** The error of all hostile values, so that a test can tell it from the package's own. */
export const OWN = new RangeError("of a hostile value");

/** @returns {never} */
const thrower = () => {
  throw OWN;
};

// --- primitives ---

const TEXTS = [
  ...["", "a", "x", "ada", "key", "kind", "é", "\u{1f600}", "\0", "\x7f", '"\\', "\ufffd", "\u2028"],
  ...["2026-01-01T00:00:00Z", "1.2.3", "multi", "user", "org", "/x", "~1", "10", "__proto__", "toJSON"],
];
export const SURROGATES = ["\ud800", "\udfff", "a\ud800b", "\udc00\ud800", "\ud83d"];

/** @param {Random} random */
const textOf = random => Array.from({ length: random.below(5) }, () => random.any(TEXTS)).join("");

/** Returns the JSON text of a string, written in one of several ways. @param {string} text @param {Random} random */
export function asText(text, random) {
  const escaped = (/** @type {string} */ unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const units = text.split("");
  if (random.below(4) === 0) return `"${units.map(escaped).join("")}"`;
  return `"${units.map(unit => (/["\\\p{Cc}]/u.test(unit) ? escaped(unit) : unit)).join("")}"`;
}

/** @param {Random} random */
function string(random) {
  if (random.below(16) === 0) return made(random.any(SURROGATES));
  const text = textOf(random);
  return made(text, asText(text, random));
}

/** @param {Random} random */
function number(random) {
  const sign = random.any(["", "-"]);
  switch (random.below(4)) {
    case 0: {
      const integer = random.any([0n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 10n ** 22n, 10n ** 300n]);
      const digits = `${sign}${integer + BigInt(random.below(3))}`;
      return made(random.any([Number, BigInt])(digits), digits);
    }
    case 1: {
      const digits = `${sign}${random.any(["0.1", "1e21", "1e-7", "5e-324", "1.7976931348623157e308", "0"])}`;
      return made(Number(digits), digits);
    }
    case 2: {
      const digits = `${sign}${random.below(2 ** 32)}${random.below(2 ** 32)}E${random.below(600) - 330}`;
      return made(Number(digits), Number.isFinite(Number(digits)) ? digits : undefined);
    }
    default:
      return random.any([made(true, "true"), made(false, "false"), made(null, "null"), made(7, "7")]);
  }
}

class Point {
  b = 1;
  #hidden = 2;
  get c() {
    return this.#hidden;
  }
  toJSON() {
    return "another";
  }
}

/** Values without a JSON form. @type {(() => any)[]} */
const ODD = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -(10n ** 309n), 10n ** 400n, Symbol("s"), Symbol.iterator].map(
    value => () => value,
  ),
  ...[() => () => 1, () => Point, () => new Map([["a", 1]]), () => new Set([1]), () => new WeakMap()],
  ...[() => new Number(1), () => new String("a"), () => new Boolean(true), () => Object(1n)],
  ...[() => new Uint8Array(1), () => new ArrayBuffer(1), () => new DataView(new ArrayBuffer(1))],
  ...[() => /a/, () => new Error("a"), () => Promise.resolve(1), () => new Date(Number.NaN)],
  ...[() => new Date(8.64e15), () => new Date(-8.64e15), () => runInNewContext("new Map()")],
  ...[() => [undefined], () => new Array(2), () => [1, ...new Array(1), 2], () => ({ toJSON: () => 1 })],
  () => Object.defineProperty({}, "b", { enumerable: true, get: thrower }),
  () => {
    const cycle = /** @type {any} */ ({ b: [] });
    cycle.b.push({ cycle });
    return cycle;
  },
  ...[[], {}].map(target => () => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy;
  }),
  ...["ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"].map(
    trap => () => new Proxy({ b: 1 }, { [trap]: thrower }),
  ),
  () => new Proxy({ b: 1 }, { get: thrower }),
  () => new Proxy([1], { get: thrower }),
  () =>
    new (class extends Point {
      get [Symbol.toStringTag]() {
        return "Map";
      }
    })(),
];

/** @param {Random} random */
function library(random) {
  switch (random.below(4)) {
    case 0: {
      const [year, millisecond] = [1000 + random.below(8000), random.below(1000)];
      const date = new Date(0);
      date.setUTCFullYear(year, 1, 28);
      date.setUTCHours(3, 4, 5, millisecond);
      const text = `"${year}-02-28T03:04:05.${`${millisecond}`.padStart(3, "0")}Z"`;
      return made(Object.assign(date, random.any([{}, { toISOString: thrower, a: 1 }])), text);
    }
    case 1:
      return made(new URL("https://a.example/b?c=ø"), '"https://a.example/b?c=%C3%B8"');
    case 2:
      return { ...made(new Point(), '{"b":1}'), height: 1 };
    default:
      return random.any([
        { ...made(Object.create({ b: 1 }), "{}"), height: 1 },
        {
          ...made(Object.create(null, { b: { value: 1, enumerable: true }, c: { value: 2 } }), '{"b":1}'),
          height: 1,
        },
        { ...made({ [Symbol("b")]: 1, b: 2 }, '{"b":2}'), height: 1 },
        { ...made(runInNewContext("({ b: [1] })"), '{"b":[1]}'), height: 2 },
        { ...made(Object.assign([1, 2], { more: 3 }), "[1,2]"), height: 1 },
        { ...made(new (class List extends Array {})(), "[]"), height: 1 },
        { ...made(Object.defineProperty({ b: 1 }, "c", { get: thrower }), '{"b":1}'), height: 1 },
        { ...made({ b: undefined, c: 1 }, '{"c":1}'), height: 1 },
        {
          ...made(
            {
              b: 1,
              get [Symbol.toStringTag]() {
                return "Map";
              },
            },
            '{"b":1}',
          ),
          height: 1,
        },
      ]);
  }
}

/** @param {Random} random @returns {Made} */
export function scalar(random) {
  const draw = random.fraction();
  if (draw < 0.4) return string(random);
  if (draw < 0.75) return number(random);
  if (draw < 0.9) return library(random);
  if (draw < 0.93) return { ...made(undefined), isOmitted: true };
  return made(random.any(ODD)());
}

// --- containers ---

const NAMES = ["x", "y", "a", "b", "", "é", "/", "~", "key", "0", "10", "__proto__", "constructor", "length"];

/** Makes values. `act` is the code that getters and traps run: it evaluates, for example. */
export class Objects {
  /** @param {Random} random @param {() => void} act */
  constructor(random, act) {
    this.random = random;
    this.act = act;
    /** The containers that are being built, whose members hostile values change. @type {any[]} */
    this.open = [];
    /** Complete values, of which some are used twice. @type {Made[]} */
    this.complete = [];
  }

  /** @returns {Made} */
  value(levels = 4) {
    const { random, complete, open } = this;
    const draw = random.fraction();
    if (draw < 0.03 && complete.length > 0) return random.any(complete);
    if (levels === 0 || draw < 0.5) return scalar(random);
    if (draw < 0.54) return this.nested(random.any([2, 13, 30, 100, 120, 125, 126, 127, 128, 129, 300]));
    if (draw < 0.58 && open.length > 0) return this.changing(random.any(open));
    const one = draw < 0.76 ? this.array(levels) : this.object(levels);
    complete.push(one);
    return one;
  }

  /** Returns containers in each other, as many as given. @param {number} levels @returns {Made} */
  nested(levels) {
    const { random } = this;
    let { host, text, height, isKnown, isOmitted } = scalar(random);
    for (let level = 0; level < levels; level++) {
      if (random.below(2)) {
        host = [host];
        if (text !== undefined) text = `[${text}]`;
      } else {
        host = { a: host };
        if (isOmitted) text = "{}";
        else if (text !== undefined) text = `{"a":${text}}`;
      }
      isOmitted = false;
      height++;
    }
    return { host, text, height, isKnown };
  }

  /** Returns an object that changes a container around it while it is read. @param {any} victim @returns {Made} */
  changing(victim) {
    const { random } = this;
    let step = 0;
    const change = () => {
      if (++step > 50) return step;
      switch (random.below(5)) {
        case 0:
          if (Array.isArray(victim)) victim.length = 0;
          else for (const name of Object.keys(victim)) delete victim[name];
          break;
        case 1:
          victim[random.any(["x", "b", "0", "10", "constructor"])] = victim;
          break;
        case 2:
          Object.setPrototypeOf(victim, random.any([null, Point.prototype, Array.prototype]));
          break;
        case 3:
          Object.defineProperty(victim, `get${step}`, { enumerable: true, configurable: true, get: thrower });
          break;
        default:
          if (Array.isArray(victim)) victim.push(step, undefined);
          else victim[`added${step}`] = [step];
      }
      return step;
    };
    const getter = {
      get a() {
        return change();
      },
      b: 1,
    };
    const traps = {
      get: change,
      ownKeys: () => (change() > 0 ? ["a", "b"] : []),
      getPrototypeOf: () => (change() > 0 ? null : Object.prototype),
    };
    const host = random.any([getter, new Proxy({ a: 1, b: 2 }, traps), new Proxy([1, 2], { get: change })]);
    return { host, text: "{}", height: 2, isKnown: false };
  }

  /** @param {number} levels @returns {Made} */
  array(levels) {
    /** @type {any[]} */
    const host = [];
    this.open.push(host);
    const parts = Array.from({ length: this.random.below(4) }, () => this.value(levels - 1));
    this.open.pop();
    for (const part of parts) host.push(part.host);
    const hasForm = parts.every(part => part.text !== undefined);
    const text = hasForm ? `[${parts.map(part => part.text).join(",")}]` : undefined;
    return joined(this.wrapped(host), text, parts);
  }

  /** @param {number} levels @returns {Made} */
  object(levels) {
    const { random } = this;
    /** @type {Record<string, Made>} */
    const parts = Object.create(null);
    const host = {};
    this.open.push(host);
    for (let count = random.below(4); count > 0; count--) {
      const name = random.below(20) === 0 ? random.any(SURROGATES) : random.any([...NAMES, textOf(random)]);
      parts[name] = this.value(levels - 1);
    }
    this.open.pop();
    return this.of(parts, host);
  }

  /** Returns an object of parts. @param {Record<string, Made>} parts @returns {Made} */
  of(parts, host = {}) {
    const entries = Object.entries(parts);
    for (const [name, part] of entries) this.define(host, name, part.host);
    const written = entries.filter(([, part]) => !part.isOmitted);
    const hasForm = written.every(([name, part]) => part.text !== undefined && !/\p{Surrogate}/u.test(name));
    const members = written.map(([name, part]) => `${asText(name, this.random)}:${part.text}`);
    return joined(this.wrapped(host), hasForm ? `{${members.join(",")}}` : undefined, Object.values(parts));
  }

  /** Defines a member in one of several ways. @param {object} host @param {string} name @param {any} value */
  define(host, name, value) {
    const { act } = this;
    const property = { enumerable: true, configurable: true };
    const get = () => {
      act();
      return value;
    };
    const isGetter = this.random.below(12) === 0;
    Object.defineProperty(
      host,
      name,
      isGetter ? { ...property, get } : { ...property, writable: true, value },
    );
  }

  /** Returns an object or an array with the same members. @param {any} host */
  wrapped(host) {
    const { act, random } = this;
    switch (random.below(16)) {
      case 0:
        return new Proxy(host, {});
      case 1:
      case 2:
        return new Proxy(host, everyTrap(act));
      case 3:
        return Object.freeze(host);
      case 4:
        return Array.isArray(host) ? host : Object.setPrototypeOf(host, null);
      case 5:
        return Array.isArray(host) ? host : Object.setPrototypeOf(host, Point.prototype);
      default:
        return host;
    }
  }
}

/** Returns a handler with every trap, each of which runs some code. @param {() => void} act @returns {ProxyHandler<any>} */
function everyTrap(act) {
  return Object.fromEntries(
    Object.getOwnPropertyNames(Reflect)
      .filter(name => typeof Reflect[/** @type {keyof typeof Reflect} */ (name)] === "function")
      .map(name => [
        name,
        (/** @type {any[]} */ ...given) => {
          act();
          return /** @type {any} */ (Reflect)[name](...given);
        },
      ]),
  );
}

/** @param {any} host @param {string | undefined} text @param {Made[]} parts @returns {Made} */
function joined(host, text, parts) {
  const height = 1 + Math.max(0, ...parts.map(part => part.height));
  return { host, text, height, isKnown: parts.every(part => part.isKnown) };
}
