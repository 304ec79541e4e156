/** The fast path for plain objects as contexts. */

import { evaluateAgain, evaluatePart } from "../../generated/tools-glue.js";
import type { FlagEntry, ValueType } from "../answers.js";
import { engine } from "../engine.js";
import type { Held } from "../handles.js";
import { PlainPart } from "./part.js";

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

  /** Returns the code of a document's answer; undefined if the object is not plain. */
  evaluate(document: Held, context: unknown, entry: FlagEntry, type: ValueType): number | undefined {
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
