import type { EvaluationOptions } from "./big-segments.js";
import type { EvaluationReason } from "./detail.js";
import { argumentErrors } from "./errors.js";
import * as core from "./generated/glue.js";
import type { JsonValue } from "./json.js";
import type { Held } from "./ownership.js";

/** What of every flag the state holds. */
export interface StateOptions {
  /** Only the flags that the document makes available to browsers. */
  readonly clientSideOnly?: boolean | undefined;
  /** A reason for every flag. */
  readonly withReasons?: boolean | undefined;
  /** Leaves out what is needed for events alone, where a flag has none. */
  readonly detailsOnlyForTrackedFlags?: boolean | undefined;
  /** The time in milliseconds, the host's clock unless given: debugging dates are compared with it. */
  readonly now?: number | undefined;
}

/** As {@link StateOptions}, with memberships in big segments. */
export interface AllFlagsStateOptions extends StateOptions, EvaluationOptions {}

/** What the state holds of one flag besides its value. */
export interface FlagState {
  /** The variation's place, from 0; absent where none was served. */
  variation?: number;
  /** The flag's version. */
  version?: number;
  /** Why, where reasons were asked for or are tracked. */
  reason?: EvaluationReason;
  /** True where every evaluation is to be sent as an event. */
  trackEvents?: boolean;
  /** True where the reason is part of an experiment. */
  trackReason?: boolean;
  /** Until when debugging events are to be sent, in milliseconds. */
  debugEventsUntilDate?: number;
  /** The keys of the prerequisites that were evaluated for it. */
  prerequisites?: string[];
}

/** LaunchDarkly's bootstrap format: a value by flag key, then `$flagsState` and `$valid`. */
export interface AllFlagsState {
  [flagKey: string]: JsonValue | { [flagKey: string]: FlagState };
  /** By flag key, what there is besides the value. */
  $flagsState: { [flagKey: string]: FlagState };
  /** False where the context is invalid. */
  $valid: boolean;
}

/** The state of bound flags. */
export function readState(bound: Held, options?: StateOptions): AllFlagsState {
  const clientSideOnly = options?.clientSideOnly === true;
  const withReasons = options?.withReasons === true;
  const onlyTracked = options?.detailsOnlyForTrackedFlags === true;
  const now = Number(options?.now ?? Date.now());
  const text = core.allFlagsState(bound.handle, clientSideOnly, withReasons, onlyTracked, now);
  return JSON.parse(argumentErrors.text(text)) as AllFlagsState;
}
