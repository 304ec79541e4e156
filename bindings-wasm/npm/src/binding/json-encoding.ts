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
import { printPath } from "./printable.js";
import { problems } from "./problems.js";

/** The core's mark for "no JSON form"; a real negative zero is written as `0`. */
export const NO_JSON_FORM = "-0";

/** The text of an absent argument. */
export const NO_TEXT = new Uint8Array();

/** Printable ASCII that needs no escape in JSON. */
export const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

const YEAR_0 = -621672192e5;
const YEAR_10000 = 2534023008e5;

/** The built-in classes whose members are not their contents. */
const CLOSED =
  /^\[object (ArrayBuffer|BigInt|Boolean|Date|Error|Map|Number|Promise|RegExp|Set|SharedArrayBuffer|String|Symbol|URL|WeakMap|WeakRef|WeakSet)]$/;

/** Whether a string has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Whether an object is an ordinary one, rather than an instance of a class. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

/** Returns the text of a date or a `URL`; undefined for another object, or a date without a year of four digits. */
export function textOf(object: object): string | undefined {
  if (isPlainObject(object)) return undefined;
  // Dates and addresses of another realm count too.
  const type = Object.prototype.toString.call(object);
  if (type === "[object URL]") return `${object}`;
  if (type !== "[object Date]") return undefined;
  const time = Date.prototype.getTime.call(object);
  return time >= YEAR_0 && time < YEAR_10000 ? Date.prototype.toISOString.call(object) : undefined;
}

/** Returns the type of a built-in object whose members are not its contents; undefined for another object. */
export function closedType(object: object): string | undefined {
  if (isPlainObject(object)) return undefined;
  const type = Object.prototype.toString.call(object);
  return ArrayBuffer.isView(object) || CLOSED.test(type) ? type.slice(8, -1) : undefined;
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

/** Replaces a value that threw when it was read. */
const UNREADABLE = Symbol();

/** Describes a value without a JSON form. */
function described(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "a string with a lone surrogate";
    case "number":
    case "undefined":
      return String(value);
    default:
      return value === UNREADABLE ? THROWS : `a ${typeof value}`;
  }
}

const THROWS = "a value that throws when read";

/**
 * Throws if the stack is nearly full. Errors thrown by the caller's objects are data; a stack overflow is not, since
 * the same context would have another answer with a less full stack.
 */
function requireRoom(levels = 64): void {
  if (levels > 0) requireRoom(levels - 1);
}

const encoder = new TextEncoder();

/** The number of nearest ancestors that a container is compared with; at every eighth level it is all of them. */
const NEAR = 8;

/** The text is encoded in chunks of this length, so that a large value does not become a string of a million pieces. */
const CHUNK = 4096;

/** Writes the JSON text of one value. */
class Encoder {
  /** The text after the chunks. */
  #text = "";
  readonly #chunks: Uint8Array[] = [];
  /** The length of the chunks. It exceeds the limit if anything was left out: the core then reports that it is too long. */
  #length = 0;
  readonly #limit: number;
  /** Creates the error for a value without a JSON form; without it such a value is marked. */
  readonly #errors: ErrorKind | undefined;
  /** The containers being written, the outermost first. */
  readonly #open: object[] = [];
  /** The member or element of each that is being written. */
  readonly #path: (string | number)[] = [];
  /** The error that a value threw when it was read. */
  #cause: unknown;

  constructor(limit: number, errors?: ErrorKind) {
    this.#limit = limit;
    this.#errors = errors;
  }

