/** Follows the value of one flag for one context. */

import type { ContextLike } from "../../binding/context.js";
import type { EvaluationDetail } from "../../binding/evaluation.js";
import type { FlagKey, FlagValue } from "../../binding/flag-types.js";
import type { Flags } from "../../binding/flags.js";
import { retryAfterTrap } from "../evaluating.js";
import { jsonEqual } from "../json-equality.js";
import type { FlagSource } from "./interface.js";

/** Called with the new answer of a flag; its value is undefined if no variation was served. */
export type FlagListener<Key extends FlagKey> = (
  detail: EvaluationDetail<FlagValue<Key> | undefined>,
) => void;

/** Calls the listener whenever a flag's value has changed, also by the first document; returns a function that stops. */
export function followFlag<Key extends FlagKey>(
  source: FlagSource,
  key: Key,
  listener: FlagListener<Key>,
  context: ContextLike,
): () => void {
  const evaluate = (flags: Flags): EvaluationDetail<FlagValue<Key> | undefined> =>
    retryAfterTrap(() => flags.variationDetail<Key, undefined>(key, context, undefined));
  let { flags: known } = source.snapshot;
  let last = known && evaluate(known);
  return source.subscribe(() => {
    const { flags } = source.snapshot;
    if (flags === undefined || flags === known) return;
    known = flags;
    const detail = evaluate(flags);
    const isSame = last !== undefined && jsonEqual(detail.value, last.value);
    last = detail;
    // The listener may keep and change its own.
    if (!isSame) listener(evaluate(flags));
  });
}
