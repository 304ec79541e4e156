/** Whether a document is fresh: the evidence that it supersedes another one, and the consistency gate. */

import * as core from "../generated/glue.js";
import { normalisedKey } from "./answers.js";
import { argumentErrors, type Diagnostic } from "./errors.js";
import type { Held } from "./handles.js";

/** The times of an HTTP response: its headers as text, each of which may be absent. */
export interface ResponseTimes {
  /** The header `Last-Modified`. */
  readonly lastModified?: string | null | undefined;
  /** The header `Date`. */
  readonly date?: string | null | undefined;
  /** The header `Age`. */
  readonly age?: string | null | undefined;
  /** When the response arrived, in milliseconds since 1970. */
  readonly receivedMs?: number | undefined;
}

/** The evidence of a source about the documents that it fetched; see `Flags.supersedes`. */
export interface Evidence {
  /** Whether no cache can have answered. */
  readonly authoritative?: boolean | undefined;
  /** The response that carried the offered document. */
  readonly offered?: ResponseTimes | null | undefined;
  /** The response that carried, or last confirmed, the current document. */
  readonly held?: ResponseTimes | null | undefined;
}

/** The gate's result for a flag and a context. */
export interface Consistency {
  /** Whether the flag is on for the context: it serves `true` or, for other types, it is on without an error. */
  readonly enabled: boolean;
  /** Whether a journey may start: the flag is on, and its last change is more than one time to live ago. */
  readonly isBackendConsistent: boolean;
  /**
   * Whether the change has propagated: it is more than two times to live and one poll timeout ago, so each instance has
   * it even if one of its polls failed. Independent of the flag's value.
   */
  readonly settled: boolean;
  /** Seconds until the change is one time to live ago, rounded up; null if the time of the change is unknown. */
  readonly remainingSeconds: number | null;
  /** `meta.version`, or null. */
  readonly version: number | null;
  /** The document's digest. */
  readonly digest: string;
  /** Problems with the time of the last change, if any. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Options of the gate besides the times. */
export interface ConsistencyOptions {
  /**
   * When this host took the document, in milliseconds since 1970, if that went back in time: the change then counts as
   * made no earlier. A source's snapshot has it as `steppedBackAt`.
   */
  readonly takenMs?: number | undefined;
}

/** Evaluates the gate for bound flags. */
export function readConsistency(
  bound: Held,
  key: unknown,
  nowMs: number,
  ttlSeconds: number,
  pollTimeoutMs: number | undefined,
  takenMs: number | undefined,
): Consistency {
  const numbers = [nowMs, ttlSeconds].map(Number) as [number, number];
  const [timeout, taken] = [pollTimeoutMs, takenMs].map(number =>
    number == null ? undefined : Number(number),
  );
  const normalised = normalisedKey(key, candidate => core.findBoundFlag(bound.handle, candidate));
  const text = core.consistency(bound.handle, normalised, ...numbers, timeout, taken);
  return JSON.parse(argumentErrors.text(text)) as Consistency;
}
