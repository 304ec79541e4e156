/**
 * @typedef {import("../dist/node.js").Flags} Flags
 * @typedef {import("../dist/source.js").FlagSource} FlagSource
 * @typedef {import("../dist/source.js").SourceSnapshot} SourceSnapshot
 */

/** A source whose document a test replaces. @param {Flags | undefined} flags */
export function sourceOf(flags) {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {SourceSnapshot} */
  let snapshot = {
    status: flags === undefined ? "loading" : "ready",
    flags,
    error: undefined,
    digest: flags?.digest,
    version: flags?.version,
    fetchedAt: undefined,
    fetching: false,
    progress: undefined,
  };
  return {
    listeners,
    /** @type {FlagSource} */
    source: {
      get snapshot() {
        return snapshot;
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    /** @param {Partial<SourceSnapshot>} changes */
    change(changes) {
      snapshot = { ...snapshot, ...changes };
      for (const listener of [...listeners]) listener();
    },
    /** Frees the old one after every listener was called. @param {Flags} flags */
    replace(flags) {
      const old = snapshot.flags;
      this.change({ flags, status: "ready", error: undefined, digest: flags.digest });
      old?.free();
    },
  };
}
