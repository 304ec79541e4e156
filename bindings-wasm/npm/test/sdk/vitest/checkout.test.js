// Run by vitest from ../testing.test.js.

import { expect, test } from "vitest";

import { Flags } from "../../../dist/node.js";
import { testWithFlag } from "../../../dist/testing.js";
import { document, flag } from "../../documents.js";

const flags = Flags.fromObject(document(flag("checkout")));
const user = { kind: "user", key: "ada" };

testWithFlag(test, "the total", flags, "checkout", state => {
  expect(state.flags.boolVariation("checkout", user, !state.value)).toBe(state.value);
});
