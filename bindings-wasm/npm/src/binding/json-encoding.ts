/**
 * Converts host objects to JSON text.
 *
 * An object's own enumerable members with string names are written, without `toJSON`; members that are `undefined` are
 * omitted. Class instances count as objects. These have no JSON form: functions, symbols, `undefined` in an array, NaN,
 * the infinities, BigInt, a lone surrogate in a string or a name, cycles, values nested too deep, values that throw
 * when they are read, and the built-in objects with hidden contents (dates, maps, sets, boxed primitives, typed arrays,
 * regular expressions, errors, promises).
 */

import { limits } from "../generated/constants.js";
import type { ErrorKind } from "./errors.js";

/** The core's mark for "no JSON form"; a real negative zero is written as `0`. */
export const NO_JSON_FORM = "-0";

/** Printable ASCII that needs no escape in JSON. */
export const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/;

/** The built-in classes whose members are not their contents. */
const CLOSED =
  /^\[object (ArrayBuffer|BigInt|Boolean|DataView|Date|Error|Map|Number|Promise|RegExp|Set|SharedArrayBuffer|String|Symbol|WeakMap|WeakRef|WeakSet)]$/;

/** Whether a string has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return typeof text.isWellFormed === "function" ? text.isWellFormed() : !LONE_SURROGATE.test(text);
}

/** Whether an object is a built-in one whose members are not its contents. */
export function holdsContentsElsewhere(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return false;
  return ArrayBuffer.isView(object) || CLOSED.test(Object.prototype.toString.call(object));
}

/** Returns the JSON text of a well-formed name and the colon after it. */
export function memberText(name: string): string {
  return NEEDS_NO_ESCAPE.test(name) ? `"${name}":` : `${JSON.stringify(name)}:`;
}

/** Returns the JSON text of a primitive; undefined if it has none. */
export function primitiveText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      if (NEEDS_NO_ESCAPE.test(value)) return `"${value}"`;
      return isWellFormed(value) ? JSON.stringify(value) : undefined;
    case "number":
      if (!Number.isFinite(value)) return undefined;
      return value === 0 ? "0" : `${value}`;
    case "boolean":
      return value ? "true" : "false";
    default:
      return value === null ? "null" : undefined;
  }
}

/** Describes a value without a JSON form. */
function described(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "a string with a lone surrogate";
    case "number":
    case "undefined":
      return String(value);
    default:
      return `a ${typeof value}`;
  }
}

/** A value without a JSON form, and its path. */
class NoJsonForm {
  constructor(
    readonly path: string,
    readonly what: string,
    readonly cause: unknown,
  ) {}
}

/**
 * Throws if the stack is nearly full. Errors thrown by the caller's objects are data; a stack overflow is not, since
 * the same context would have another answer with a less full stack.
 */
function requireRoom(levels = 64): void {
  if (levels > 0) requireRoom(levels - 1);
}

/** A member that threw when it was read. */
class Unreadable {
  readonly #cause: unknown;

  constructor(cause: unknown) {
    this.#cause = cause;
  }

  /** Returns the thrown value, if the object is one of these; unlike `instanceof` this cannot trigger a proxy. */
  static thrown(object: object): { cause: unknown } | undefined {
    return #cause in object ? { cause: object.#cause } : undefined;
  }
}

function read(container: object, name: string | number): unknown {
  try {
    return (container as Record<string | number, unknown>)[name];
  } catch (thrown) {
    requireRoom();
    return new Unreadable(thrown);
  }
}

class Encoder {
  /** The text in pieces: joined by `+=` they would be a million objects for the garbage collector. */
  readonly #pieces: string[] = [];
  /** Of the text; grows beyond the limit by one value at most: the core reports that it is too long. */
  length = 0;
  readonly #strict: boolean;
  readonly #limit: number;
  /** The containers being written, the outermost first. */
  readonly #open: object[] = [];
  readonly #path: (string | number)[] = [];

  constructor(strict: boolean, limit: number) {
    this.#strict = strict;
    this.#limit = limit;
  }

  get text(): string {
    return this.#pieces.join("");
  }

