import { argumentErrors, FAILED } from "./errors.js";
import { limits } from "./generated/constants.js";
import { encodeStrictly } from "./host-json.js";

/** The times of an HTTP response: its headers as text, each of which may be absent. */
export interface ResponseTimes {
  readonly lastModified?: string | null | undefined;
  readonly date?: string | null | undefined;
  readonly age?: string | null | undefined;
  /** When the response arrived, in milliseconds since 1970. */
  readonly receivedMs?: number | undefined;
}

/** What a source knows about the documents that it fetched; see `Flags.supersedes`. */
export interface Evidence {
  /** Whether no cache can have answered. */
  readonly authoritative?: boolean | undefined;
  /** The response that carried the offered document. */
  readonly offered?: ResponseTimes | null | undefined;
  /** The response that carried, or confirmed last, the held document. */
  readonly held?: ResponseTimes | null | undefined;
}

/** Stands for the handle of no document. */
export const NO_DOCUMENT = 0xffff_ffff;

/** The JSON text of evidence; members that are undefined are absent. */
export function evidenceText(evidence: Evidence): string {
  return encodeStrictly(evidence, limits.documentBytes, argumentErrors);
}

/** The truth of an answer, unless the call failed. */
export function isTrue(answer: number): boolean {
  if (answer === FAILED) throw argumentErrors.last();
  return answer === 1;
}
