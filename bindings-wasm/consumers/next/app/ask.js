import { Context, Flags } from "isoflag";

const document = {
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
};

/** What the flag says to two people: on the server and in the browser alike. */
export function ask() {
  const flags = Flags.fromObject(document);
  const anna = { kind: "user", key: "anna", country: "NO" };
  const bob = flags.bind(new Context("bob"));
  return [flags.stringVariation("greeting", anna, "none"), bob.stringVariation("greeting", "none")];
}
