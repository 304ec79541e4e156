/** Waits for the first document of a source, at most until a deadline. */

import type { FlagSource } from "../source/interface.js";
import { timerDelay } from "../timer.js";

/** The waits for the first document of one source. */
interface Waits {
  /** The longest deadline that has passed. */
  waited: number;
  /** The promises that components suspend with, by deadline. */
  readonly promises: Map<number, Promise<void>>;
}

// A component that suspends while it is mounted keeps no state.
const waits = new WeakMap<FlagSource, Waits>();

function isSettled({ snapshot }: FlagSource): boolean {
  return snapshot.flags !== undefined || snapshot.status !== "loading";
}

/** Returns a promise to suspend with; undefined once the source has a document or has failed, or the time is over. */
export function untilReady(source: FlagSource, deadlineMs: number): Promise<void> | undefined {
  if (isSettled(source)) return undefined;
  const known = waits.get(source) ?? { waited: Number.NEGATIVE_INFINITY, promises: new Map() };
  waits.set(source, known);
  // For NaN it is over, too.
  if (!(deadlineMs > known.waited)) return undefined;
  const promise = known.promises.get(deadlineMs) ?? begin(source, deadlineMs, known);
  known.promises.set(deadlineMs, promise);
  return promise;
}

function begin(source: FlagSource, deadlineMs: number, known: Waits): Promise<void> {
  return new Promise<void>(resolve => {
    const end = (): void => {
      known.promises.delete(deadlineMs);
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(() => {
      known.waited = Math.max(known.waited, deadlineMs);
      end();
    }, timerDelay(deadlineMs));
    const unsubscribe = source.subscribe(() => {
      if (isSettled(source)) end();
    });
  });
}
