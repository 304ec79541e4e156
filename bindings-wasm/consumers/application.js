/** The application of every consumer: evaluates one flag for two contexts. */
export const DOCUMENT = {
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

export const PEOPLE = [
  { kind: "user", key: "anna", country: "NO" },
  { kind: "user", key: "bob" },
];

/** The expected greetings of `PEOPLE`. */
export const ANSWERS = ["hei", "hello"];

/** Greets a plain context object and a bound `Context`, with the package as the consumer loaded it. */
export function greet({ Context, Flags }) {
  const flags = Flags.fromObject(DOCUMENT);
  const [anna, bob] = PEOPLE;
  return [
    flags.stringVariation("greeting", anna, "none"),
    flags.bind(new Context(bob.key)).stringVariation("greeting", "none"),
  ];
}
