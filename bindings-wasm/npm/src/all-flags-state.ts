import type { EvaluationOptions } from "./big-segments.js";
import type { EvaluationReason } from "./detail.js";
import { core } from "./engine.js";
import { argumentErrors } from "./errors.js";
import type { JsonValue } from "./json.js";

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
  variation?: number;
  version?: number;
  reason?: EvaluationReason;
  trackEvents?: boolean;
  trackReason?: boolean;
  debugEventsUntilDate?: number;
  prerequisites?: string[];
}

/** LaunchDarkly's bootstrap format: a value by flag key, then `$flagsState` and `$valid`. */
export interface AllFlagsState {
  [flagKey: string]: JsonValue | { [flagKey: string]: FlagState };
  $flagsState: { [flagKey: string]: FlagState };
  $valid: boolean;
}

/** The state of the flags behind a handle. */
export function readState(bound: number, options?: StateOptions): AllFlagsState {
  const text = argumentErrors.text(
    core.allFlagsState(
      bound,
      options?.clientSideOnly === true,
      options?.withReasons === true,
      options?.detailsOnlyForTrackedFlags === true,
      options?.now ?? Date.now(),
    ),
  );
  return JSON.parse(text) as AllFlagsState;
}
