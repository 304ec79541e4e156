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

/** What the gate may be told besides the times. */
export interface ConsistencyOptions {
  /**
   * When this host took the document, in milliseconds since 1970, if that went back in time: the change then counts as made
   * no earlier. A source's snapshot has it as `steppedBackAt`.
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
  const asked = askedKey(key, candidate => core.findBoundFlag(bound.handle, candidate));
  const said = core.consistency(bound.handle, asked, ...numbers, timeout, taken);
  return JSON.parse(argumentErrors.text(said)) as Consistency;
}
