import { isWellFormed } from "./host-json.js";
import { write } from "./part-buffer.js";
import { count, isPlainObject, notPlain, PlainValue, SHORT, scales, weigh } from "./plain-value.js";

/** A member that is weighed only. */
const IDLE = 0;
/** The members by which a context may be invalid, in the order of the core's binding; then follow the attributes. */
const CHECKED = ["", "kind", "key", "name", "anonymous", "_meta"];
const KIND = 1;
const KEY = 2;
const NAME = 3;
const ANONYMOUS = 4;

/** So many places of members are remembered. */
const MOST_PLACES = 256;

/** Whether the value of an unasked member leaves its context valid, as far as that depends on it. */
function isValid(role: number, value: unknown): boolean {
  if (role === ANONYMOUS) return typeof value === "boolean";
  if (role === NAME && value === null) return true;
  return typeof value === "string" && isWellFormed(value) && (role === NAME || value !== "");
}

/** What some flags ask for of an individual context. */
export class Asked {
  /** The roles of the members that count, by name. */
  readonly roles = new Map<string, number>();
  /** By role: whether a checked member matters no further than that it is valid. */
  readonly isUnasked: readonly boolean[];

  /** Takes the names of the attributes. */
  constructor(names: readonly string[]) {
    for (let role = KIND; role < CHECKED.length; role++) this.roles.set(CHECKED[role] as string, role);
    for (const name of names) {
      if (!this.roles.has(name)) this.roles.set(name, this.roles.size + 1);
    }
    const canBe = [KEY, NAME, ANONYMOUS];
    this.isUnasked = CHECKED.map((name, role) => canBe.includes(role) && !names.includes(name));
  }
}

/** Reads one individual context after the other, and holds what it read last. */
export class IndividualReader {
  readonly #asked: Asked;
  /** The members of the last object by their places, and the roles that they have. */
  readonly #names: string[] = [];
  readonly #roles: number[] = [];
  /** By role. */
  readonly #values: unknown[];
  /** By role, in which turn it was there last. */
  readonly #seen: number[];
  #turn = 0;
  /** How many members had a role; -1 where that is not known. */
  #count = -1;
  /** The first role that is read: the kind of one of several is given by its name. */
  readonly #first: number;

  constructor(asked: Asked, kind?: string) {
    this.#asked = asked;
    this.#first = kind === undefined ? KIND : KEY;
    this.#values = new Array(asked.roles.size + 1).fill(undefined);
    this.#seen = new Array(asked.roles.size + 1).fill(0);
    this.#values[KIND] = kind;
  }

  get kind(): unknown {
    return this.#values[KIND];
  }

  /** Reads an object at a level; whether it differs from the last in what an answer depends on. */
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
    let there = 0;
    let place = 0;
    let weight = 0;
    // Faster than asking for the names; what `Object.prototype` might add has been looked for.
    for (const name in object) {
      const value = (object as Record<string, unknown>)[name];
      const role = names[place] === name ? (roles[place] as number) : this.#learn(name, place);
      place++;
      weight += 6 * (typeof value === "string" ? name.length + value.length : name.length) + SHORT;
      if (role === IDLE) {
        if (typeof value === "object" && value !== null) weigh(value, level + 1);
      } else if (value !== undefined) {
        seen[role] = turn;
        there++;
        if (values[role] !== value && this.#take(role, value, level)) differs = true;
      }
    }
    scales.weight += weight;
    count(place);
    if (differs || there !== before) {
      this.#forgetAbsent();
      differs = true;
    }
    this.#count = there;
    return differs;
  }

  #learn(name: string, place: number): number {
    let role = this.#asked.roles.get(name) ?? IDLE;
    if (role < this.#first) role = IDLE;
    if (place < MOST_PLACES) {
      this.#names[place] = name;
      this.#roles[place] = role;
    }
    return role;
  }

  /** Takes another value; whether an answer may depend on that. */
  #take(role: number, value: unknown, level: number): boolean {
    const before = this.#values[role];
    if (typeof value === "object" && value !== null) {
      const read = before instanceof PlainValue ? before : new PlainValue();
      this.#values[role] = read;
      return read.read(value, level + 1);
    }
    this.#values[role] = value;
    // What was not there must be seen as new: the count would hide that another member is gone.
    if (before === undefined || !this.#asked.isUnasked[role]) return true;
    return !isValid(role, before) || !isValid(role, value);
  }

  #forgetAbsent(): void {
    for (let role = this.#first; role < this.#values.length; role++) {
      if (this.#seen[role] !== this.#turn) this.#values[role] = undefined;
    }
  }

  /** Writes what was read last; throws where there is no room. */
  write(): void {
    write(this.#values, KIND);
  }
}
