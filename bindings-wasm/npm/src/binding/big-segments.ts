/** Memberships in big segments, and their JSON. */

import { limits } from "../generated/constants.js";
import type { BigSegmentsStatus } from "./detail.js";
import { argumentErrors } from "./errors.js";
import { encodeStrictly, NO_TEXT } from "./json-encoding.js";

/** Memberships in big segments, which the host fetches for the keys that `bigSegmentKeys` lists. */
export interface BigSegments {
  /** How current the memberships are. */
  readonly status: Exclude<BigSegmentsStatus, "NOT_CONFIGURED">;
  /** By context key, then by `segmentKey.gGENERATION`: true is in, false is out. */
  readonly memberships: { readonly [contextKey: string]: { readonly [segment: string]: boolean } };
}

/** Options of every evaluation. */
export interface EvaluationOptions {
  /** Without it every big segment is `NOT_CONFIGURED`. */
  readonly bigSegments?: BigSegments | undefined;
}

/** Returns the JSON text of the memberships, empty without memberships. */
export function bigSegmentsText(options: EvaluationOptions | undefined): Uint8Array {
  const bigSegments = options?.bigSegments;
  return bigSegments == null ? NO_TEXT : encodeStrictly(bigSegments, limits.documentBytes, argumentErrors);
}
