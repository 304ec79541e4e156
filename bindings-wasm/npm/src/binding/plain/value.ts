/** Objects and arrays in a plain object, as last read: the next call detects whether they changed. */

import { closedType, isPlainObject, isWellFormed, primitiveText, textOf } from "../json-encoding.js";

const MOST_LEVELS = 12;
const MOST_PARTS = 1000;

/** The maximum length of a number, a boolean or `null`, with its name and punctuation. */
export const SHORT = 40;

/** Thrown for values that are not plain, or too large to measure quickly. */
class NotPlain {}
export const notPlain = new NotPlain();

/** The number of parts of a context so far, and the maximum length of its text. */
export const scales = { parts: 0, weight: 0 };

/** Whether iterating over a plain object also visits inherited members. */
export function isPrototypePolluted(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

/** Counts parts, whose number is limited. */
export function count(more: number): void {
  scales.parts += more;
  if (scales.parts > MOST_PARTS) throw notPlain;
}

/** Counts a container at a level; returns the length of an array, which is read once, since a proxy may have one that grows. */
function enter(container: object, level: number): number {
  const length = Array.isArray(container) ? container.length : 0;
  count(length + 1);
  if (level > MOST_LEVELS) throw notPlain;
  return length;
}

/** The maximum length of a member's text, without the contents of a container. */
function weightOf(name: string, value: unknown): number {
  return 6 * (typeof value === "string" ? name.length + value.length : name.length) + SHORT;
}

/** Adds the size of a member that no answer depends on: a container at a level. */
export function weigh(container: object, level: number): void {
  const length = enter(container, level);
  if (Array.isArray(container)) {
    for (let index = 0; index < length; index++) weighMember("", container[index], level);
  } else if (isPlainObject(container)) {
    // Faster than listing the names; inherited members of `Object.prototype` have been excluded.
    for (const name in container) weighMember(name, (container as Record<string, unknown>)[name], level);
  } else if (closedType(container) !== undefined) {
    scales.weight += 6 * (textOf(container) ?? "").length;
  } else {
    for (const name of Object.keys(container)) {
      weighMember(name, (container as Record<string, unknown>)[name], level);
    }
  }
}

function weighMember(name: string, value: unknown, level: number): void {
  scales.weight += weightOf(name, value);
  if (typeof value === "object" && value !== null) weigh(value, level + 1);
}

const LIST = {};
const RECORD = {};
const END = {};

/** An object or array as last read. */
export class PlainValue {
  /** The beginning of a container, its values, with their names in an object, and its end. */
  readonly #parts: unknown[] = [];
  #length = 0;
  #differs = false;

  /** Reads a container at a level; returns whether it differs from the last. */
  read(container: object, level: number): boolean {
    this.#length = 0;
    this.#differs = false;
    this.#container(container, level);
    // A container that is shorter has its end where another part was.
    if (this.#parts.length > this.#length) this.#parts.length = this.#length;
    return this.#differs;
  }

  #container(container: object, level: number): void {
    const length = enter(container, level);
    if (Array.isArray(container)) {
      this.#put(LIST);
      for (let index = 0; index < length; index++) this.#value("", container[index], level);
    } else {
      if (!isPlainObject(container)) throw notPlain;
      this.#put(RECORD);
      for (const name in container) {
        const value = (container as Record<string, unknown>)[name];
        count(1);
        this.#put(name);
        this.#value(name, value, level);
      }
    }
    this.#put(END);
  }

  #value(name: string, value: unknown, level: number): void {
    scales.weight += weightOf(name, value);
    if (typeof value === "object" && value !== null) this.#container(value, level + 1);
    else this.#put(value);
  }

  #put(part: unknown): void {
    const position = this.#length++;
    if (this.#parts[position] === part) return;
    this.#parts[position] = part;
    this.#differs = true;
  }

  /** The JSON text. */
  get text(): string {
    const parts = this.#parts;
    let position = 0;
    const containerText = (): string => {
      const isRecord = parts[position++] === RECORD;
      let text = "";
      while (parts[position] !== END) {
        const name = isRecord ? (parts[position++] as string) : "";
        const value = parts[position];
        if (isRecord && !isWellFormed(name)) throw notPlain;
        if (isRecord && value === undefined) {
          position++;
          continue;
        }
        if (text !== "") text += ",";
        if (isRecord) text += `${primitiveText(name)}:`;
        if (value === LIST || value === RECORD) {
          text += containerText();
        } else {
          const primitive = primitiveText(value);
          // The encoder reports it, with its path.
          if (primitive === undefined) throw notPlain;
          text += primitive;
          position++;
        }
      }
      position++;
      return isRecord ? `{${text}}` : `[${text}]`;
    };
    return containerText();
  }
}
