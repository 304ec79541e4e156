/** Evaluates a thousand visitors who differ only in the attribute that the rollout hashes. */
import { Context, type Flags } from "isoflag/tools";
import { decisionOf, type JsonObject } from "./explanation";
import type { Rollout } from "./flag-document";

export const POPULATION = 1000;

export interface Inhabitant {
  /** From 0 to 99,999; undefined if the rollout is not evaluated. */
  readonly bucket: number | undefined;
  readonly variation: number | null;
}

function replaced(object: JsonObject, path: readonly string[], value: string): JsonObject {
  const [name = "", ...rest] = path;
  const below = object[name];
  if (rest.length === 0) return { ...object, [name]: value };
  const nested = typeof below === "object" && below !== null ? (below as JsonObject) : {};
  return { ...object, [name]: replaced(nested, rest, value) };
}

/** Splits a reference such as `/address/city`. */
function segmentsOf(reference: string): string[] {
  if (!reference.startsWith("/")) return [reference];
  return reference
    .slice(1)
    .split("/")
    .map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Returns the answer for each visitor; undefined if the context is invalid or lacks the kind that the rollout hashes.
 */
export function populate(
  flags: Flags,
  key: string,
  context: JsonObject,
  rollout: Rollout,
): readonly Inhabitant[] | undefined {
  let whole: JsonObject;
  try {
    using strict = Context.fromObject(context);
    whole = strict.toObject() as JsonObject;
  } catch {
    return undefined;
  }
  const isMulti = whole.kind === "multi";
  if (isMulti ? !(rollout.contextKind in whole) : whole.kind !== rollout.contextKind) return undefined;
  const path = segmentsOf(rollout.bucketBy);
  const full = isMulti ? [rollout.contextKind, ...path] : path;
  return Array.from({ length: POPULATION }, (_, index) => {
    const { explanation } = decisionOf(flags.explain(key, replaced(whole, full, `visitor-${index + 1}`)));
    return {
      bucket: explanation.trace?.rollout?.bucket,
      variation: explanation.answer.variationIndex,
    };
  });
}
