/**
 * Converts host objects to JSON text.
 *
 * An object's own enumerable members with string names are written, without `toJSON`; members that are `undefined` are
 * omitted. Class instances count as objects. A date is its RFC 3339 text in UTC, a `URL` its text, and a BigInt within a
 * double a number. These have no JSON form: functions, symbols, `undefined` in an array, NaN, the infinities, other
 * BigInts, a lone surrogate in a string or a name, cycles, values nested too deep, values that throw when they are read,
 * dates outside the years 0 to 9999, and the other built-in objects with hidden contents (maps, sets, boxed primitives,
 * typed arrays, regular expressions, errors, promises).
 */

import { limits } from "../generated/constants.js";
import type { ErrorKind } from "./errors.js";
import { problems } from "./problems.js";

/** The core's mark for "no JSON form"; a real negative zero is written as `0`. */
export const NO_JSON_FORM = "-0";

/** Printable ASCII that needs no escape in JSON. */
export const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/;

/** The built-in classes whose members are not their contents. */
const CLOSED =
  /^\[object (ArrayBuffer|BigInt|Boolean|Date|Error|Map|Number|Promise|RegExp|Set|SharedArrayBuffer|String|Symbol|URL|WeakMap|WeakRef|WeakSet)]$/;

/** Whether a string has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed?.() ?? !LONE_SURROGATE.test(text);
}

/** Whether an object is an ordinary one, rather than an instance of a class. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** Whether an object is a built-in one whose members are not its contents. */
export function holdsContentsElsewhere(object: object): boolean {
  if (isPlainObject(object)) return false;
  return ArrayBuffer.isView(object) || CLOSED.test(Object.prototype.toString.call(object));
}

/** Returns the text of a date or a `URL`; undefined for another object, or a date without a year of four digits. */
export function textOf(object: object): string | undefined {
  if (isPlainObject(object)) return undefined;
  // Dates and addresses of another realm count too.
  const type = Object.prototype.toString.call(object);
  if (type === "[object URL]") return `${object}`;
  if (type !== "[object Date]") return undefined;
  const text = Date.prototype.toISOString.call(object);
  return /^\d/.test(text) ? text : undefined;
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
    case "bigint":
      return primitiveText(Number(value));
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

/**
 * Throws if the stack is nearly full. Errors thrown by the caller's objects are data; a stack overflow is not, since
 * the same context would have another answer with a less full stack.
 */
function requireRoom(levels = 64): void {
  if (levels > 0) requireRoom(levels - 1);
}

/** Replaces what threw when it was read. */
const UNREADABLE = Symbol();

/**
 * Returns the contents of an object: the text that it stands for, the length of an array, or the names of its members;
 * undefined if they are hidden.
 */
function contentsOf(object: object): string | number | string[] | undefined {
  const text = textOf(object);
  if (text !== undefined) return text;
  if (Array.isArray(object)) return object.length;
  return holdsContentsElsewhere(object) ? undefined : Object.keys(object);
}

function memberOf(object: object, name: string | number): unknown {
  return (object as Record<string | number, unknown>)[name];
}

class Encoder {
  /** The text in pieces: joined by `+=` they would be a million objects for the garbage collector. */
  readonly pieces: string[] = [];
  /** Of the text; grows beyond the limit by one value at most: the core reports that it is too long. */
  length = 0;
  /** Makes the error for a value without a JSON form; undefined if such a value is marked. */
  readonly #errors: ErrorKind | undefined;
  readonly #limit: number;
  /** The containers being written, the outermost first. */
  readonly #open: object[] = [];
  readonly #path: (string | number)[] = [];
  /** The last error of an object that was read. */
  #thrown: unknown;

  constructor(limit: number, errors?: ErrorKind) {
    this.#limit = limit;
    this.#errors = errors;
  }

  #add(piece: string): void {
    this.length += piece.length;
    this.pieces.push(piece);
  }

  value(value: unknown): void {
    if (typeof value === "object" && value !== null) {
      this.#container(value);
    } else if (value === UNREADABLE) {
      this.#refuse("a value that throws when read", this.#thrown);
    } else {
      const text = primitiveText(value);
      if (text === undefined) this.#refuse(described(value));
      else this.#add(text);
    }
  }

  /** Returns the result of a function that may run the caller's code, or `UNREADABLE`. */
  #read<T>(
    read: (object: object, name: string | number) => T,
    object: object,
    name: string | number = "",
  ): T {
    try {
      return read(object, name);
    } catch (thrown) {
      requireRoom();
      this.#thrown = thrown;
      return UNREADABLE as T;
    }
  }

  #container(container: object): void {
    if (this.#open.includes(container)) {
      this.#refuse("an object that holds itself");
    } else if (this.#open.length >= limits.nesting) {
      this.#refuse(`an object nested deeper than ${limits.nesting} levels`, undefined, "limit");
    } else {
      this.#contents(container, this.#read(contentsOf, container));
    }
  }

  #contents(container: object, contents: string | number | string[] | undefined): void {
    if (typeof contents === "number") this.#elements(container, contents);
    else if (Array.isArray(contents)) this.#members(container, contents);
    else if (contents === undefined) this.#refuse("an object with hidden contents");
    else this.value(contents);
  }

  #elements(array: object, length: number): void {
    this.#open.push(array);
    this.#add("[");
    for (let index = 0; index < length && this.length <= this.#limit; index++) {
      if (index > 0) this.#add(",");
      this.#path.push(index);
      this.value(this.#read(memberOf, array, index));
      this.#path.pop();
    }
    this.#add("]");
    this.#open.pop();
  }

  #members(object: object, names: string[]): void {
    let separator = "";
    this.#open.push(object);
    this.#add("{");
    for (const name of names) {
      if (this.length > this.#limit) break;
      const value = this.#read(memberOf, object, name);
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
    this.#open.pop();
  }

  #refuse(what: string, cause?: unknown, code?: string): void {
    const { report } = problems;
    // A path may be long, and there may be many of them.
    const path = this.#errors || report ? printPath(this.#path) : "";
    if (this.#errors) {
      throw this.#errors.at(path, `${what} has no JSON form; leave it out or convert it`, cause, code);
    }
    report?.("value", path, what);
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
  const encoder = new Encoder(limits.contextBytes);
  encoder.value(context);
  // Text that was truncated at the limit is not a context.
  return encoder.length > limits.contextBytes ? "" : encoder.pieces.join("");
}

/** Returns the JSON text of an object in which every value must have a JSON form. */
export function encodeStrictly(value: unknown, limit: number, errors: ErrorKind): string {
  const encoder = new Encoder(limit, errors);
  encoder.value(value);
  return encoder.pieces.join("");
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
