// Documents, and sources whose document a test replaces.

/** @param {string} key @param {object} members */
export function flag(key, members = {}) {
  return {
    key,
    version: 1,
    on: true,
    variations: [true, false],
    fallthrough: { variation: 0 },
    offVariation: 1,
    ...members,
  };
}

/** A flag that serves true to contexts with one of the values, else false. */
/** @param {string} key @param {object} clause */
export function ruleFlag(key, clause) {
  return flag(key, {
    fallthrough: { variation: 1 },
    rules: [{ id: `${key}-rule`, variation: 0, clauses: [{ contextKind: "user", op: "in", ...clause }] }],
  });
}

/** @param {object[]} flags */
export function document(...flags) {
  return {
    flags: Object.fromEntries(flags.map(item => [/** @type {{ key: string }} */ (item).key, item])),
    segments: {},
  };
}

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
