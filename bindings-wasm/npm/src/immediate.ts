/** `ready` for the entries that are ready once they are imported. */

const done = Promise.resolve();

/** Resolves at once: this entry is ready when it is imported. */
export function ready(): Promise<void> {
  return done;
}

/** Does nothing: this entry is ready when it is imported. */
export function readySync(): void {}