  encode(value: unknown): Uint8Array {
    this.#value(value);
    this.#endChunk();
    const bytes = new Uint8Array(this.#length);
    let end = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, end);
      end += chunk.length;
    }
    return bytes;
  }

  #add(piece: string): void {
    this.#text += piece;
    if (this.#text.length > CHUNK) this.#endChunk();
  }

  /** Counts a text for the limit that is not written: reading it costs as much as writing it. */
  #omit(text: string): void {
    this.#add(" ".repeat(text.length));
  }

  #endChunk(): void {
    // A longer text is too long in UTF-8 too.
    const chunk = encoder.encode(this.#text.slice(0, this.#limit + 1));
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#text = "";
  }

  #value(value: unknown): void {
    if (typeof value !== "object" || value === null) {
      const text = primitiveText(value);
      this.#add(text ?? this.#refused(described(value)));
      if (text === undefined && typeof value === "string") this.#omit(value);
      return;
    }
    const open = this.#open;
    const level = open.length;
    let refusal: string | undefined;
    let text: string | undefined;
    let names: string[] | undefined;
    let length = 0;
    try {
      // A cycle of more levels than these is found a few levels later.
      if (open.includes(value, level % NEAR === 0 ? 0 : -NEAR)) refusal = "an object that holds itself";
      else if (Array.isArray(value)) length = value.length;
      else {
        text = textOf(value);
        const type = text === undefined ? closedType(value) : undefined;
        if (type !== undefined) refusal = `${type === "Date" ? "an invalid" : "a"} ${type}`;
        names = Object.keys(value);
        length = names.length;
      }
      // The text of a date is not a level.
      if (!text && level >= limits.nesting) refusal = `an object nested deeper than ${limits.nesting} levels`;
    } catch (thrown) {
      refusal = this.#thrown(thrown);
    }
    if (refusal !== undefined) {
      this.#add(this.#refused(refusal));
      return;
    }
    if (text !== undefined) {
      this.#value(text);
      return;
    }
    open.push(value);
    let separator = names ? "{" : "[";
    let mark = "";
    for (let index = 0; index < length && this.#length <= this.#limit; index++) {
      const step = names?.[index] ?? index;
      this.#path[level] = step;
      let member: unknown = UNREADABLE;
      try {
        member = (value as Record<string | number, unknown>)[step];
      } catch (thrown) {
        this.#thrown(thrown);
      }
      if (names) {
        if (member === undefined) {
          this.#omit(" ");
          continue;
        }
        const name = primitiveText(step);
        if (name === undefined) {
          // Without the name, but the parent must contain a value without a JSON form. No reference can name this one.
          this.#omit(step as string);
          mark = `"":${this.#refused("a name with a lone surrogate")}`;
          continue;
        }
        separator += `${name}:`;
      }
      this.#add(separator);
      separator = ",";
      this.#value(member);
    }
    open.pop();
    if (mark !== "") this.#add(separator + mark);
    else if (separator !== ",") this.#add(separator);
    this.#add(names ? "}" : "]");
  }

  #thrown(thrown: unknown): string {
    requireRoom();
    this.#cause = thrown;
    return THROWS;
  }

  /** Returns the mark of a value without a JSON form, or throws. */
  #refused(what: string): string {
    const { report } = problems;
    if (this.#errors === undefined && report === undefined) return NO_JSON_FORM;
    const path = this.#path.slice(0, this.#open.length);
    const code = what.startsWith("an object nested") ? "limit" : undefined;
    if (this.#errors !== undefined) {
      throw this.#errors.at(
        printPath(path),
        `${what} has no JSON form; leave it out or convert it`,
        this.#cause,
        code,
      );
    }
    report?.("value", path, what);
    return NO_JSON_FORM;
  }
}

/**
 * Returns the JSON text of a context for an evaluation: values without a JSON form are marked, and nothing is thrown. It
 * ends soon after the limit.
 */
export function encodeLeniently(context: unknown, limit: number = limits.contextBytes): Uint8Array {
  return new Encoder(limit).encode(context);
}

/** Returns the JSON text of an object in which every value must have a JSON form. */
export function encodeStrictly(value: unknown, limit: number, errors: ErrorKind): Uint8Array {
  return new Encoder(limit, errors).encode(value);
}

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
