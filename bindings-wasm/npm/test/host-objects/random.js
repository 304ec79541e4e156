// Judges random hostile values: `HOST_OBJECTS` is their number, `HOST_OBJECTS_SEED` the first.

import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { judges } from "./judge.js";

const CASES = Number(process.env.HOST_OBJECTS ?? 2000);
const FIRST = Number(process.env.HOST_OBJECTS_SEED ?? 0);

/** @param {import("./judge.js").Core} entry @param {import("./judge.js").Tools} [tools] */
export function judgeRandomValues(entry, tools) {
  it("a value has the answers of its JSON text", () => {
    // A value without a JSON form is reported.
    mock.method(console, "warn", () => undefined);
    const { judge, isRight } = judges(entry, tools);
    for (let seed = FIRST; seed < FIRST + CASES; seed++) {
      try {
        judge(seed);
      } catch (error) {
        const reason = `${/** @type {Error} */ (error).stack}`;
        throw new Error(`HOST_OBJECTS_SEED=${seed} HOST_OBJECTS=1: ${reason}`);
      }
    }
    for (let turn = 0; turn < 100; turn++) assert.ok(isRight());
  });
}
