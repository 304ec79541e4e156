import type { FlagEntry } from "./answers.js";
import { core } from "./engine.js";
import { encodeLeniently } from "./host-json.js";
import { type Mentioned, mentioned, PlainContext } from "./plain-context.js";
import type { ValueType } from "./value-type.js";

/** The plain objects that one document is asked about, each of which is handed over as briefly as can be. */
export class PlainContexts {
  #mentioned: Mentioned | undefined;
  /** The object of the last call, where it was plain: the core has it bound still. */
  #last: PlainContext | undefined;

  /** What an answer depends on: of one flag when an object is met, of all when the same is met again for another flag. */
  #mentionedBy(flags: number, entry: FlagEntry, isMetAgain: boolean): Mentioned {
    if (isMetAgain) {
      this.#mentioned ??= mentioned(core.attributeNames(flags));
      return this.#mentioned;
    }
    entry.mentioned ??= mentioned(core.attributeNamesOf(flags, entry.handle));
    return entry.mentioned;
  }

  /** The code of the answer of the document behind a handle. */
  evaluate(flags: number, context: unknown, entry: FlagEntry, type: ValueType): number {
    const last = this.#last;
    // A getter may have asked about another context meanwhile.
    const isMetAgain = last?.isSameAs(context) === true && last === this.#last;
    if (isMetAgain && (last?.has(entry.mentioned) || last?.has(this.#mentioned))) {
      return core.evaluateAgain(flags, entry.handle, type);
    }
    const read = PlainContext.read(context, this.#mentionedBy(flags, entry, isMetAgain));
    const text = read?.text ?? encodeLeniently(context);
    this.#last = undefined;
    const evaluate = read?.isFlat ? core.evaluateMembers : core.evaluateHost;
    const code = evaluate(flags, text, entry.handle, type);
    this.#last = read;
    return code;
  }
}
