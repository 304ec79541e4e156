import type { EvaluationDetail, EvaluationReason } from "./detail.js";
import type { JsonValue } from "./json.js";

/** Why there is an answer before anything can be evaluated. */
export interface NotReadyReason {
  /** There is no answer. */
  kind: "ERROR";
  /** Because there is no document yet. */
  errorKind: "CLIENT_NOT_READY";
}

/** Why a flag answered what it did. */
export type FlagReason = EvaluationReason | NotReadyReason;

/** The types that a caller may ask for; `json` is any. */
export type FlagType = "bool" | "number" | "string" | "json";

/** What a flag answers, whatever the default. */
export interface FlagAnswer {
  /** Whether the flag served a value; otherwise the caller's default stands. */
  readonly served: boolean;
  readonly value: JsonValue | undefined;
  readonly variationIndex: number | null;
  /** Null where nobody says why. */
  readonly reason: FlagReason | null;
}

/** The type that a default asks for. */
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
