/** Where the values that a flag asks for are written, for the core to read: a place in its own memory. */

import { engine, memory } from "./engine.js";
import { makePartBuffer } from "./generated/tools-glue.js";
import { isWellFormed } from "./host-json.js";
import { PlainValue } from "./plain-value.js";

const BYTES = 1 << 14;

/** What stands before each value. */
const Tag = {
  Absent: 0,
  Null: 1,
  False: 2,
  True: 3,
  Number: 4,
  String: 5,
  Json: 6,
  NoJsonForm: 7,
} as const;

/** Above this a call of the encoder costs less than to write each character. */
const SHORT = 32;

/** What does not fit. */
class TooLong {}
const tooLong = new TooLong();

const encoder = new TextEncoder();

let address = 0;
/** The epoch of the instance that has it. */
let epoch = -1;
let bytes = new Uint8Array(0);
let numbers = new DataView(bytes.buffer);
let end = 0;

function attach(): void {
  // Making it may let the memory grow.
  if (epoch !== engine.epoch) address = makePartBuffer(BYTES);
  epoch = engine.epoch;
  const { buffer } = memory();
  bytes = new Uint8Array(buffer, address, BYTES);
  numbers = new DataView(buffer, address, BYTES);
}

/** Stands in place of the number of individual contexts before the JSON text of a whole one. */
export const WHOLE = 0xff;

/** Begins anew, with the number of individual contexts, or 0 where one stands alone. */
export function begin(several: number): void {
  // Memory that has grown is another buffer.
  if (bytes.length === 0 || epoch !== engine.epoch) attach();
  bytes[0] = several;
  end = 1;
}

/** Writes a text behind its tag and its length, at a place; gives the place behind it. */
function writeText(tag: number, text: string, start: number): number {
  const into = bytes;
  const { length } = text;
  // No UTF-16 unit takes more than three bytes.
  if (start + 3 * length + 3 > BYTES) throw tooLong;
  let place = start + 3;
  if (length <= SHORT) {
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) break;
      into[place++] = unit;
    }
  }
  if (place < start + 3 + length) {
    if (!isWellFormed(text)) {
      into[start] = Tag.NoJsonForm;
      return start + 1;
    }
    place = start + 3 + encoder.encodeInto(text, into.subarray(start + 3)).written;
  }
  const written = place - start - 3;
  into[start] = tag;
  into[start + 1] = written;
  into[start + 2] = written >> 8;
  return place;
}

/** Writes values from one on: primitives, objects and arrays. Throws where there is no room. */
export function write(values: readonly unknown[], from: number): void {
  let place = end;
  for (let index = from; index < values.length; index++) {
    const value = values[index];
    if (value === undefined) {
      if (place >= BYTES) throw tooLong;
      bytes[place++] = Tag.Absent;
    } else if (typeof value === "string") {
      place = writeText(Tag.String, value, place);
    } else if (value instanceof PlainValue) {
      place = writeText(Tag.Json, value.text, place);
    } else {
      if (place + 9 > BYTES) throw tooLong;
      if (typeof value === "number") {
        bytes[place] = Tag.Number;
        numbers.setFloat64(place + 1, value, true);
        place += 9;
      } else {
        bytes[place++] = simpleTag(value);
      }
    }
  }
  end = place;
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
      return Tag.NoJsonForm;
  }
}
