/** Answers that may come from a document, from a bootstrap, or before there is a document. */

import type { EvaluationDetail, EvaluationReason } from "./detail.js";
import type { JsonValue } from "./json.js";

/** The reason of a default before there is a document. */
export interface NotReadyReason {
  /** The default is returned. */
  kind: "ERROR";
  /** There is no document yet. */
  errorKind: "CLIENT_NOT_READY";
}

/** Why a flag returned its value. */
export type FlagReason = EvaluationReason | NotReadyReason;

/** The types that a caller may require; `json` allows any. */
export type FlagType = "bool" | "number" | "string" | "json";

/** The answer of a flag, independent of the default. */
export interface FlagAnswer {
  /** Whether the flag served a value; otherwise the caller's default is used. */
  readonly served: boolean;
  readonly value: JsonValue | undefined;
  readonly variationIndex: number | null;
  /** Null if it is unknown. */
  readonly reason: FlagReason | null;
}

/** The type that a default requires. */
export function typeOfDefault(defaultValue: unknown): FlagType {
  switch (typeof defaultValue) {
    case "boolean":
      return "bool";
    case "number":
    case "string":
      return typeof defaultValue as "number" | "string";
    default:
      return "json";
  }
}

/** An answer without a value. */
export function unserved(reason: FlagReason): FlagAnswer {
  return { served: false, value: undefined, variationIndex: null, reason };
}

/** The answer before there is a document. */
export const NOT_READY = unserved({ kind: "ERROR", errorKind: "CLIENT_NOT_READY" });

/** Converts the result of an evaluation. */
export function answerOf({ value, variationIndex, reason }: EvaluationDetail<JsonValue>): FlagAnswer {
  const served = variationIndex !== null;
  return { served, value: served ? value : undefined, variationIndex, reason };
}
