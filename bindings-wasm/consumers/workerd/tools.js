import { Flags } from "isoflag/tools";

const flags = Flags.fromObject({
  flags: {
    greeting: {
      key: "greeting",
      version: 1,
      on: true,
      variations: ["hello", "hei"],
      rules: [
        { variation: 1, clauses: [{ attribute: "country", op: "in", values: ["NO"] }] },
        { variation: 0, clauses: [{ attribute: "country", op: "in", values: ["NO"] }] },
      ],
      fallthrough: { variation: 0 },
    },
  },
});

export default {
  fetch() {
    const anna = { kind: "user", key: "anna", country: "NO" };
    return Response.json({
      answer: flags.stringVariation("greeting", anna, "none"),
      explanation: String(flags.explain("greeting", anna)),
      found: flags.check().map(({ code, path }) => [code, path]),
    });
  },
};
