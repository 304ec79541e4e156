/** Writes the values that a flag depends on into a buffer in the core's memory. */

import { makePartBuffer } from "../../generated/tools-glue.js";
import { engine, memory } from "../engine.js";
import { isWellFormed } from "../json-encoding.js";
import { PlainValue } from "./value.js";

const BYTES = 1 << 14;

/** The tag before each value. */
const Tag = {
  Absent: 0,
  Null: 1,
  False: 2,
  True: 3,
  Number: 4,
  String: 5,
  Json: 6,
} as const;

/** Above this length the encoder is faster than writing each character. */
const SHORT = 32;

/** Thrown for values that do not fit. */
class TooLong {}
const tooLong = new TooLong();
/** Thrown for values without a JSON form, which are left to the encoder: it reports their path. */
class Unrepresentable {}
const unrepresentable = new Unrepresentable();

const encoder = new TextEncoder();

let address = 0;
/** The epoch of the instance that owns the buffer. */
let epoch = -1;
let bytes = new Uint8Array(0);
let numbers = new DataView(bytes.buffer);
let end = 0;

function attach(): void {
  // Allocating it may grow the memory.
  if (epoch !== engine.epoch) address = makePartBuffer(BYTES);
  epoch = engine.epoch;
  const { buffer } = memory();
  bytes = new Uint8Array(buffer, address, BYTES);
  numbers = new DataView(buffer, address, BYTES);
}

/** Replaces the number of individual contexts before the JSON text of a whole context. */
export const WHOLE = 0xff;

/** Starts again, with the number of individual contexts, or 0 for a context of one kind. */
export function begin(several: number): void {
  // Memory that has grown has a new buffer.
  if (bytes.length === 0 || epoch !== engine.epoch) attach();
  bytes[0] = several;
  end = 1;
}

/** Writes a text after its tag and its length, at an offset; returns the offset after it. */
function writeText(tag: number, text: string, start: number): number {
  const into = bytes;
  const { length } = text;
  // A UTF-16 unit takes at most three bytes.
  if (start + 3 * length + 3 > BYTES) throw tooLong;
  let offset = start + 3;
  if (length <= SHORT) {
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) break;
      into[offset++] = unit;
    }
  }
  if (offset < start + 3 + length) {
    if (!isWellFormed(text)) throw unrepresentable;
    offset = start + 3 + encoder.encodeInto(text, into.subarray(start + 3)).written;
  }
  const written = offset - start - 3;
  into[start] = tag;
  into[start + 1] = written;
  into[start + 2] = written >> 8;
  return offset;
}

/** Writes values from an index on: primitives, objects and arrays. Throws if there is no room. */
export function write(values: readonly unknown[], from: number): void {
  let offset = end;
  for (let index = from; index < values.length; index++) {
    const value = values[index];
    if (value === undefined) {
      if (offset >= BYTES) throw tooLong;
      bytes[offset++] = Tag.Absent;
    } else if (typeof value === "string") {
      offset = writeText(Tag.String, value, offset);
    } else if (value instanceof PlainValue) {
      offset = writeText(Tag.Json, value.text, offset);
    } else {
      if (offset + 9 > BYTES) throw tooLong;
      if (typeof value === "number" || typeof value === "bigint") {
        const number = Number(value);
        if (!Number.isFinite(number)) throw unrepresentable;
        bytes[offset] = Tag.Number;
        numbers.setFloat64(offset + 1, number, true);
        offset += 9;
      } else {
        bytes[offset++] = simpleTag(value);
      }
    }
  }
  end = offset;
}

function simpleTag(value: unknown): number {
  switch (value) {
    case null:
      return Tag.Null;
    case false:
      return Tag.False;
    case true:
      return Tag.True;
    default:
      throw unrepresentable;
  }
}
