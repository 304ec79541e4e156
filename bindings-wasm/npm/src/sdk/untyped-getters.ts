/**
 * Getters for keys that are known only at run time, so an application's {@link FlagTypes} do not include them.
 *
 * The core checks the expected type, so nothing is lost.
 */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { ContextLike } from "../binding/context.js";
import type { EvaluationDetail } from "../binding/detail.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";

/** A getter that returns the whole detail, for values of one type. */
export type DetailGetter =
  | "boolVariationDetail"
  | "numberVariationDetail"
  | "stringVariationDetail"
  | "jsonVariationDetail";

/** Evaluates bound flags. */
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

/** Evaluates flags for a context. */
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
