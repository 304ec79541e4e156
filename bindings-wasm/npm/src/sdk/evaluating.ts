/** Evaluates flags, once more after a trap of the module. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { EvaluationDetail } from "../binding/evaluation.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";

/** Whether a call into the module has failed with a trap or a full stack: the next call has a new instance. */
export function isTrap(thrown: unknown): boolean {
  return /^(Range|Runtime|Internal)Error$/.test((thrown as Error | undefined)?.name ?? "");
}

/** Calls a function, and once more if it traps. */
export function retryAfterTrap<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (isTrap(thrown)) return call();
    throw thrown;
  }
}

/** A getter that returns the whole detail, for values of one type. */
export type DetailGetter =
  | "boolVariationDetail"
  | "numberVariationDetail"
  | "stringVariationDetail"
  | "jsonVariationDetail";

type Getters = Record<DetailGetter, (key: string, ...rest: unknown[]) => EvaluationDetail<JsonValue>>;

/** Evaluates flags, with a context and a default, or bound flags, with a default. The core checks the type. */
export function detailOf(
  flags: Flags | BoundFlags,
  getter: DetailGetter,
  key: string,
  ...rest: unknown[]
): EvaluationDetail<JsonValue> {
  return (flags as unknown as Getters)[getter](key, ...rest);
}
