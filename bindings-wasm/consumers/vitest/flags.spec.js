import { Context, Flags, ready } from "isoflag";
import * as inline from "isoflag/inline";
import { expect, it } from "vitest";

it("answers in a document", async () => {
  expect(document.body).toBeInstanceOf(HTMLElement);
  await ready();
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
  expect([flags.stringVariation("greeting", anna, "none"), bob.stringVariation("greeting", "none")]).toEqual([
    "hei",
    "hello",
  ]);
});

it("answers with the module inlined", () => {
  expect(inline.Flags.fromObject({ flags: {} }).keys()).toEqual([]);
});
