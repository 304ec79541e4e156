/** Waits for the first document of a source, at most until a deadline. */

import type { FlagSource } from "../source/snapshot.js";

interface Wait {
  readonly promise: Promise<void>;
  isOver: boolean;
}

// A component that suspends while it is mounted keeps no state.
const waits = new WeakMap<FlagSource, Wait>();

function isSettled({ snapshot }: FlagSource): boolean {
  return snapshot.flags !== undefined || snapshot.status !== "loading";
}

/** Returns a promise to suspend with; undefined once the source has a document or has failed, or the time is over. */
export function untilReady(source: FlagSource, deadlineMs: number): Promise<void> | undefined {
  if (isSettled(source)) return undefined;
  const wait = waits.get(source) ?? begin(source, deadlineMs);
  return wait.isOver ? undefined : wait.promise;
}

function begin(source: FlagSource, deadlineMs: number): Wait {
  const wait = {
    isOver: false,
    promise: new Promise<void>(resolve => {
      const end = (): void => {
        wait.isOver = true;
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(end, deadlineMs);
      const unsubscribe = source.subscribe(() => {
        if (isSettled(source)) end();
      });
    }),
  };
  waits.set(source, wait);
  return wait;
}
