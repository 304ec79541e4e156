// The texts of warnings, of which there are at most 100 in a process.

import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";

import { Flags } from "../../dist/node.js";
import { document, ruleFlag } from "../documents.js";
import { HOSTILE, OBEYED } from "../hostile.js";

/** @type {string[]} */
let warnings = [];
console.warn = text => warnings.push(text);
beforeEach(() => {
  warnings = [];
});

const flags = Flags.fromObject(document(ruleFlag("plan", { attribute: "plan", values: ["pro"] })));

it("warnings are escaped for terminals", () => {
  for (const text of HOSTILE) {
    const user = /** @type {any} */ ({ key: "ada", [text]: { [text]: () => 1 } });
    flags.variation(`unknown${text}`, user, null);
    flags.bind(user);
    flags.bind({ ...user, kind: text });
    flags.bind({ ...user, kind: "user" });
  }
  assert.ok(warnings.length >= 3 * HOSTILE.length, `${warnings.length}`);
  for (const text of warnings) assert.doesNotMatch(text, OBEYED);
});

// A path was once printed for each value: this took minutes.
it("warnings shorten long names, and cost no more for them", { timeout: 60_000 }, () => {
  const name = "n".repeat(400_000);
  const user = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}${name}`, 1]));
  flags.bind(/** @type {any} */ ({ key: "ada", ...user }));
  assert.match(warnings.at(-1) ?? "", / and 20 others: add `kind: "user"`$/);
  const odds = Array.from({ length: 100_000 }, () => Number.NaN);
  flags.variation(name, { kind: "user", key: "ada", [`${name}\n`]: { [name]: odds } }, false);
  flags.bind({ kind: "user", key: "ada", [name]: odds });
  assert.ok(warnings.length > 30, `${warnings.length}`);
  for (const text of warnings) assert.ok(text.length < 1500, `${text.length}`);
});
