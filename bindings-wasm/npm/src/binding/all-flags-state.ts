/** The state of all flags in LaunchDarkly's bootstrap format. */

import * as core from "../generated/glue.js";
import type { EvaluationOptions } from "./big-segments.js";
import type { EvaluationReason } from "./detail.js";
import { argumentErrors } from "./errors.js";
import type { Held } from "./handles.js";
import type { JsonValue } from "./json.js";

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
