/** An inventory: the flags of several documents, side by side. */

import { requireTools } from "../binding/engine.js";
import { argumentErrors } from "../binding/errors.js";
import { handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as tools from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocuments } from "./documents.js";
import type { Status } from "./lifecycle.js";
import { type ActivityLike, activityText, type LastEvaluated } from "./retirement.js";

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
  /** The number of flags to review, by reason. */
  readonly attention: Readonly<Record<Attention, number>>;
  /** The documents, in the order in which they were given. */
  readonly environments: readonly Environment[];
  /** A flag in an environment each, in the order of the keys. */
  readonly rows: readonly InventoryRow[];
}

/** Lists the flags of several environments or accounts, whose documents are given by name. */
export function inventory(
  documents: { readonly [name: string]: DocumentLike },
  options: InventoryOptions,
): Inventory {
  requireTools("inventory");
  const { now, activity = {} } = options;
  const names = Object.keys(documents);
  const unknown = Object.keys(activity).find(name => !Object.hasOwn(documents, name));
  if (unknown !== undefined) {
    throw argumentErrors.at("", `there is activity of \`${unknown}\`, and no document of that name`);
  }
  const counted = names.map(name => {
    const given = activity[name];
    return given === undefined ? "null" : activityText(given);
  });
  const moment = Number(now);
  const found = withDocuments(Object.values(documents), loaded =>
    during(argumentErrors, () =>
      tools.takeInventory(
        JSON.stringify(names),
        new Uint32Array(handlesOf(...loaded)),
        `[${counted.join()}]`,
        moment,
      ),
    ),
  );
  return JSON.parse(found) as Inventory;
}
