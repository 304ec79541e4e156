import { isWellFormed } from "./host-json.js";
import { write } from "./part-buffer.js";
import { count, isPlainObject, notPlain, PlainValue, SHORT, scales, weigh } from "./plain-value.js";

/** A member that is weighed only. */
const IDLE = 0;
/** The member that is the first of all. */
const KIND = 1;

/** So many places of members are remembered. */
const MOST_PLACES = 256;

/** The class of a value, as the core tells classes apart; undefined for one that has none. */
function classOf(value: unknown): string | undefined {
  if (value === null) return "null";
  if (typeof value === "boolean") return "boolean";
  if (typeof value !== "string" || !isWellFormed(value)) return undefined;
  return value === "" ? "empty" : "text";
}

/** What some flags ask for, as the core describes it. */
export interface Description {
  /** The same for flags that ask for the same. */
  readonly number: number;
  /** The members of an individual context in the order in which they are handed over, the kind before all. */
  readonly members: readonly string[];
  /** Members that no answer depends on while their values are of these classes. */
  readonly interchangeable: Readonly<Record<string, readonly string[]>>;
}

/** What some flags ask for of an individual context. */
export class Asked {
  /** The roles of the members that count, by name. */
  readonly roles: ReadonlyMap<string, number>;
  /** By role: the classes of values that an answer does not tell apart. */
  readonly #interchangeable: readonly (readonly string[] | undefined)[];

  constructor({ members, interchangeable }: Description) {
    this.roles = new Map(members.map((name, index) => [name, KIND + index]));
    this.#interchangeable = [undefined, ...members.map(name => interchangeable[name])];
  }

  /** Whether an answer can tell two values of a member apart. */
  tellsApart(role: number, one: unknown, other: unknown): boolean {
    const classes = this.#interchangeable[role];
    if (classes === undefined) return true;
    const [first, second] = [classOf(one), classOf(other)];
    return (
      first === undefined || second === undefined || !classes.includes(first) || !classes.includes(second)
    );
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
    this.#first = kind === undefined ? KIND : KIND + 1;
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
    return before === undefined || this.#asked.tellsApart(role, before, value);
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
