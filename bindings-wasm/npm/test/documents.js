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
