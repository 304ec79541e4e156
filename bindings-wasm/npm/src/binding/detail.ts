/** Details of an answer: value, variation and reason. */

import { JsonText, type JsonValue } from "./json.js";

/** The status of big-segment memberships. */
export type BigSegmentsStatus = "HEALTHY" | "STALE" | "STORE_ERROR" | "NOT_CONFIGURED";

/** LaunchDarkly's reason of an answer. */
export interface EvaluationReason {
  /** The step of the evaluation that decided. */
  kind: "OFF" | "FALLTHROUGH" | "TARGET_MATCH" | "RULE_MATCH" | "PREREQUISITE_FAILED" | "ERROR";
  /** With `RULE_MATCH`: the rule's index, from 0. */
  ruleIndex?: number;
  /** With `RULE_MATCH`: the rule's id, if it has one. */
  ruleId?: string;
  /** With `PREREQUISITE_FAILED`: the key of the first that failed. */
  prerequisiteKey?: string;
  /** With `ERROR`. */
  errorKind?: "FLAG_NOT_FOUND" | "USER_NOT_SPECIFIED" | "MALFORMED_FLAG" | "WRONG_TYPE";
  /** True if the answer is part of an experiment. */
  inExperiment?: boolean;
  /** Present if a big segment was queried. */
  bigSegmentsStatus?: BigSegmentsStatus;
}

/**
 * An answer with its reason. The caller may keep and change it.
 *
 * An object or array is created when `value` is first read, also by `JSON.stringify`, a spread, `structuredClone` and
 * `postMessage`.
 */
export interface EvaluationDetail<T = JsonValue> {
  /** The served value. */
  value: T;
  /** The variation's index, from 0; null if the default was served. */
  variationIndex: number | null;
  /** Why it was served. */
  reason: EvaluationReason;
}

/** The accessor of `value`; all details share it, so that defining it is fast. */
let accessor: PropertyDescriptor;

/** A detail whose object or array is copied when it is first read. */
export class LazyDetail implements EvaluationDetail {
  #value: JsonText | JsonValue;
  declare value: JsonValue;
  declare variationIndex: number | null;
  declare reason: EvaluationReason;

  static {
    accessor = {
      get(this: LazyDetail) {
        if (this.#value instanceof JsonText) this.#value = this.#value.copy();
        return this.#value;
      },
      set(this: LazyDetail, value: JsonValue) {
        this.#value = value;
      },
      // Among the detail's own members, so that a clone has it.
      enumerable: true,
    };
  }

  constructor(text: JsonText, variationIndex: number | null, reason: EvaluationReason) {
    this.#value = text;
    Reflect.defineProperty(this, "value", accessor);
    this.variationIndex = variationIndex;
    this.reason = reason;
  }
}
