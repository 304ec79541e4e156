// A document whose rules tell many values apart.

/** @param {string} attribute @param {string} op @param {any[]} values @param {object} [members] */
export const clause = (attribute, op, values, members) => ({
  attribute,
  contextKind: "user",
  op,
  values,
  ...members,
});

/** @param {string} key @param {object} members */
export const flag = (key, members) => ({
  key,
  version: 1,
  on: true,
  variations: [0, 1, 2, 3, 4, 5, 6, 7],
  fallthrough: { variation: 0 },
  offVariation: 0,
  salt: "s",
  ...members,
});

const VALUES = ["a", "ada", 1, 2 ** 53, 0.1, true, "1.2.3"];
const rules = [
  clause("x", "in", VALUES),
  clause("y", "greaterThan", [1e20]),
  clause("a", "after", ["2000-01-01T00:00:00Z"]),
  clause("/x/a", "in", VALUES),
  clause("x", "in", VALUES, { contextKind: "org" }),
  clause("é", "matches", ["^a|x"]),
].map((each, index) => ({ id: `rule${index}`, clauses: [each], variation: index + 1 }));
const shares = Array.from({ length: 8 }, (_, variation) => ({ variation, weight: 12_500 }));

export const document = {
  flags: Object.fromEntries(
    [
      flag("rules", { rules, fallthrough: { rollout: { variations: shares, bucketBy: "x" } } }),
      ...["x", "y", "a", "é", "name", "/x/a", "key"].map(attribute =>
        flag(`has ${attribute}`, {
          rules: [{ clauses: [clause(attribute, "in", [], { negate: true })], variation: 1 }],
        }),
      ),
    ].map(each => [each.key, each]),
  ),
};
