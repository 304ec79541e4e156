import { Context, Flags } from "isoflag/inline";

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
globalThis.answer = [
  flags.stringVariation("greeting", anna, "none"),
  bob.stringVariation("greeting", "none"),
];
