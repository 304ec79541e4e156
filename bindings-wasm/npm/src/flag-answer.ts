import type { EvaluationReason } from "./detail.js";
import type { JsonValue } from "./json.js";
import { jsonEqual } from "./json-equality.js";

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

/** Whether two answers are the same to whoever sees them. */
export function sameAnswer(one: FlagAnswer, other: FlagAnswer): boolean {
  return (
    one.served === other.served &&
    one.variationIndex === other.variationIndex &&
    jsonEqual(one.value, other.value) &&
    jsonEqual(one.reason, other.reason)
  );
}
