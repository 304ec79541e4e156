/**
 * A host's plain object as it was read, so that the next call can see that it is about the same context without handing it
 * over again.
 *
 * Only what decides an answer is kept: of a context of one kind the built-in members and the attributes that the document
 * asks for. Everything else is weighed, since a context has a limit. What is not plain (instances, cycles, deep or large
 * structures, whatever throws) is not kept at all: the encoder reads it, every time.
 */

import { argumentErrors } from "./errors.js";
import { limits } from "./generated/constants.js";
import {
  holdsContentsElsewhere,
  isWellFormed,
  memberText,
  NEEDS_NO_ESCAPE,
  NO_JSON_FORM,
  primitiveText,
} from "./host-json.js";

const MOST_LEVELS = 12;
const MOST_PARTS = 1000;

/** The members of a context of one kind that are read whatever is asked for. */
const BUILT_IN = ["kind", "key", "_meta"];

/** Those by which a context may be invalid. */
const CHECKED = [...BUILT_IN, "name", "anonymous"];

/** The most characters that a number, a boolean or `null` takes. */
const SHORT = 32;

/** The members that count, besides which a context's attributes are only weighed. */
export interface Mentioned {
  readonly names: ReadonlySet<string>;
  /** Whether it matters which key a context has, besides that it has one. */
  readonly asksKey: boolean;
}

/** Takes the JSON text of an array of names, which the core gives unless the document was freed. */
export function mentioned(attributes: string | undefined): Mentioned {
  const names = JSON.parse(argumentErrors.text(attributes)) as string[];
  return { names: new Set([...BUILT_IN, ...names]), asksKey: names.includes("key") };
}

/** Whether a member that nobody asks for leaves its context valid, as far as that depends on it. */
function isIdle(name: string, value: unknown): boolean {
  if (name === "name") return value == null || (typeof value === "string" && isWellFormed(value));
  return name !== "anonymous" || value === undefined || typeof value === "boolean";
}

/** Whether it is a key that a context may have. */
function isKey(value: unknown): value is string {
  return typeof value === "string" && value !== "" && isWellFormed(value);
}

function isPrototypePolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** An object, or an array where it has no names. */
class Plain {
  constructor(
    readonly names: readonly string[] | undefined,
    /** Primitives and `Plain`s. */
    readonly values: readonly unknown[],
    /** Where some members were passed over: those that are not. */
    readonly among: Mentioned | undefined,
  ) {}
}

/** Not plain, or larger than can be told at a glance. */
class NotPlain {}
const notPlain = new NotPlain();

/** At most so long can the text be of what was passed over. */
let weight = 0;
let parts = 0;

function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function count(): void {
  parts++;
  if (parts > MOST_PARTS) throw notPlain;
}

function read(value: unknown, level: number): unknown {
  count();
  if (typeof value !== "object" || value === null) return value;
  if (level > MOST_LEVELS) throw notPlain;
  if (Array.isArray(value)) {
    if (value.length > MOST_PARTS) throw notPlain;
    return new Plain(
      undefined,
      Array.from(value, element => read(element, level + 1)),
      undefined,
    );
  }
  return readObject(value, undefined, level);
}

function readObject(object: object, among: Mentioned | undefined, level: number): Plain {
  if (!isPlainObject(object)) throw notPlain;
  const names: string[] = [];
  const values: unknown[] = [];
  // Faster than asking for the names; what `Object.prototype` might add has been looked for.
  for (const name in object) {
    const value = (object as Record<string, unknown>)[name];
    if (among !== undefined && !among.names.has(name) && isIdle(name, value)) {
      weigh(name, value, level);
    } else {
      if (!isWellFormed(name)) throw notPlain;
      names.push(name);
      values.push(read(value, level + 1));
    }
  }
  return new Plain(names, values, among);
}

/** Adds what a member that is passed over would take at most. */
function weigh(name: string, value: unknown, level: number): void {
  weight += 6 * name.length + 4;
  weighValue(value, level);
}

function weighValue(value: unknown, level: number): void {
  count();
  if (typeof value === "string") {
    weight += 6 * value.length + 2;
  } else if (typeof value !== "object" || value === null) {
    weight += SHORT;
  } else {
    if (level > MOST_LEVELS) throw notPlain;
    weight += 2;
    if (Array.isArray(value)) {
      if (value.length > MOST_PARTS) throw notPlain;
      for (let index = 0; index < value.length; index++) {
        weight += 1;
        weighValue(value[index], level + 1);
      }
    } else if (!holdsContentsElsewhere(value)) {
      for (const name of Object.keys(value)) {
        weigh(name, (value as Record<string, unknown>)[name], level + 1);
      }
    }
  }
}

