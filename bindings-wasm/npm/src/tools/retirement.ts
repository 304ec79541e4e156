/** The evidence on which flags can be removed from the code. */

import { argumentErrors } from "../binding/errors.js";
import { type Held, handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as tools from "../generated/tools-glue.js";
import type { ActivityObject } from "../sdk/activity.js";
import { type DocumentLike, during, withDocuments } from "./documents.js";
import type { KnownAnswer, Status } from "./lifecycle.js";

/** Recorded evaluations: an `Activity` of `isoflag/activity`, or its JSON. */
export type ActivityLike = string | ActivityObject | ActivityText;

/** An activity that can be written as text, such as an `Activity`. */
export interface ActivityText {
  /** The activity as JSON. */
  toJson(): string;
}

/** Returns activity as JSON. */
export function activityText(activity: ActivityLike): string {
  if (typeof activity === "string") return activity;
  return "toJson" in activity ? activity.toJson() : JSON.stringify(activity);
}

/** The last evaluation of a flag, as far as activity shows it. Times are milliseconds since 1970. */
export type LastEvaluated =
  | {
      /** There is no activity. */
      readonly known: false;
    }
  | {
      /** The flag was not evaluated in the period of the activity. */
      readonly known: true;
      /** The start of the period. */
      readonly from: number;
      /** The end of the period. */
      readonly until: number;
    }
  | {
      /** The flag was evaluated. */
      readonly known: true;
      /** The number of evaluations. */
      readonly evaluations: number;
      /** The first evaluation. */
      readonly first: number;
      /** The last evaluation. */
      readonly last: number;
    };

/** A document that was current earlier. */
export interface DatedDocument {
  /** The start of its period, in seconds since 1970. */
  readonly from: number;
  /** The document. */
  readonly document: DocumentLike;
}

/** The evidence beside the current document. */
export interface RetirementOptions {
  /** The current time, in seconds since 1970. */
  readonly now: number;
  /** The number of weeks for which a flag must be constant, stable and unused (default: 4). */
  readonly weeks?: number | undefined;
  /** Earlier documents, each with the time from which it was current. */
  readonly history?: readonly DatedDocument[] | undefined;
  /** Recorded evaluations, if any. */
  readonly activity?: ActivityLike | undefined;
  /** The number of call sites by key, if the code was searched; a missing key has none. */
  readonly callSites?: { readonly [key: string]: number } | undefined;
}

/** The time since which a fact has held. */
export interface Since {
  /** In seconds since 1970. */
  readonly moment: number;
  /** Whether the fact did not hold before; otherwise it may have held for longer. */
  readonly exact: boolean;
}

/** A rule that must hold before a flag is removed. */
export type RetirementRule = "constant" | "stable" | "feedback" | "plans" | "need" | "unused";

/** The evidence on one flag's retirement; unknown values are null. Times are seconds since 1970. */
export interface Retirement {
  /** The flag's key. */
  readonly key: string;
  /** The verdict. */
  readonly verdict: "delete" | "remove" | "safety" | "ask" | "keep";
  /** The result of each rule. */
  readonly rules: Readonly<Record<RetirementRule, KnownAnswer>>;
  /** The constant that everybody gets: a value, or the caller's default. */
  readonly constant:
    | {
        /** The value that everybody gets. */
        readonly value: JsonValue;
      }
    | {
        /** Everybody gets the caller's default. */
        readonly default: true;
      }
    | null;
  /** Since when everybody has got it. */
  readonly constantSince: Since | null;
  /** Since when its answers cannot have changed. */
  readonly stableSince: Since | null;
  /** When it was last evaluated. */
  readonly lastEvaluated: LastEvaluated;
  /** The number of call sites. */
  readonly callSites: number | null;
  /** The end of the period in which it must remain a kill switch. */
  readonly safetyUntil: number | null;
  /** The team that owns it. */
  readonly owner: string | null;
  /** The status of the feature. */
  readonly status: Status | null;
}

/** Returns the evidence on each flag's retirement in a document. */
export function retirements(flags: Held, options: RetirementOptions): Retirement[] {
  const { now, weeks = 4, history = [], activity, callSites } = options;
  const numbers = [now, weeks].map(Number) as [number, number];
  const moments = Float64Array.from(history, ({ from }) => from);
  const counted = activity === undefined ? undefined : activityText(activity);
  const sites = callSites === undefined ? undefined : JSON.stringify(callSites);
  const found = withDocuments(
    history.map(({ document }) => document),
    loaded =>
      during(argumentErrors, () => {
        const [current = 0, ...earlier] = handlesOf(flags, ...loaded);
        return tools.retirements(current, ...numbers, moments, new Uint32Array(earlier), counted, sites);
      }),
  );
  return JSON.parse(found) as Retirement[];
}
