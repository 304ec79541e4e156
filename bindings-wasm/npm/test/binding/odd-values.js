// Values and objects that JSON cannot represent, or only in part, and a seeded generator of contexts with them.

/** @param {number} levels @param {(inner: any, level: number) => any} [nest] @returns {any} */
export function nested(levels, nest = value => ({ value })) {
  /** @type {any} */
  let value = 1;
  for (let level = 0; level < levels; level++) value = nest(value, level);
  return value;
}

const mixed = (/** @type {number} */ levels) =>
  nested(levels, (value, level) => (level % 2 ? [value] : { b: value }));

/** @returns {never} */
export function thrower() {
  throw new Error("from a getter");
}

const cycle = /** @type {any} */ ({ b: 1 });
cycle.self = cycle;
const shared = { b: 1 };
const sparse = [1, 2, 3];
delete sparse[1];
const proxied = (/** @type {object} */ target) => new Proxy(target, {});
const revoked = Proxy.revocable({}, {});
revoked.revoke();

export class Instance {
  b = 1;
}
class Heir extends Instance {
  c = 2;
}

/** Possible values of a member. @type {any[]} */
export const values = [
  ...[1, 2, -0, 0.1, 0.5, 1e21, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 7n, 1577836800000],
  ...["x", "1", "", "\ud800", "\udfff", "ø", "å", "me@a.no", '\u0000\u001f"\\', "x\u001fb", "n1"],
  ...["x".repeat(40), "ø".repeat(40), "y".repeat(6000), "ø".repeat(6000), "2020-01-01T00:00:00Z"],
  ...[true, false, null, undefined, Symbol("s"), () => 1],
  ...[[], {}, [1], ["x", 2], [2, "x"], [undefined], [Number.NaN, 1], [null], sparse, [[1], { b: [1] }]],
  ...[{ b: 1 }, { b: "x" }, { b: undefined }, { b: Number.NaN, d: 1 }, { b: { b: 1 } }, { b: [1] }, { 0: 1 }],
  { toJSON: () => 1, b: 1 },
  Object.create({ b: 1 }),
  Object.create(null),
  Object.create(null, { b: { value: 1, enumerable: true } }),
  Object.create(null, { b: { value: 1 } }),
  { [Symbol("b")]: 1 },
  Object.defineProperty({}, "b", { get: thrower, enumerable: true }),
  Object.defineProperty({}, "b", { get: () => 1, enumerable: true }),
  ...[new Date(Number.NaN), 10n ** 400n, new URL("https://page.example/"), new URL("https://x/øå")],
  ...[new Date(0), new Map([["b", 1]]), new Set([1]), new Instance(), new Heir(), new Uint8Array(2)],
  ...[new Error("e"), /x/, new String("x"), new Number(1), Promise.resolve(1)],
  ...[
    cycle,
    [cycle],
    [shared, shared],
    JSON.parse('{"__proto__":5,"\\ud800":1,"b":"x","":1,"constructor":2}'),
  ],
  ...[proxied({ b: 1 }), proxied([1, 2]), revoked.proxy],
  ...[new Proxy({}, { ownKeys: thrower }), new Proxy({}, { getPrototypeOf: thrower })],
  ...[5, 12, 13, 126, 127, 128].map(mixed),
  Array.from({ length: 300 }, (_, index) => index),
  Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`m${index}`, index])),
  ...[["a", "/b"], "a", [1], []].map(privateAttributes => ({ privateAttributes })),
];

/** Values that the flags of the tests compare with. */
const LIKELY = [1, "x", true, { b: 1 }, { b: { b: 1 } }, "me@a.no", null];

/** Names of members beside those of every context. */
export const names = [
  ...["a", "b", "email", "plan", "other", "ø", "custom", "country", "privateAttributeNames"],
  ...["__proto__", "constructor", "\udfff"],
];

/** Pseudo-random choices that are the same in every run. */
export function choices(state = 20261121) {
  const below = (/** @type {number} */ count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  const any = (/** @type {any[]} */ list) => list[below(list.length)];
  return { below, any };
}

/** @param {ReturnType<typeof choices>} random */
function individual({ below, any }, withKind = true) {
  const rarely = (/** @type {number} */ odds, /** @type {any[]} */ usual) =>
    below(odds) === 0 ? any(values) : any(usual);
  /** @type {[string, any][]} */
  const members = [["key", rarely(9, ["ada", "ada", "k1", "k2", "øø", "b:b"])]];
  if (withKind) members.unshift(["kind", rarely(12, ["user", "user", "org", "multi", "kind", "ø"])]);
  if (below(3) === 0) members.push(["name", rarely(3, ["Ada", "n1", null])]);
  if (below(3) === 0) members.push(["anonymous", rarely(3, [true, false])]);
  if (below(4) === 0) members.push(["_meta", any(values)]);
  for (const name of names) if (below(3) === 0) members.push([name, rarely(2, LIKELY)]);
  if (below(4) === 0) members.reverse();
  if (below(16) === 0) members.splice(below(members.length), 1);
  const object = Object.fromEntries(members);
  for (const [name, value] of members) {
    if (below(40) > 0) continue;
    const get = below(2) ? thrower : () => value;
    Object.defineProperty(object, name, { get, enumerable: below(3) > 0 });
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

/** A context: of one kind, of several, a legacy user, or none of these. @param {ReturnType<typeof choices>} random */
export function oddContext(random) {
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

/** Changes a context in place, if it can be changed. @param {any} context @param {ReturnType<typeof choices>} random */
export function alter(context, { below, any }) {
  if (typeof context !== "object" || context === null || !Object.isExtensible(context)) return;
  try {
    const target = below(3) === 0 && typeof context.user === "object" ? context.user : context;
    if (below(3) === 0) delete target[any(names)];
    else target[any(["key", "name", "a", ...names])] = any(values);
  } catch {
    // A getter without a setter, or null.
  }
}
