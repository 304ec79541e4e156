/** Answers that may come from a document, from a bootstrap, or before there is a document. */

import type { EvaluationDetail, EvaluationReason, FlagState } from "../../binding/evaluation.js";
import type { JsonValue } from "../../binding/json.js";

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

/**
 * Answers that a server has evaluated: LaunchDarkly's bootstrap format, as `allFlagsState` returns it, or a plain
 * object of values by key.
 */
export interface Bootstrap {
  readonly [flagKey: string]: JsonValue | { readonly [flagKey: string]: FlagState };
}

const TYPES: { readonly [type in FlagType]: string | undefined } = {
  bool: "boolean",
  number: "number",
  string: "string",
  json: undefined,
};

/** Returns the answer of a flag without evaluating anything. */
export function bootstrapAnswer(bootstrap: Bootstrap, key: string, type: FlagType): FlagAnswer {
  if (key === "$flagsState" || key === "$valid" || !Object.hasOwn(bootstrap, key)) {
    return unserved({ kind: "ERROR", errorKind: "FLAG_NOT_FOUND" });
  }
  const value = bootstrap[key] as JsonValue;
  const { $flagsState } = bootstrap as {
    readonly $flagsState?: { readonly [flagKey: string]: FlagState };
  };
  const state = $flagsState && Object.hasOwn($flagsState, key) ? $flagsState[key] : undefined;
  const variationIndex = state?.variation ?? null;
  const reason = state?.reason ?? null;
  // In LaunchDarkly's format the value of a flag that serves no variation is null.
  if (value === null && variationIndex === null && $flagsState !== undefined) {
    return { served: false, value: undefined, variationIndex, reason };
  }
  const expected = TYPES[type];
  if (expected !== undefined && typeof value !== expected) {
    return unserved({ kind: "ERROR", errorKind: "WRONG_TYPE" });
  }
  return { served: true, value, variationIndex, reason };
}

/**
 * Returns whether the back end is consistent for a flag: from the flag's state, else from the bootstrap's single
 * boolean or its value by key. False if it has neither.
 */
export function bootstrapIsConsistent(bootstrap: Bootstrap, key: string): boolean {
  const { $flagsState, isBackendConsistent } = bootstrap as {
    readonly $flagsState?: { readonly [flagKey: string]: { readonly isBackendConsistent?: unknown } };
    readonly isBackendConsistent?: unknown;
  };
  const value = member(member($flagsState, key), "isBackendConsistent") ?? isBackendConsistent;
  return value === true || member(value, key) === true;
}

function member(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null && Object.hasOwn(of, name)
    ? (of as { readonly [name: string]: unknown })[name]
    : undefined;
}
