import type { JsonText, JsonValue } from "./json.js";

/** How big-segment memberships were had. */
export type BigSegmentsStatus = "HEALTHY" | "STALE" | "STORE_ERROR" | "NOT_CONFIGURED";

/** Why a flag served what it served: LaunchDarkly's reason. */
export interface EvaluationReason {
  /** Which step of the evaluation decided. */
  kind: "OFF" | "FALLTHROUGH" | "TARGET_MATCH" | "RULE_MATCH" | "PREREQUISITE_FAILED" | "ERROR";
  /** With `RULE_MATCH`: the rule's place, from 0. */
  ruleIndex?: number;
  /** With `RULE_MATCH`: the rule's own id, where it has one. */
  ruleId?: string;
  /** With `PREREQUISITE_FAILED`: the key of the first that failed. */
  prerequisiteKey?: string;
  /** With `ERROR`. */
  errorKind?: "FLAG_NOT_FOUND" | "USER_NOT_SPECIFIED" | "MALFORMED_FLAG" | "WRONG_TYPE";
  /** True where the answer is part of an experiment. */
  inExperiment?: boolean;
  /** Present where a big segment was asked for. */
  bigSegmentsStatus?: BigSegmentsStatus;
}

/**
 * An answer with its reason. It is the caller's to keep and change.
 *
 * Where the value is an object or array it is made when `value` is first read; such a detail's `value` is an accessor,
 * which `JSON.stringify` writes and a spread (`{ ...detail }`) leaves out.
 */
export interface EvaluationDetail<T = JsonValue> {
  /** What was served. */
  value: T;
  /** The variation's place, from 0; null where the default was served. */
  variationIndex: number | null;
  /** Why it was served. */
  reason: EvaluationReason;
}

/** A detail whose object or array is copied when it is first read. */
export class LazyDetail implements EvaluationDetail {
  #value: JsonText | JsonValue;
  #copied = false;
  variationIndex: number | null;
  reason: EvaluationReason;

  constructor(text: JsonText, variationIndex: number | null, reason: EvaluationReason) {
    this.#value = text;
    this.variationIndex = variationIndex;
    this.reason = reason;
  }

  get value(): JsonValue {
    if (!this.#copied) {
      this.#value = (this.#value as JsonText).copy();
      this.#copied = true;
    }
    return this.#value as JsonValue;
  }

  set value(value: JsonValue) {
    this.#value = value;
    this.#copied = true;
  }

  toJSON(): EvaluationDetail {
    return { value: this.value, variationIndex: this.variationIndex, reason: this.reason };
  }
}
