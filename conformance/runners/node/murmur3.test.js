/**
 * Checks the suite's murmur3 rollouts with another murmur3 implementation, besides the one of the authoring scripts.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it } from "node:test";
import murmur from "murmurhash-js";
import { readJsonFiles, VECTORS } from "./files.js";

it("gives what is published", () => {
  assert.equal(murmur.murmur3("", 0), 0);
  assert.equal(murmur.murmur3("hello", 0), 0x248bfa47);
  assert.equal(murmur.murmur3("The quick brown fox jumps over the lazy dog", 0), 0x2e4ff723);
});

it("chooses what the suite expects", () => {
  const spread = readJsonFiles(VECTORS).find(({ name }) => name === "rollout-spread.json");
  assert.ok(spread, join(VECTORS, "rollout-spread.json"));
  const cases = spread.content.cases.filter(({ document }) => hashOf(document) === "murmur3");
  assert.ok(cases.length >= 40);
  for (const { id, document, context, expect } of cases) {
    const { salt, fallthrough } = document.flags.flag;
    const { seed, variations } = fallthrough.rollout;
    const hash = murmur.murmur3(`${seed ?? `flag.${salt}`}.${context.key}`, 0);
    const bucket = Number((BigInt(hash) * 100000n) >> 32n);
    let sum = 0;
    const chosen = variations.findIndex(({ weight }) => {
      sum += weight;
      return bucket < sum;
    });
    assert.equal(variations.at(chosen).variation, expect.variationIndex, id);
  }
});

function hashOf(document) {
  return document.flags.flag.fallthrough.rollout.hash;
}