  #add(piece: string): void {
    this.length += piece.length;
    this.#pieces.push(piece);
  }

  value(value: unknown): void {
    if (typeof value === "object" && value !== null) {
      this.#object(value);
      return;
    }
    const text = primitiveText(value);
    if (text === undefined) this.#refuse(described(value));
    else this.#add(text);
  }

  #object(object: object): void {
    const thrown = Unreadable.thrown(object);
    if (thrown === undefined) this.#container(object);
    else this.#refuse("a value that throws when read", thrown.cause);
  }

  #container(container: object): void {
    if (this.#open.includes(container)) {
      this.#refuse("an object that holds itself");
      return;
    }
    if (this.#open.length >= limits.nesting) {
      this.#refuse(`an object nested deeper than ${limits.nesting} levels`);
      return;
    }
    let names: string[] | undefined;
    let length = 0;
    try {
      if (Array.isArray(container)) {
        length = container.length;
      } else if (holdsContentsElsewhere(container)) {
        this.#refuse("an object with hidden contents");
        return;
      } else {
        names = Object.keys(container);
      }
    } catch (thrown) {
      if (thrown instanceof NoJsonForm) throw thrown;
      requireRoom();
      this.#refuse("a value that throws when read", thrown);
      return;
    }
    this.#open.push(container);
    if (names === undefined) this.#elements(container, length);
    else this.#members(container, names);
    this.#open.pop();
  }

  #elements(array: object, length: number): void {
    this.#add("[");
    for (let index = 0; index < length && this.length <= this.#limit; index++) {
      if (index > 0) this.#add(",");
      this.#path.push(index);
      this.value(read(array, index));
      this.#path.pop();
    }
    this.#add("]");
  }

  #members(object: object, names: string[]): void {
    let separator = "";
    this.#add("{");
    for (const name of names) {
      if (this.length > this.#limit) break;
      const value = read(object, name);
      if (value === undefined) continue;
      this.#path.push(name);
      if (!isWellFormed(name)) {
        // The name cannot be written, but the parent must contain a value without a JSON form.
        this.#add(`${separator}${JSON.stringify(unusedName(names))}:`);
        this.#refuse("a name with a lone surrogate");
      } else {
        this.#add(separator + memberText(name));
        this.value(value);
      }
      this.#path.pop();
      separator = ",";
    }
    this.#add("}");
  }

  #refuse(what: string, cause?: unknown): void {
    if (this.#strict) throw new NoJsonForm(printPath(this.#path), what, cause);
    this.#add(NO_JSON_FORM);
  }
}

function unusedName(names: string[]): string {
  let name = "\ufffd";
  while (names.includes(name)) name += "\ufffd";
  return name;
}

/** Formats a path like the core. */
function printPath(path: (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!PLAIN_NAME.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/**
 * Returns the JSON text of a context for an evaluation: values without a JSON form are marked, and nothing is thrown.
 */
export function encodeLeniently(context: unknown): string {
  const encoder = new Encoder(false, limits.contextBytes);
  encoder.value(context);
  // Text that was truncated at the limit is not a context.
  return encoder.length > limits.contextBytes ? "" : encoder.text;
}

/** Returns the JSON text of an object in which every value must have a JSON form. */
export function encodeStrictly(value: unknown, limit: number, errors: ErrorKind): string {
  const encoder = new Encoder(true, limit);
  try {
    encoder.value(value);
    return encoder.text;
  } catch (thrown) {
    if (!(thrown instanceof NoJsonForm)) throw thrown;
    const { path, what, cause } = thrown;
    throw errors.at(path, `${what} has no JSON form; leave it out or convert it`, cause);
  }
}

const encoder = new TextEncoder();

/**
 * Returns the bytes of a JSON text. A lone surrogate of the host's string is kept, as an escape, so that the core
 * reports it with its path; a `TextEncoder` would silently replace it.
 */
export function jsonBytes(text: string | Uint8Array, errors: ErrorKind): Uint8Array {
  if (typeof text === "string") {
    return encoder.encode(isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, escapeSurrogate));
  }
  if (ArrayBuffer.isView(text)) return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
  throw errors.at("", "expected JSON text or bytes");
}

function escapeSurrogate(surrogate: string, offset: number, text: string): string {
  let start = offset;
  while (text[start - 1] === "\\") start--;
  // After an odd number of backslashes the escape would itself be escaped, so a control character makes the JSON
  // invalid.
  return (offset - start) % 2 === 1 ? "\u0001" : `\\u${surrogate.charCodeAt(0).toString(16)}`;
}
