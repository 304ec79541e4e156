/**
 * The getters for a key that is known at run time only: an application's {@link FlagTypes} say nothing of it.
 *
 * The core checks the type that is asked for, so that nothing is lost.
 */

import type { BoundFlags } from "./bound-flags.js";
import type { ContextLike } from "./context.js";
import type { EvaluationDetail } from "./detail.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";

/** A getter that gives the whole answer, for values of one type. */
export type DetailGetter =
  | "boolVariationDetail"
  | "numberVariationDetail"
  | "stringVariationDetail"
  | "jsonVariationDetail";

/** Asks bound flags. */
export function detailOfBound(
  bound: BoundFlags,
  getter: DetailGetter,
  key: string,
  defaultValue: unknown,
): EvaluationDetail<JsonValue> {
  const getters = bound as unknown as Record<
    DetailGetter,
    (key: string, defaultValue: unknown) => EvaluationDetail<JsonValue>
  >;
  return getters[getter](key, defaultValue);
}

/** Asks flags for a context. */
export function detailOf(
  flags: Flags,
  getter: DetailGetter,
  key: string,
  context: ContextLike,
  defaultValue: unknown,
): EvaluationDetail<JsonValue> {
  const getters = flags as unknown as Record<
    DetailGetter,
    (key: string, context: ContextLike, defaultValue: unknown) => EvaluationDetail<JsonValue>
  >;
  return getters[getter](key, context, defaultValue);
}
