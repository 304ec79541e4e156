/** Runs the suite on Node. Writes its answers for comparison with the other host runtimes. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import * as isoflag from "isoflag";
import { answer, casesOf, differences, run } from "./answers.js";
import { readJsonFiles, VECTORS, writeAnswers } from "./files.js";

await isoflag.ready();
const files = readJsonFiles(VECTORS);
const lines = [];

for (const { name, content } of files) {
  describe(name, () => {
    const { failures, lines: answered } = run(isoflag, casesOf(content));
    lines.push(...answered.split("\n").slice(0, -1));
    for (const { id } of content.cases) {
      it(id, () => assert.equal(failures[id], undefined));
    }
  });
}

after(() => {
  // Files are answered one by one; a line begins with its answer, so lines are sorted by the id at the end.
  const sorted = lines.map(line => [JSON.parse(line).id, line]).sort(([a], [b]) => (a < b ? -1 : 1));
  console.log(writeAnswers("node", sorted.map(([, line]) => `${line}\n`).join("")));
});

it("finds a wrong expectation", () => {
  const given = files.flatMap(({ content }) => casesOf(content)).find(({ call }) => call.evaluate);
  const { answer: found } = answer(isoflag, given);
  assert.deepEqual(differences(given.expect, found), []);
  for (const name of ["value", "variationIndex", "reason"]) {
    assert.equal(differences({ ...given.expect, [name]: "wrong" }, found).length, 1);
  }
});

it("has cases, each with an id of its own", () => {
  const ids = files.flatMap(({ content }) => content.cases.map(({ id }) => id));
  assert.ok(ids.length >= 1600);
  assert.equal(new Set(ids).size, ids.length);
});
