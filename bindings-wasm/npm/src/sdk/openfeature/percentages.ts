/** Finds the parts of a document whose answers a percentage decides. */

import type { EvaluationReason } from "../../binding/detail.js";
import type { Flags } from "../../binding/flags.js";
import { flagsOf } from "../../binding/flags-of.js";
import { flagsText } from "../../generated/glue.js";

/** The members of a rule or a fallthrough that are read. */
interface Serving {
  readonly variation?: unknown;
  readonly rollout?: unknown;
}

interface FlagSource {
  readonly fallthrough?: Serving | null;
  readonly rules?: readonly (Serving | null)[] | null;
}

/** The parts of one document. */
export class Percentages {
  readonly #flags: { readonly [key: string]: FlagSource | null };

  /** Reads the document; nothing is known of one that the core does not hold, such as an observed one. */
  constructor(flags: Flags) {
    const held = flagsOf.held?.(flags);
    const text = held === undefined ? undefined : flagsText(held.handle);
    this.#flags = (JSON.parse(text ?? "{}") as { flags?: { [key: string]: FlagSource } }).flags ?? {};
  }

  /** Whether a percentage decided an answer. */
  decided(key: string, { kind, ruleIndex, inExperiment }: EvaluationReason): boolean {
    if (inExperiment) return true;
    const flag = Object.hasOwn(this.#flags, key) ? this.#flags[key] : undefined;
    const serving =
      kind === "FALLTHROUGH"
        ? flag?.fallthrough
        : kind === "RULE_MATCH"
          ? flag?.rules?.[ruleIndex ?? -1]
          : undefined;
    return serving != null && serving.variation == null && serving.rollout != null;
  }
}
