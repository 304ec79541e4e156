import { askedKey } from "./asked-key.js";
import { argumentErrors } from "./errors.js";
import type { Diagnostic } from "./flags.js";
import * as core from "./generated/glue.js";
import type { Held } from "./ownership.js";

/** What the consistency gate says of a flag for a context. */
export interface Consistency {
  /** Whether the flag is on for the context: it serves `true`; or, where it serves no boolean, it is on and no error. */
  readonly enabled: boolean;
  /** Whether a journey may start: on, and changed longer than one time to live ago. */
  readonly isBackendConsistent: boolean;
  /**
   * Whether the last change is longer ago than two times to live and a poll's timeout, whichever way the flag was changed:
   * by then an instance has noticed even where one of its polls failed.
   */
  readonly settled: boolean;
  /** Seconds until the change is one time to live ago, rounded up; null where nothing says when the change was. */
  readonly remainingSeconds: number | null;
  /** `meta.version`, or null. */
  readonly version: number | null;
  /** The document's digest. */
  readonly digest: string;
  /** What is wrong with the time of the last change, if anything is. */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Asks the gate for bound flags. */
export function readConsistency(
  bound: Held,
  key: unknown,
  nowMs: number,
  ttlSeconds: number,
  pollTimeoutMs: number | undefined,
): Consistency {
  const numbers = [nowMs, ttlSeconds].map(Number) as [number, number];
  const timeout = pollTimeoutMs == null ? undefined : Number(pollTimeoutMs);
  const asked = askedKey(key, candidate => core.findBoundFlag(bound.handle, candidate));
  const said = core.consistency(bound.handle, asked, ...numbers, timeout);
  return JSON.parse(argumentErrors.text(said)) as Consistency;
}
