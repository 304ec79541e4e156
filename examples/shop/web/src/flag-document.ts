/** Reads the parts of a document that the page shows, any of which may be missing or malformed while it is edited. */
import type { Json, JsonObject, RolloutTrace } from "./explanation";

/** A rollout in a flag, and its path. */
export interface Rollout {
  /** From the flag, such as `["rules", 0, "rollout"]`. */
  readonly path: readonly (string | number)[];
  /** The rule's name, or undefined for the fallthrough. */
  readonly rule: string | undefined;
  readonly contextKind: string;
  readonly bucketBy: string;
  readonly entries: readonly { readonly variation: number; readonly weight: number }[];
}

export function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function flagOf(document: JsonObject, key: string): JsonObject {
  return objectOf(objectOf(document.flags)[key]);
}

export function variationOf(document: JsonObject, key: string, index: number | null | undefined): Json {
  return index == null ? null : (listOf(flagOf(document, key).variations)[index] ?? null);
}

function readRollout(value: Json | undefined, path: Rollout["path"], rule?: string): Rollout[] {
  const rollout = objectOf(value);
  const entries = listOf(rollout.variations).map(entry => ({
    variation: Number(objectOf(entry).variation),
    weight: Number(objectOf(entry).weight),
  }));
  if (entries.length === 0 || !entries.every(({ weight }) => Number.isInteger(weight))) return [];
  const contextKind = textOf(rollout.contextKind) || "user";
  const bucketBy = rollout.kind === "experiment" ? "key" : textOf(rollout.bucketBy) || "key";
  return [{ path, rule, contextKind, bucketBy, entries }];
}

/** The rollouts of a flag, in the order of evaluation. */
export function rolloutsOf(flag: JsonObject): Rollout[] {
  return [
    ...listOf(flag.rules).flatMap((rule, index) =>
      readRollout(
        objectOf(rule).rollout,
        ["rules", index, "rollout"],
        textOf(objectOf(rule).id) || `${index + 1}`,
      ),
    ),
    ...readRollout(objectOf(flag.fallthrough).rollout, ["fallthrough", "rollout"]),
  ];
}

/** The entries with thresholds, up to the sum of the weights. */
export function sharesOf(entries: Rollout["entries"]): RolloutTrace["entries"] {
  let threshold = 0;
  return entries.map(({ variation, weight }) => {
    threshold += weight;
    return { variationIndex: variation, weight, threshold, chosen: false };
  });
}

/**
 * Sets the first weight to `weight`. Its gain is taken from its neighbours, the nearest first, and its loss is added to
 * the nearest: one boundary moves, so that growing it removes no visitor.
 */
export function withFirstWeight(entries: Rollout["entries"], weight: number): number[] {
  let owed = weight - (entries[0]?.weight ?? 0);
  const others = entries.slice(1).map(entry => {
    const kept = Math.max(0, entry.weight - owed);
    owed -= entry.weight - kept;
    return kept;
  });
  return [weight, ...others];
}
