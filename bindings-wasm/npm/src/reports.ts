/** Reports on flags: an inventory of all environments, and the flags that can be removed. */

import type { ActivityObject } from "./activity.js";
import type { KnownAnswer, Status } from "./certification.js";
import { requireTools } from "./engine.js";
import { argumentErrors } from "./errors.js";
import * as tools from "./generated/tools-glue.js";
import { type DocumentLike, handlesOf, withDocuments } from "./handle-scope.js";
import type { JsonValue } from "./json.js";
import type { Held } from "./ownership.js";

/** Recorded evaluations: an `Activity` of `isoflag/activity`, or its JSON. */
export type ActivityLike = string | ActivityObject | ActivityText;

/** An activity that can be written as text, such as an `Activity`. */
export interface ActivityText {
  /** The activity as JSON. */
  toJson(): string;
}

function activityText(activity: ActivityLike): string {
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
      argumentErrors.during(() =>
        tools.retirements(flags.handle, ...numbers, moments, handlesOf(loaded), counted, sites),
      ),
  );
  return JSON.parse(found) as Retirement[];
}

/** Options of an inventory beside the documents. */
export interface InventoryOptions {
  /** The current time, in seconds since 1970. */
  readonly now: number;
  /** Recorded evaluations, by the names of the documents. */
  readonly activity?: { readonly [name: string]: ActivityLike } | undefined;
}

/** A document of an inventory, as a whole. */
export interface Environment {
  /** Its name. */
  readonly label: string;
  /** `meta.version`. */
  readonly version: number | null;
  /** Its digest. */
  readonly digest: string;
  /** `meta.lastModifiedTimestamp`. */
  readonly lastModified: number | null;
  /** The number of its flags. */
  readonly flags: number;
  /** Errors and warnings. */
  readonly findings: number;
  /** Whether evaluations were recorded there. */
  readonly counted: boolean;
}

/** A reason to review a row. */
export type Attention = "findings" | "no-owner" | "overdue" | "one-value" | "not-evaluated";

/** A value that a flag can serve. */
export interface ServedValue {
  /** The variation's index, from 0. */
  readonly variation: number;
  /** The value. */
  readonly value: JsonValue;
  /** The percentage of contexts that get it, of those that no target and no rule matches. */
  readonly percent: number;
  /** Whether a target, a rule or a failed prerequisite can serve it too. */
  readonly otherwise: boolean;
}

/** The number of findings by severity. */
export interface FindingCounts {
  /** Errors. */
  readonly error: number;
  /** Warnings. */
  readonly warning: number;
  /** Notes. */
  readonly info: number;
}

/** A flag in one environment; unknown values are null. Times are seconds since 1970. */
export interface InventoryRow {
  /** The flag's key. */
  readonly key: string;
  /** The name of its document. */
  readonly environment: string;
  /** `description`. */
  readonly description: string | null;
  /** Whether it is on. */
  readonly state: "on" | "off" | "malformed";
  /** The values that it can serve, each with its percentage. */
  readonly served: readonly ServedValue[];
  /** Whether it can serve the caller's default. */
  readonly servesDefault: boolean;
  /** Whether an evaluation can fail. */
  readonly canFail: boolean;
  /** Whether everybody gets one value. */
  readonly constant: boolean;
  /** The team that owns it. */
  readonly owner: string | null;
  /** The stakeholder of the feature. */
  readonly stakeholder: string | null;
  /** The status of the feature. */
  readonly status: Status | null;
  /** When it was created. */
  readonly created: number | null;
  /** Its age in whole days. */
  readonly ageDays: number | null;
  /** When its answers can last have changed. */
  readonly changed: number | null;
  /** When it should be removed. */
  readonly cleanup: number | null;
  /** When it was last evaluated. */
  readonly lastEvaluated: LastEvaluated;
  /** The flag's `version`. */
  readonly version: number | null;
  /** The findings about it in its document. */
  readonly findings: FindingCounts;
  /** The reasons to review it, the most severe first. */
  readonly attention: readonly Attention[];
}

/** The flags of several documents, side by side. */
export interface Inventory {
  /** The time of the inventory, in seconds since 1970. */
  readonly now: number;
  /** The number of flags; one that is in several environments counts once. */
  readonly flags: number;
  /** How many flags are worth a moment of a review, and for what. */
  readonly attention: Readonly<Record<Attention, number>>;
  /** The documents, in the order in which they were given. */
  readonly environments: readonly Environment[];
  /** A flag in an environment each, in the order of the keys. */
  readonly rows: readonly InventoryRow[];
}

/** Takes stock of the documents of several environments or accounts, by their names. */
export function inventory(
  documents: { readonly [name: string]: DocumentLike },
  options: InventoryOptions,
): Inventory {
  requireTools("inventory");
  const { now, activity = {} } = options;
  const names = Object.keys(documents);
  const unknown = Object.keys(activity).find(name => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`there is activity of \`${unknown}\`, and no document of that name`);
  }
  const counted = names.map(name => {
    const given = activity[name];
    return given === undefined ? "null" : activityText(given);
  });
  const moment = Number(now);
  const found = withDocuments(Object.values(documents), loaded =>
    argumentErrors.during(() =>
      tools.takeInventory(JSON.stringify(names), handlesOf(loaded), `[${counted.join()}]`, moment),
    ),
  );
  return JSON.parse(found) as Inventory;
}
