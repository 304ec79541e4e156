/**
 * What a flag asks of a plain object, read in one walk over the object's own members.
 *
 * Of a context of one kind or of several only what decides an answer is handed over: the members by which it may be
 * invalid, and the attributes that the flag mentions. Everything else is weighed, since a context has a limit. What is not
 * plain (instances, deep or large structures, whatever throws) is left to the encoder, which reads any object.
 */

import { argumentErrors } from "./errors.js";
import { limits } from "./generated/constants.js";
import { partOf } from "./generated/tools-glue.js";
import { isWellFormed } from "./host-json.js";
import { Asked, type Description, IndividualReader } from "./individual-reader.js";
import { begin, WHOLE, write } from "./part-buffer.js";
import {
  count,
  isPlainObject,
  isPrototypePolluted,
  notPlain,
  PlainValue,
  SHORT,
  scales,
} from "./plain-value.js";

const MOST_KINDS = 64;

/** The part of a context that some flags ask for, as it was read last. */
export class PlainPart {
  readonly #asked: Asked;
  readonly #single: IndividualReader;
  readonly #byKind = new Map<string, IndividualReader>();
  /** A legacy user, which is read whole. */
  readonly #whole = new PlainValue();
  /** Those of which the last context was, in their order. */
  readonly #read: (IndividualReader | PlainValue)[] = [];

  /** Its number in the core. */
  readonly number: number;
  /** A flag that asks for it. */
  readonly #flag: number;

  private constructor(description: Description, flag: number) {
    this.number = description.number;
    this.#flag = flag;
    this.#asked = new Asked(description);
    this.#single = new IndividualReader(this.#asked);
  }

  /** What a flag asks for; of those that are known, if one is that. */
  static of(flags: number, flag: number, known: PlainPart[]): PlainPart {
    const description = JSON.parse(argumentErrors.text(partOf(flags, flag))) as Description;
    const part = known[description.number] ?? new PlainPart(description, flag);
    known[description.number] = part;
    return part;
  }

  /** Has another instance of the module describe it, which numbers what it describes. */
  describeAgain(flags: number): void {
    partOf(flags, this.#flag);
  }

  /** Reads a context; whether it differs from the last. Undefined where it is not plain. */
  read(context: object): boolean | undefined {
    // A getter may ask another document meanwhile.
    const { weight, parts } = scales;
    scales.weight = 0;
    scales.parts = 0;
    try {
      if (isPrototypePolluted()) return undefined;
      const differs = this.#readAny(context);
      return scales.weight > limits.contextBytes ? undefined : differs;
    } catch {
      return undefined;
    } finally {
      scales.weight = weight;
      scales.parts = parts;
    }
  }

  #readAny(context: object): boolean {
    const { kind } = context as { kind?: unknown };
    if (kind === "multi") return this.#readSeveral(context);
    const isOfOneKind = typeof kind === "string";
    const reader = isOfOneKind ? this.#single : this.#whole;
    const differs = reader.read(context, 1);
    // A kind that is inherited or hidden is none.
    if (isOfOneKind && this.#single.kind !== kind) throw notPlain;
    const isOther = this.#isOther(0, reader);
    return this.#ends(1) || isOther || differs;
  }

  #readSeveral(context: object): boolean {
    if (!isPlainObject(context)) throw notPlain;
    let place = 0;
    let differs = false;
    let hasKind = false;
    for (const name in context) {
      const value = (context as Record<string, unknown>)[name];
      if (name === "kind") {
        hasKind = value === "multi";
      } else {
        if (typeof value !== "object" || value === null) throw notPlain;
        count(1);
        scales.weight += 6 * name.length + SHORT;
        const reader = this.#byKind.get(name) ?? this.#readerOf(name);
        if (reader.read(value, 2)) differs = true;
        if (this.#isOther(place, reader)) differs = true;
        place++;
      }
    }
    if (!hasKind || place === 0) throw notPlain;
    return this.#ends(place) || differs;
  }

  #readerOf(kind: string): IndividualReader {
    if (this.#byKind.size >= MOST_KINDS || !isWellFormed(kind)) throw notPlain;
    const reader = new IndividualReader(this.#asked, kind);
    this.#byKind.set(kind, reader);
    return reader;
  }

  #isOther(place: number, reader: IndividualReader | PlainValue): boolean {
    if (this.#read[place] === reader) return false;
    this.#read[place] = reader;
    return true;
  }

  #ends(count: number): boolean {
    if (this.#read.length === count) return false;
    this.#read.length = count;
    return true;
  }

  /** Writes what was read last; false where that cannot be. */
  write(): boolean {
    const [first] = this.#read;
    try {
      if (first === this.#whole) {
        begin(WHOLE);
        write([first], 0);
      } else {
        begin(first === this.#single ? 0 : this.#read.length);
        for (const reader of this.#read as IndividualReader[]) reader.write();
      }
      return true;
    } catch {
      return false;
    }
  }
}
