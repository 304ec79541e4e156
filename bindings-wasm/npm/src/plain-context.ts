/**
 * A host's plain object as it was read, so that the next call can see that it is about the same context without handing it
 * over again.
 *
 * Only what decides an answer is kept: of a context of one kind the built-in members and the attributes that the document
 * asks for. Everything else is weighed, since a context has a limit. What is not plain (instances, cycles, deep or large
 * structures, whatever throws) is not kept at all: the encoder reads it, every time.
 */

import { limits } from "./generated/constants.js";
import {
  holdsContentsElsewhere,
  isWellFormed,
  memberText,
  NO_JSON_FORM,
  primitiveText,
} from "./host-json.js";

const MOST_LEVELS = 12;
const MOST_PARTS = 1000;

/** The members of a context of one kind that are read whatever the document asks for. */
const BUILT_IN = ["kind", "key", "name", "anonymous", "_meta"];

/** The most characters that a number, a boolean or `null` takes. */
const SHORT = 32;

/** The members that count, besides which a context's attributes are only weighed. */
export type Mentioned = ReadonlySet<string>;

export function mentioned(attributes: Iterable<string>): Mentioned {
  return new Set([...BUILT_IN, ...attributes]);
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
  for (const name of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[name];
    if (among !== undefined && !among.has(name)) {
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
  let next = 0;
  // Faster than asking for the names; what `Object.prototype` might add has been looked for.
  for (const name in is) {
    const value = (is as Record<string, unknown>)[name];
    if (name === names[next]) {
      if (!isSameValue(values[next], value)) return false;
      next++;
    } else if (among === undefined || among.has(name)) {
      return false;
    } else {
      weigh(name, value, 0);
    }
  }
  return next === names.length;
}

function isPrototypePolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
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

/** A context as it was read. */
export class PlainContext {
  readonly #root: Plain;
  /** Its JSON text, without the attributes that nobody asks for. */
  readonly text: string;

  private constructor(root: Plain, text: string) {
    this.#root = root;
    this.text = text;
  }

  /** Reads an object; undefined where it is not plain. */
  static read(context: unknown, among: Mentioned): PlainContext | undefined {
    if (typeof context !== "object" || context === null) return undefined;
    // A getter may read another context meanwhile.
    const [weightBefore, partsBefore] = [weight, parts];
    weight = 0;
    parts = 0;
    try {
      const { kind } = context as { kind?: unknown };
      const ofOneKind = typeof kind === "string" && kind !== "multi";
      const root = readObject(context, ofOneKind ? among : undefined, 0);
      // A kind that is inherited or hidden is none.
      if (ofOneKind && !root.names?.includes("kind")) return undefined;
      const text = textOf(root);
      return text.length + weight > limits.contextBytes ? undefined : new PlainContext(root, text);
    } catch {
      return undefined;
    } finally {
      weight = weightBefore;
      parts = partsBefore;
    }
  }

  /** Whether an object would be read as this one was. */
  isSameAs(context: unknown): boolean {
    if (typeof context !== "object" || context === null) return false;
    const [weightBefore, partsBefore] = [weight, parts];
    weight = this.text.length;
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
