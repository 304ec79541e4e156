/** All flags of all environments in one view, and which of them can go. */

import type { ActivityObject } from "./activity.js";
import type { KnownAnswer, Status } from "./certification.js";
import { requireTools } from "./engine.js";
import { argumentErrors } from "./errors.js";
import * as tools from "./generated/tools-glue.js";
import type { JsonValue } from "./json.js";
import { type DocumentLike, handlesOf, lendAll } from "./lending.js";
import type { Held } from "./ownership.js";

/** What hosts counted: an `Activity` of `isoflag/activity`, or its JSON. */
export type ActivityLike = string | ActivityObject | ActivityText;

/** What gives an activity as text, such as an `Activity`. */
export interface ActivityText {
  /** The activity as JSON. */
  toJson(): string;
}

function activityText(activity: ActivityLike): string {
  if (typeof activity === "string") return activity;
  return "toJson" in activity ? activity.toJson() : JSON.stringify(activity);
}

/** When a flag was evaluated last, as far as anybody knows. Moments are milliseconds since 1970. */
export type LastEvaluated =
  | {
      /** Nobody counted. */
      readonly known: false;
    }
  | {
      /** It was counted, and not evaluated. */
      readonly known: true;
      /** Since when it was counted. */
      readonly from: number;
      /** Until when it was counted. */
      readonly until: number;
    }
  | {
      /** It was counted, and evaluated. */
      readonly known: true;
      /** How often. */
      readonly evaluations: number;
      /** When first. */
      readonly first: number;
      /** When last. */
      readonly last: number;
    };

/** A document that was in force before. */
export interface DatedDocument {
  /** From when on, in seconds since 1970. */
  readonly from: number;
  /** The document. */
  readonly document: DocumentLike;
}

/** What is known beside the document in force. */
export interface RetirementOptions {
  /** The time, in seconds since 1970. */
  readonly now: number;
  /** How many weeks a flag has to be constant, stable and unused; 4 unless given. */
  readonly weeks?: number | undefined;
  /** Documents that were in force before, each with the moment from which it was. */
  readonly history?: readonly DatedDocument[] | undefined;
  /** What hosts counted, where anybody did. */
  readonly activity?: ActivityLike | undefined;
  /** By key, how many places of the code name a flag, where anybody looked: one that is not there has none. */
  readonly callSites?: { readonly [key: string]: number } | undefined;
}

/** Since when something is so. */
export interface Since {
  /** In seconds since 1970. */
  readonly moment: number;
  /** Whether it was otherwise before; else it may have been so for longer. */
  readonly exact: boolean;
}

/** What has to hold before a flag goes. */
export type RetirementRule = "constant" | "stable" | "feedback" | "plans" | "need" | "unused";

/** What is known of one flag's retirement; what is not is null. Moments are seconds since 1970. */
export interface Retirement {
  /** The flag's key. */
  readonly key: string;
  /** What to do with it. */
  readonly verdict: "delete" | "remove" | "safety" | "ask" | "keep";
  /** What each rule says. */
  readonly rules: Readonly<Record<RetirementRule, KnownAnswer>>;
  /** What everybody gets: a value, or the code's default. */
  readonly constant:
    | {
        /** The value that everybody gets. */
        readonly value: JsonValue;
      }
    | {
        /** Everybody gets what the code names as its default. */
        readonly default: true;
      }
    | null;
  /** Since when everybody gets it. */
  readonly constantSince: Since | null;
  /** Since when its answers cannot have changed. */
  readonly stableSince: Since | null;
  /** When it was evaluated last. */
  readonly lastEvaluated: LastEvaluated;
  /** How many places of the code name it. */
  readonly callSites: number | null;
  /** Until when it has to stay able to be switched off. */
  readonly safetyUntil: number | null;
  /** The team that answers for it. */
  readonly owner: string | null;
  /** How far the feature is. */
  readonly status: Status | null;
}

