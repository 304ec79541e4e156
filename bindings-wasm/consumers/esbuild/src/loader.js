import { Context, Flags, ready } from "isoflag";
import core from "isoflag/core.wasm";

// The loader `file` puts the module beside the bundle and gives its name.
await ready(new URL(core, import.meta.url));

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
