/** Options and results of evaluations: memberships in big segments, details of one flag, and the state of all flags. */

import { limits } from "../generated/constants.js";
import * as core from "../generated/glue.js";
import { argumentErrors } from "./errors.js";
import type { Held } from "./handles.js";
import { JsonText, type JsonValue } from "./json.js";
import { encodeStrictly, NO_TEXT } from "./json-encoding.js";

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

/** Memberships in big segments, which the host fetches for the keys that `bigSegmentKeys` lists. */
export interface BigSegments {
  /** How current the memberships are. */
  readonly status: Exclude<BigSegmentsStatus, "NOT_CONFIGURED">;
  /** By context key, then by `segmentKey.gGENERATION`: true is in, false is out. */
  readonly memberships: { readonly [contextKey: string]: { readonly [segment: string]: boolean } };
}

/** Options of every evaluation. */
export interface EvaluationOptions {
  /** Without it every big segment is `NOT_CONFIGURED`. */
  readonly bigSegments?: BigSegments | undefined;
}

/** Returns the JSON text of the memberships, empty without memberships. */
export function bigSegmentsText(options: EvaluationOptions | undefined): Uint8Array {
  const bigSegments = options?.bigSegments;
  return bigSegments == null ? NO_TEXT : encodeStrictly(bigSegments, limits.documentBytes, argumentErrors);
}

/** Options that select the contents of the state. */
export interface StateOptions {
  /** Only the flags that the document makes available to browsers. */
  readonly clientSideOnly?: boolean | undefined;
  /** A reason for every flag. */
  readonly withReasons?: boolean | undefined;
  /** Omits members that only events need, for flags without events. */
  readonly detailsOnlyForTrackedFlags?: boolean | undefined;
  /** The time in milliseconds, compared with debugging dates (default: the host's clock). */
  readonly now?: number | undefined;
}

/** Like {@link StateOptions}, with memberships in big segments. */
export interface AllFlagsStateOptions extends StateOptions, EvaluationOptions {}

/** The state of one flag besides its value. */
export interface FlagState {
  /** The variation's index, from 0; absent if the default was served. */
  variation?: number;
  /** The flag's version. */
  version?: number;
  /** The reason, if reasons were requested or are tracked. */
  reason?: EvaluationReason;
  /** True if every evaluation is sent as an event. */
  trackEvents?: boolean;
  /** True if the reason is part of an experiment. */
  trackReason?: boolean;
  /** The end of debugging events, in milliseconds. */
  debugEventsUntilDate?: number;
  /** The keys of the prerequisites that were evaluated for it. */
  prerequisites?: string[];
}

/** LaunchDarkly's bootstrap format: a value by flag key, then `$flagsState` and `$valid`. */
export interface AllFlagsState {
  [flagKey: string]: JsonValue | { [flagKey: string]: FlagState };
  /** The state besides the values, by flag key. */
  $flagsState: { [flagKey: string]: FlagState };
  /** False if the context is invalid. */
  $valid: boolean;
}

/** Reads the state of bound flags. */
export function readState(bound: Held, options?: StateOptions): AllFlagsState {
  const clientSideOnly = options?.clientSideOnly === true;
  const withReasons = options?.withReasons === true;
  const onlyTracked = options?.detailsOnlyForTrackedFlags === true;
  const now = Number(options?.now ?? Date.now());
  const text = core.allFlagsState(bound.handle, clientSideOnly, withReasons, onlyTracked, now);
  return JSON.parse(argumentErrors.text(text)) as AllFlagsState;
}
