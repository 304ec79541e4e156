/**
 * Reads the part of a plain object that a flag depends on, in one walk over the object's own members.
 *
 * For a context of one kind or of several only the members that decide an answer are passed: those that validation
 * reads, and the attributes that the flag depends on. Other members count for the size, since a context has a limit.
 * Objects that are not plain (instances, deep or large structures, objects that throw) are left to the encoder, which
 * reads any object.
 */

import { limits } from "../../generated/constants.js";
import { evaluateAgain, evaluatePart, partOf } from "../../generated/tools-glue.js";
import type { FlagEntry, ValueType } from "../answers.js";
import { countEvaluation, engine } from "../engine.js";
import { argumentErrors } from "../errors.js";
import type { Held } from "../handles.js";
import { isPlainObject, isWellFormed } from "../json-encoding.js";
import { problems } from "../problems.js";
import { begin, WHOLE, write } from "./buffer.js";
import { Dependencies, type Description, IndividualReader } from "./individual.js";
import { count, isPrototypePolluted, notPlain, PlainValue, SHORT, scales } from "./value.js";

const MOST_KINDS = 64;

/** The part of a context that some flags depend on, as last read. */
export class PlainPart {
  readonly #dependencies: Dependencies;
  readonly #single: IndividualReader;
  readonly #byKind = new Map<string, IndividualReader>();
  /** A legacy user, which is read as a whole. */
  readonly #whole = new PlainValue();
  /** The readers of the last context, in order. */
  readonly #read: (IndividualReader | PlainValue)[] = [];

  /** Its number in the core. */
  readonly number: number;
  /** A flag with these dependencies. */
  readonly #flag: number;

  private constructor(description: Description, flag: number) {
    this.number = description.number;
    this.#flag = flag;
    this.#dependencies = new Dependencies(description);
    this.#single = new IndividualReader(this.#dependencies);
  }

  /** Returns the part for a flag, reusing a known one if its dependencies are equal. */
  static of(flags: number, flag: number, known: PlainPart[]): PlainPart {
    const description = JSON.parse(argumentErrors.text(partOf(flags, flag))) as Description;
    const part = known[description.number] ?? new PlainPart(description, flag);
    known[description.number] = part;
    return part;
  }

  /** Describes it again in a new instance of the module, which numbers descriptions in order. */
  describeAgain(flags: number): void {
    partOf(flags, this.#flag);
  }

  /** Reads a context; returns whether it differs from the last. Undefined if it is not plain. */
  read(context: object): boolean | undefined {
    // A getter may evaluate another document in the meantime.
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
    // An inherited or hidden kind does not count.
    if (isOfOneKind && this.#single.kind !== kind) throw notPlain;
    if (!isOfOneKind) problems.report?.("context", context);
    const isOther = this.#isOther(0, reader);
    return this.#ends(1) || isOther || differs;
  }

  #readSeveral(context: object): boolean {
    if (!isPlainObject(context)) throw notPlain;
    let index = 0;
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
        if (this.#isOther(index, reader)) differs = true;
        index++;
      }
    }
    if (!hasKind || index === 0) throw notPlain;
    return this.#ends(index) || differs;
  }

  #readerOf(kind: string): IndividualReader {
    if (this.#byKind.size >= MOST_KINDS || !isWellFormed(kind)) throw notPlain;
    const reader = new IndividualReader(this.#dependencies, kind);
    this.#byKind.set(kind, reader);
    return reader;
  }

  #isOther(index: number, reader: IndividualReader | PlainValue): boolean {
    if (this.#read[index] === reader) return false;
    this.#read[index] = reader;
    return true;
  }

  #ends(count: number): boolean {
    if (this.#read.length === count) return false;
    this.#read.length = count;
    return true;
  }

  /** Writes the last values; false if that is not possible. */
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

/** The plain objects that flags of one document are evaluated for; only the required members of each are passed. */
export class PlainContexts {
  /** The dependencies of the flags, by their number in the core. */
  readonly #parts: PlainPart[] = [];
  /** The last part that was passed: the core still has it bound. */
  #last: PlainPart | undefined;
  /** Whether an object is being read: a getter may evaluate another one in the meantime. */
  #isReading = false;
  /** The epoch of the instance that has the parts. */
  #epoch = engine.epoch;

  /** Counts the evaluations of a bound context as one. */
  readonly count = countEvaluation;

  /** Returns the code of a document's answer; undefined if the object is not plain, or the module cannot read its part. */
  evaluate(document: Held, context: unknown, entry: FlagEntry, type: ValueType): number | undefined {
    if (!countEvaluation()) return undefined;
    if (typeof context !== "object" || context === null || this.#isReading) return undefined;
    entry.part ??= PlainPart.of(this.#handleOf(document), entry.handle, this.#parts);
    const { part } = entry;
    const last = this.#last;
    this.#last = undefined;
    let differs: boolean | undefined;
    this.#isReading = true;
    try {
      differs = part.read(context);
    } finally {
      this.#isReading = false;
    }
    if (differs === undefined) return undefined;
    const isKnown = !differs && part === last && this.#epoch === engine.epoch;
    // Reading may have freed the document.
    const flags = this.#handleOf(document);
    if (!isKnown && !part.write()) return undefined;
    const code = isKnown
      ? evaluateAgain(flags, entry.handle, type)
      : evaluatePart(flags, part.number, entry.handle, type);
    this.#last = part;
    return code;
  }

  /** Returns the handle of the document, in an instance that has the parts. */
  #handleOf(document: Held): number {
    const { handle } = document;
    if (this.#epoch !== engine.epoch) {
      this.#last = undefined;
      // In order, so that each gets its number again.
      for (const part of this.#parts) part.describeAgain(handle);
      this.#epoch = engine.epoch;
    }
    return handle;
  }
}
