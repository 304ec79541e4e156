/** Evaluates inside a test of Vitest. */
import { Context, Flags, ready } from "isoflag";
import * as inline from "isoflag/inline";
import { expect, it } from "vitest";
import { ANSWERS, greet } from "./application.js";

it("answers in a document", async () => {
  expect(document.body).toBeInstanceOf(HTMLElement);
  await ready();
  expect(greet({ Context, Flags })).toEqual(ANSWERS);
});

it("answers with the module inlined", () => {
  expect(inline.Flags.fromObject({ flags: {} }).keys()).toEqual([]);
});
