/** Reads the members of plain objects that flags depend on. */

import { isPlainObject, isWellFormed } from "../json-encoding.js";
import { write } from "./buffer.js";
import { count, notPlain, PlainValue, SHORT, scales, weigh } from "./value.js";

/** A member that only counts for the size. */
const IDLE = 0;
/** The first member. */
const KIND = 1;

/** The maximum number of cached member positions. */
const MOST_POSITIONS = 256;

/** The class of a value, as the core distinguishes them; undefined if it has none. */
function classOf(value: unknown): string | undefined {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value !== "string" || !isWellFormed(value)) return undefined;
  return value === "" ? "empty" : "text";
}

/** The dependencies of some flags, as the core describes them. */
export interface Description {
  /** Equal for flags with equal dependencies. */
  readonly number: number;
  /** The members of an individual context in the order in which they are passed, the kind first. */
  readonly members: readonly string[];
  /** Members that no answer depends on while their values are of these classes. */
  readonly interchangeable: Readonly<Record<string, readonly string[]>>;
}

/** The dependencies of some flags on an individual context. */
export class Dependencies {
  /** The roles of the relevant members, by name. */
  readonly roles: ReadonlyMap<string, number>;
  /** By role: the classes of values that an answer does not distinguish. */
  readonly #interchangeable: readonly (readonly string[] | undefined)[];

  constructor({ members, interchangeable }: Description) {
    this.roles = new Map(members.map((name, index) => [name, KIND + index]));
    this.#interchangeable = [undefined, ...members.map(name => interchangeable[name])];
  }

  /** Whether an answer can distinguish two values of a member. */
  distinguishes(role: number, one: unknown, other: unknown): boolean {
    const classes = this.#interchangeable[role];
    if (classes === undefined) return true;
    const [first, second] = [classOf(one), classOf(other)];
    return (
      first === undefined || second === undefined || !classes.includes(first) || !classes.includes(second)
    );
  }
}

/** Reads individual contexts one after the other, and keeps the last one. */
export class IndividualReader {
  readonly #dependencies: Dependencies;
  /** The members of the last object by position, and their roles. */
  readonly #names: string[] = [];
  readonly #roles: number[] = [];
  /** By role. */
  readonly #values: unknown[];
  /** By role, the turn in which it was last present. */
  readonly #seen: number[];
  #turn = 0;
  /** The number of members with a role; -1 if unknown. */
  #count = -1;
  /** The first role that is read: in a multi-kind context the member's name is the kind. */
  readonly #first: number;

  constructor(dependencies: Dependencies, kind?: string) {
    this.#dependencies = dependencies;
    this.#first = kind === undefined ? KIND : KIND + 1;
    this.#values = new Array(dependencies.roles.size + 1).fill(undefined);
    this.#seen = new Array(dependencies.roles.size + 1).fill(0);
    this.#values[KIND] = kind;
  }

  get kind(): unknown {
    return this.#values[KIND];
  }

  /** Reads an object at a level; returns whether it differs from the last in what an answer depends on. */
  read(object: object, level: number): boolean {
    if (!isPlainObject(object)) throw notPlain;
    const names = this.#names;
    const roles = this.#roles;
    const values = this.#values;
    const seen = this.#seen;
    const before = this.#count;
    this.#count = -1;
    const turn = (this.#turn + 1) | 0;
    this.#turn = turn;
    let differs = false;
    let present = 0;
    let position = 0;
    let weight = 0;
    // Faster than listing the names; inherited members of `Object.prototype` have been excluded.
    for (const name in object) {
      const value = (object as Record<string, unknown>)[name];
      const role = names[position] === name ? (roles[position] as number) : this.#learn(name, position);
      position++;
      weight += 6 * (typeof value === "string" ? name.length + value.length : name.length) + SHORT;
      if (role === IDLE) {
        if (typeof value === "object" && value !== null) weigh(value, level + 1);
      } else if (value !== undefined) {
        seen[role] = turn;
        present++;
        if (values[role] !== value && this.#take(role, value, level)) differs = true;
      }
    }
    scales.weight += weight;
    count(position);
    if (differs || present !== before) {
      this.#forgetAbsent();
      differs = true;
    }
    this.#count = present;
    return differs;
  }

  #learn(name: string, position: number): number {
    let role = this.#dependencies.roles.get(name) ?? IDLE;
    if (role < this.#first) role = IDLE;
    if (position < MOST_POSITIONS) {
      this.#names[position] = name;
      this.#roles[position] = role;
    }
    return role;
  }

  /** Takes another value; returns whether an answer may depend on that. */
  #take(role: number, value: unknown, level: number): boolean {
    const before = this.#values[role];
    if (typeof value === "object" && value !== null) {
      const read = before instanceof PlainValue ? before : new PlainValue();
      this.#values[role] = read;
      return read.read(value, level + 1);
    }
    this.#values[role] = value;
    // Nothing is interchangeable with an absent value: the count would hide that another member is missing.
    return this.#dependencies.distinguishes(role, before, value);
  }

  #forgetAbsent(): void {
    for (let role = this.#first; role < this.#values.length; role++) {
      if (this.#seen[role] !== this.#turn) this.#values[role] = undefined;
    }
  }

  /** Writes the last values; throws if there is no room. */
  write(): void {
    write(this.#values, KIND);
  }
}