/** What is known of each flag's retirement in a document. */
export function retirements(flags: Held, options: RetirementOptions): Retirement[] {
  const { now, weeks = 4, history = [], activity, callSites } = options;
  const numbers = [now, weeks].map(Number) as [number, number];
  const moments = Float64Array.from(history, ({ from }) => from);
  const counted = activity === undefined ? undefined : activityText(activity);
  const sites = callSites === undefined ? undefined : JSON.stringify(callSites);
  const found = lendAll(
    history.map(({ document }) => document),
    lent =>
      argumentErrors.during(() =>
        tools.retirements(flags.handle, ...numbers, moments, handlesOf(lent), counted, sites),
      ),
  );
  return JSON.parse(found) as Retirement[];
}

/** What an inventory is told beside the documents. */
export interface InventoryOptions {
  /** The time, in seconds since 1970. */
  readonly now: number;
  /** What hosts counted, by the names of the documents. */
  readonly activity?: { readonly [name: string]: ActivityLike } | undefined;
}

/** A document of an inventory, as a whole. */
export interface Environment {
  /** What it is called. */
  readonly label: string;
  /** `meta.version`. */
  readonly version: number | null;
  /** Its digest. */
  readonly digest: string;
  /** `meta.lastModifiedTimestamp`. */
  readonly lastModified: number | null;
  /** How many flags it has. */
  readonly flags: number;
  /** Errors and warnings. */
  readonly findings: number;
  /** Whether anybody counted evaluations there. */
  readonly counted: boolean;
}

/** Why a row is worth a moment of a review. */
export type Attention = "findings" | "no-owner" | "overdue" | "one-value" | "not-evaluated";

/** A value that a flag can serve. */
export interface ServedValue {
  /** The variation's place, from 0. */
  readonly variation: number;
  /** The value. */
  readonly value: JsonValue;
  /** To how many percent of those that no target and no rule catches. */
  readonly percent: number;
  /** Whether a target, a rule or a failed prerequisite can give it too. */
  readonly otherwise: boolean;
}

/** How much of each severity was found. */
export interface FindingCounts {
  /** Errors. */
  readonly error: number;
  /** Warnings. */
  readonly warning: number;
  /** Notes. */
  readonly info: number;
}

/** A flag in one environment; what is not known is null. Moments are seconds since 1970. */
export interface InventoryRow {
  /** The flag's key. */
  readonly key: string;
  /** The name of its document. */
  readonly environment: string;
  /** `description`. */
  readonly description: string | null;
  /** Whether it is on. */
  readonly state: "on" | "off" | "malformed";
  /** What it can serve: to how many percent of those that no target and no rule catches, and whether those can get it. */
  readonly served: readonly ServedValue[];
  /** Whether it can serve what the code names as its default. */
  readonly servesDefault: boolean;
  /** Whether it can answer with an error. */
  readonly canFail: boolean;
  /** Whether everybody gets one value. */
  readonly constant: boolean;
  /** The team that answers for it. */
  readonly owner: string | null;
  /** Who asked for the feature. */
  readonly stakeholder: string | null;
  /** How far the feature is. */
  readonly status: Status | null;
  /** When it was created. */
  readonly created: number | null;
  /** Whole days since then. */
  readonly ageDays: number | null;
  /** When its answers can have changed last. */
  readonly changed: number | null;
  /** When it should be removed. */
  readonly cleanup: number | null;
  /** When it was evaluated last. */
  readonly lastEvaluated: LastEvaluated;
  /** The flag's `version`. */
  readonly version: number | null;
  /** How much its document gets wrong there. */
  readonly findings: FindingCounts;
  /** What it is worth a moment of a review for, the worst first. */
  readonly attention: readonly Attention[];
}

/** The flags of several documents, side by side. */
export interface Inventory {
  /** When it was taken, in seconds since 1970. */
  readonly now: number;
  /** How many flags there are, one in several environments counted once. */
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
  const found = lendAll(Object.values(documents), lent =>
    argumentErrors.during(() =>
      tools.takeInventory(JSON.stringify(names), handlesOf(lent), `[${counted.join()}]`, moment),
    ),
  );
  return JSON.parse(found) as Inventory;
}
