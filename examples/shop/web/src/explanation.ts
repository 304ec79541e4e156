/** The members of an explanation's JSON that the page reads; `docs/explanation.schema.json` has them all. */
import type { ContextObject, Explanation as Explained } from "isoflag/tools";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [member: string]: Json };
/** A context that the visitor may have written; evaluations report an invalid one. */
export type ContextJson = JsonObject & ContextObject;

export interface Reason {
  readonly kind: "OFF" | "TARGET_MATCH" | "RULE_MATCH" | "FALLTHROUGH" | "PREREQUISITE_FAILED" | "ERROR";
  readonly ruleIndex?: number;
  readonly ruleId?: string;
  readonly inExperiment?: true;
  readonly prerequisiteKey?: string;
  readonly errorKind?: string;
  readonly bigSegmentsStatus?: string;
}

export interface ClauseTrace {
  readonly op: string;
  readonly negate: boolean;
  readonly contextKind?: string;
  readonly attribute?: string;
  readonly contextValue?: Json;
  readonly matchingValue?: Json;
  readonly segments?: readonly SegmentTrace[];
  readonly match?: boolean;
}

/** The share of a weighted rule of a segment that a bucket is compared with. */
export interface ShareTrace {
  readonly bucket: number;
  readonly threshold: number;
}

export interface RuleTrace {
  readonly index: number;
  readonly id?: string;
  readonly clauses?: readonly ClauseTrace[];
  readonly rollout?: ShareTrace;
  readonly match?: boolean;
  readonly malformed?: true;
}

export interface SegmentTrace {
  readonly segment: string;
  readonly rules?: readonly RuleTrace[];
  readonly decidedBy?: string;
  readonly member?: boolean;
}

export interface PrerequisiteTrace {
  readonly flag: string;
  readonly requiredVariation: number;
  readonly missing?: true;
  readonly variationIndex?: number | null;
  readonly holds?: boolean;
  readonly trace?: FlagTrace;
}

export interface RolloutEntry {
  readonly variationIndex: number;
  readonly weight: number;
  readonly threshold: number;
  readonly untracked?: true;
  readonly chosen: boolean;
}

export interface RolloutTrace {
  readonly kind: "rollout" | "experiment";
  readonly bucket: number;
  readonly contextKind?: string;
  readonly bucketBy?: string;
  readonly hash?: string;
  readonly entries: readonly RolloutEntry[];
}

export interface FlagTrace {
  readonly flag: string;
  readonly on?: boolean;
  readonly prerequisites?: readonly PrerequisiteTrace[];
  readonly targets?: readonly { contextKind: string; variationIndex: number; match: boolean }[];
  readonly rules?: readonly RuleTrace[];
  readonly rollout?: RolloutTrace;
  readonly variationIndex?: number | null;
  readonly malformed?: true;
}

export interface Explanation {
  readonly flag: string;
  readonly contextKey: string | null;
  readonly answer: { readonly value: Json; readonly variationIndex: number | null; readonly reason: Reason };
  readonly trace: FlagTrace | null;
}

/** An explanation's canonical text, which is compared between hosts, with its contents. */
export interface Decision {
  readonly text: string;
  readonly explanation: Explanation;
}

export function decisionOf(explained: Explained): Decision {
  return parseDecision(explained.toJson());
}

export function parseDecision(text: string): Decision {
  return { text, explanation: JSON.parse(text) as Explanation };
}
