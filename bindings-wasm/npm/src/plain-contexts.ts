import type { FlagEntry } from "./answers.js";
import { engine } from "./engine.js";
import { evaluateAgain, evaluatePart } from "./generated/tools-glue.js";
import type { Held } from "./ownership.js";
import { PlainPart } from "./plain-part.js";
import type { ValueType } from "./value-type.js";

/** The plain objects that one document is asked about, of each of which as little is handed over as can be. */
export class PlainContexts {
  /** What the flags ask for, by its number in the core. */
  readonly #parts: PlainPart[] = [];
  /** What was handed over last: the core has it bound still. */
  #last: PlainPart | undefined;
  /** Whether an object is being read: a getter may ask about another one meanwhile. */
  #isReading = false;
  /** The epoch of the instance that knows the parts. */
  #epoch = engine.epoch;

  /** The code of the answer of a document; undefined if the object is not plain. */
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
    // What was read may have freed the document.
    const flags = this.#handleOf(document);
    if (!isKnown && !part.write()) return undefined;
    const code = isKnown
      ? evaluateAgain(flags, entry.handle, type)
      : evaluatePart(flags, part.number, entry.handle, type);
    this.#last = part;
    return code;
  }

  /** The handle of the document, in an instance that knows the parts. */
  #handleOf(document: Held): number {
    const { handle } = document;
    if (this.#epoch !== engine.epoch) {
      this.#last = undefined;
      // In their order, so that each gets its number again.
      for (const part of this.#parts) part.describeAgain(handle);
      this.#epoch = engine.epoch;
    }
    return handle;
  }
}