function isSameValue(was: unknown, is: unknown): boolean {
  if (typeof is === "object" && is !== null) return was instanceof Plain && isSame(was, is);
  return was === is;
}

function isSame(was: Plain, is: object): boolean {
  const { names, values, among } = was;
  if (names === undefined) {
    return (
      Array.isArray(is) &&
      is.length === values.length &&
      values.every((value, index) => isSameValue(value, is[index]))
    );
  }
  if (Array.isArray(is) || !isPlainObject(is)) return false;
  const keyIsIdle = among?.asksKey === false;
  let next = 0;
  for (const name in is) {
    const value = (is as Record<string, unknown>)[name];
    if (name === names[next]) {
      const was = values[next++];
      if (was !== value && !isSameValue(was, value)) {
        if (!keyIsIdle || name !== "key" || !isKey(was) || !isKey(value)) return false;
        weight += 6 * value.length;
      }
    } else if (among === undefined || among.names.has(name) || !isIdle(name, value)) {
      return false;
    } else {
      weigh(name, value, 0);
    }
  }
  return next === names.length;
}

function textOf(value: unknown): string {
  if (!(value instanceof Plain)) return primitiveText(value) ?? NO_JSON_FORM;
  const { names, values } = value;
  if (names === undefined) return `[${values.map(textOf).join(",")}]`;
  let text = "{";
  let separator = "";
  for (let index = 0; index < names.length; index++) {
    const member = values[index];
    if (member === undefined) continue;
    text += separator + memberText(names[index] as string) + textOf(member);
    separator = ",";
  }
  return `${text}}`;
}

/** Between two parts of what {@link flatTextOf} writes. */
const SEPARATOR = "\u001f";

/** Names and values by turns, for the core to take without a parser; undefined where a member needs one. */
function flatTextOf({ names, values }: Plain): string | undefined {
  let text = "";
  for (let index = 0; index < values.length; index++) {
    const name = names?.[index] as string;
    const value = values[index];
    const isText = typeof value === "string";
    const written = isText ? value : primitiveText(value);
    // What has no JSON form is absent, unless the context's validity depends on it.
    if (written === undefined && !CHECKED.includes(name) && !(value instanceof Plain)) continue;
    if (written === undefined || !NEEDS_NO_ESCAPE.test(name) || (isText && !NEEDS_NO_ESCAPE.test(value))) {
      return undefined;
    }
    text += `${text === "" ? "" : SEPARATOR}${name}${SEPARATOR}${isText ? '"' : ""}${written}`;
  }
  return text;
}

/** A context as it was read. */
export class PlainContext {
  readonly #root: Plain;
  /** Its text, without the attributes that nobody asks for. */
  readonly text: string;
  /** Whether the text is flat; it is JSON otherwise. */
  readonly isFlat: boolean;

  private constructor(root: Plain, text: string, isFlat: boolean) {
    this.#root = root;
    this.text = text;
    this.isFlat = isFlat;
  }

  /** Reads an object; undefined where it is not plain. */
  static read(context: unknown, among: Mentioned): PlainContext | undefined {
    if (typeof context !== "object" || context === null) return undefined;
    // A getter may read another context meanwhile.
    const [weightBefore, partsBefore] = [weight, parts];
    weight = 0;
    parts = 0;
    try {
      if (isPrototypePolluted()) return undefined;
      const { kind } = context as { kind?: unknown };
      const ofOneKind = typeof kind === "string" && kind !== "multi";
      const root = readObject(context, ofOneKind ? among : undefined, 0);
      // A kind that is inherited or hidden is none.
      if (ofOneKind && !root.names?.includes("kind")) return undefined;
      const flat = ofOneKind ? flatTextOf(root) : undefined;
      const text = flat ?? textOf(root);
      // Between JSON's quotation marks and colon there are four more.
      if (text.length + 4 * root.values.length + weight > limits.contextBytes) return undefined;
      return new PlainContext(root, text, flat !== undefined);
    } catch {
      return undefined;
    } finally {
      weight = weightBefore;
      parts = partsBefore;
    }
  }

  /** Whether it was read with all that an answer depends on. */
  has(mentioned: Mentioned | undefined): boolean {
    const { among } = this.#root;
    return among === undefined || among === mentioned;
  }

  /** Whether an object would be read as this one was. */
  isSameAs(context: unknown): boolean {
    if (typeof context !== "object" || context === null) return false;
    const [weightBefore, partsBefore] = [weight, parts];
    weight = this.text.length + 4 * this.#root.values.length;
    parts = 0;
    try {
      return isSame(this.#root, context) && weight <= limits.contextBytes && !isPrototypePolluted();
    } catch {
      return false;
    } finally {
      weight = weightBefore;
      parts = partsBefore;
    }
  }
}
