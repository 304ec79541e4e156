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

type FlagSources = { readonly [key: string]: FlagSource | null };

/** Reads a document; nothing is known of one that the core does not hold, such as an observed one. */
function sourcesOf(flags: Flags): FlagSources {
  try {
    const held = flagsOf.held(flags);
    const text = held === undefined ? undefined : flagsText(held.handle);
    return (JSON.parse(text ?? "{}") as { flags?: FlagSources }).flags ?? {};
  } catch {
    // There is no memory for the text.
    return {};
  }
}

/** The parts of one document, which is read when an answer depends on them. */
export class Percentages {
  readonly #document: Flags;
  #flags: FlagSources | undefined;

  constructor(document: Flags) {
    this.#document = document;
  }

  /** Whether a percentage decided an answer. */
  decided(key: string, { kind, ruleIndex, inExperiment }: EvaluationReason): boolean {
    if (inExperiment) return true;
    if (kind !== "FALLTHROUGH" && kind !== "RULE_MATCH") return false;
    this.#flags ??= sourcesOf(this.#document);
    const flag = Object.hasOwn(this.#flags, key) ? this.#flags[key] : undefined;
    const serving = kind === "FALLTHROUGH" ? flag?.fallthrough : flag?.rules?.[ruleIndex ?? -1];
    return serving != null && serving.variation == null && serving.rollout != null;
  }
}
