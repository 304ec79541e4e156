/** Getters for keys that are known only at run time, so an application's `FlagTypes` do not include them. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { EvaluationDetail } from "../binding/detail.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";

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
