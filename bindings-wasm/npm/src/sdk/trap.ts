/** Calls that are made again after a trap, so that an application does not notice it. */

/** Whether a call into the module has failed with a trap or a full stack: the next call has a new instance. */
export function isTrap(thrown: unknown): boolean {
  return /^(Range|Runtime|Internal)Error$/.test((thrown as Error | undefined)?.name ?? "");
}

/** Calls a function, and once more if it traps. */
export function retryAfterTrap<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (isTrap(thrown)) return call();
    throw thrown;
  }
}
