/** Asks one flag for two people: what every consumer's program does with the package that it has loaded, in its own way. */
export function ask({ Context, Flags }) {
  const flags = Flags.fromObject({
    flags: {
      greeting: {
        key: "greeting",
        version: 1,
        on: true,
        variations: ["hello", "hei"],
        rules: [{ variation: 1, clauses: [{ attribute: "country", op: "in", values: ["NO"] }] }],
        fallthrough: { variation: 0 },
      },
    },
  });
  const anna = { kind: "user", key: "anna", country: "NO" };
  const bob = flags.bind(new Context("bob"));
  return [flags.stringVariation("greeting", anna, "none"), bob.stringVariation("greeting", "none")];
}
