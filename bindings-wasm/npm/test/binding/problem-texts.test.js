// The texts of warnings, of which there are at most 100 in a process.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, it } from "node:test";

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

const user = { kind: "user", key: "ada" };

it("warnings are escaped for terminals", () => {
  for (const text of HOSTILE) {
    const legacy = /** @type {any} */ ({ key: "ada", [text]: { [text]: () => 1 } });
    flags.variation(`unknown${text}`, legacy, null);
    flags.bind(legacy);
    flags.bind({ ...legacy, kind: text });
    flags.bind({ ...legacy, ...user });
  }
  assert.ok(warnings.length >= 3 * HOSTILE.length, `${warnings.length}`);
  for (const text of warnings) assert.doesNotMatch(text, OBEYED);
});

// The cases of `conformance/notes`.
const file = new URL("../../../../conformance/notes/cases.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8"));

describe("the notes on evaluations that return the default are worded as on every host runtime", () => {
  // Each is printed once in a process.
  const reported = new Set();
  for (const { name, type, key, context, note } of cases.evaluations.cases) {
    it(name, () => {
      const noted = Flags.fromObject(cases.evaluations.document);
      const bound = noted.bind(context);
      const getter = type === "bool" ? "boolVariation" : "variation";
      noted[getter](key, context, /** @type {any} */ (null));
      bound[getter](key, /** @type {any} */ (null));
      assert.deepEqual(warnings, reported.has(note) ? [] : [`isoflag: ${note}`]);
      reported.add(note);
    });
  }
});

describe("the notes on ignored parts are worded as on every host runtime", () => {
  for (const { name, context, note } of cases.ignoredMembers) {
    it(name, () => {
      flags.bind(context);
      assert.deepEqual(warnings, note === null ? [] : [`isoflag: ${note}`]);
    });
  }
  for (const { name, path, note } of cases.ignoredParts) {
    it(name, () => {
      const odd = path.reduceRight(
        (/** @type {unknown} */ inner, /** @type {string | number} */ step) =>
          typeof step === "number" ? [...Array(step).fill(null), inner] : { [step]: inner },
        () => 1,
      );
      flags.bind(path.length === 0 ? odd : { ...user, ...odd });
      assert.equal(warnings[0], `isoflag: ${note} a function has no JSON form`);
    });
  }
});

it("a warning about a long context does not convert it again", () => {
  let reads = 0;
  const member = { enumerable: true, get: () => ++reads };
  const names = Array.from({ length: 50_000 }, (_, index) => [`m${index}`, member]);
  const context = { ...user, key: 5, unused: Object.defineProperties({}, Object.fromEntries(names)) };
  flags.variation("plan", /** @type {any} */ (context), null);
  assert.deepEqual(warnings, [
    "isoflag: invalid context, so every flag returns the default: `Context.fromObject(context)` throws the reason",
  ]);
  // By the fast path, which gives up, and by the encoder.
  assert.ok(reads < 2.5 * names.length, `${reads}`);
});

// A path was once printed for each value: this took minutes.
it("warnings shorten long names, and cost no more for them", { timeout: 60_000 }, () => {
  const name = "n".repeat(400_000);
  const ignored = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`${index}${name}`, 1]));
  flags.bind(/** @type {any} */ ({ key: "ada", ...ignored }));
  assert.match(warnings.at(-1) ?? "", / and 20 more are ignored; add `"kind": "user"`$/);
  const odds = Array.from({ length: 100_000 }, () => Number.NaN);
  flags.variation(name, { ...user, [`${name}\n`]: { [name]: odds } }, false);
  flags.bind({ ...user, [name]: odds });
  assert.ok(warnings.length > 30, `${warnings.length}`);
  for (const text of warnings) assert.ok(text.length < 1500, `${text.length}`);
});
