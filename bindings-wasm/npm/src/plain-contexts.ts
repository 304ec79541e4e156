import type { FlagEntry } from "./answers.js";
import { evaluateAgain, evaluatePart } from "./generated/tools-glue.js";
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

  /** The code of the answer of the document behind a handle; undefined where the object is not plain. */
  evaluate(flags: number, context: unknown, entry: FlagEntry, type: ValueType): number | undefined {
    if (typeof context !== "object" || context === null || this.#isReading) return undefined;
    const last = this.#last;
    entry.part ??= PlainPart.of(flags, entry.handle, this.#parts);
    const { part } = entry;
    this.#last = undefined;
    this.#isReading = true;
    const differs = part.read(context);
    this.#isReading = false;
    if (differs === undefined) return undefined;
    if (!differs && part === last) {
      this.#last = part;
      return evaluateAgain(flags, entry.handle, type);
    }
    if (!part.write()) return undefined;
    this.#last = part;
    return evaluatePart(flags, part.number, entry.handle, type);
  }
}
