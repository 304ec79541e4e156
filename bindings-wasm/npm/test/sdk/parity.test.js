// Tests of the answers that a page reports to its back end: the cases shared by all host runtimes, then those of pages.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { ParityReporter } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { Context, Flags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

/**
 * @typedef {{
 *   hash: { name: string, answers: Record<string, unknown>, canonical: string, hash: string }[],
 *   header: { name: string, answers: Record<string, unknown>, header: string }[],
 * }} Cases
 * @typedef {import("../../dist/testing.js").Evaluation} Evaluation
 */

const file = new URL("../../../../conformance/parity/cases.json", import.meta.url);
const cases = /** @type {Cases} */ (JSON.parse(await readFile(file, "utf8")));
const user = { kind: "user", key: "ada" };
const DIGEST = `sha256:${"0".repeat(64)}`;

/**
 * @param {string} key
 * @param {unknown} value null for the default
 * @param {Partial<Evaluation>} [others]
 * @returns {Evaluation}
 */
function evaluation(key, value, others) {
  const variationIndex = value === null ? null : 0;
  const detail = { value: value ?? "the caller's default", variationIndex, reason: { kind: "OFF" } };
  return /** @type {Evaluation} */ ({
    key,
    context: user,
    defaultValue: false,
    detail,
    digest: DIGEST,
    ...others,
  });
}

/** @param {Partial<import("../../dist/activity.js").ParityOptions>} [options] */
const reporter = options => new ParityReporter({ Flags, sampling: 1, random: () => 0, ...options });

/** @param {ParityReporter} parity @returns {string[]} */
const parts = parity => parity.header()["Isoflag-Answers"]?.split(",") ?? [];

describe("the hash of answers", () => {
  for (const { name, answers, canonical, hash } of cases.hash) {
    it(name, () => {
      const parity = reporter();
      for (const [key, value] of Object.entries(answers)) parity.record(evaluation(key, value));
      assert.equal(parts(parity)[1], hash);
      assert.equal(Flags.fromJson(canonical).digest, hash);
    });
  }
});

describe("the header of answers", () => {
  for (const { name, answers, header } of cases.header) {
    it(name, () => {
      const parity = reporter();
      for (const [key, value] of Object.entries(answers)) {
        parity.record(evaluation(key, value, { digest: DIGEST }));
      }
      assert.deepEqual(parity.header(), { "Isoflag-Answers": header.replace("{digest}", DIGEST) });
    });
  }

  it("reports evaluations of flags, each with its last answer, and keeps no handle", () => {
    const flags = Flags.fromObject(
      document(flag("a", { variations: [1, 2] }), flag("b", { variations: ["x", "y"] })),
    );
    const parity = reporter();
    const before = liveHandles();
    const observed = parity.observe(flags);
    observed.numberVariation("a", user, 0);
    observed.stringVariation("b", user, "");
    observed.numberVariation("a", user, 0);
    const hash = Flags.fromObject({ flags: {}, answers: { a: 1, b: "x" } });
    assert.deepEqual(parts(parity), [flags.digest, hash.digest, "a", "b"]);
    hash.free();
    assert.equal(liveHandles(), before);
  });

  it("names the whole document of a projection", () => {
    const whole = Flags.fromObject(document(flag("a", { clientSide: true })));
    const projected = whole.project();
    const parity = reporter();
    parity.observe(projected).variation("a", user, 0);
    parity.observe(projected.bind(user), projected.digest).variation("a", 0);
    assert.equal(parts(parity)[0], projected.digest);
    parity.observe(projected).variation("a", user, 0);
    assert.equal(parts(parity)[0], whole.digest);
    parity.record(evaluation("b", 1, { pin: whole.digest }));
    assert.deepEqual([parts(parity)[0], parts(parity).slice(2)], [whole.digest, ["a", "b"]]);
    parity.record(evaluation("b", 1, { pin: null }));
    assert.deepEqual([parts(parity)[0], parts(parity).slice(2)], [DIGEST, ["b"]]);
  });

  it("leaves out errors, and answers without a known document", () => {
    const parity = reporter();
    const reason = { kind: "ERROR", errorKind: "FLAG_NOT_FOUND" };
    const detail = { value: false, variationIndex: null, reason };
    parity.record(evaluation("a", false, /** @type {Partial<Evaluation>} */ ({ detail })));
    parity.record(evaluation("b", true, { digest: undefined }));
    assert.deepEqual(parity.header(), {});
  });

  it("leaves out values of a plain bootstrap, and has those of a bootstrap with variations", () => {
    const parity = reporter();
    const plain = /** @type {any} */ ({ detail: { value: true, variationIndex: null, reason: null } });
    parity.record(evaluation("isFeatureXEnabled", true, plain));
    assert.deepEqual(parity.header(), {});
    const detailed = /** @type {any} */ ({ detail: { value: true, variationIndex: 1, reason: null } });
    parity.record(evaluation("feature-x", true, detailed));
    assert.deepEqual(parts(parity).slice(2), ["feature-x"]);
  });

  it("has answers of the last document and the last context only", () => {
    const parity = reporter();
    const keys = () => parts(parity).slice(2);
    parity.record(evaluation("a", 1));
    parity.record(evaluation("b", 1, { context: { ...user } }));
    assert.deepEqual(keys(), ["a", "b"]);
    parity.record(evaluation("c", 1, { digest: `sha256:${"1".repeat(64)}` }));
    assert.deepEqual(keys(), ["c"]);
    parity.record(evaluation("a", 1));
    parity.record(evaluation("d", 1, { context: { kind: "user", key: "bob" } }));
    assert.deepEqual(keys(), ["d"]);
    parity.record(evaluation("e", 1, { context: Context.fromObject({ kind: "user", key: "bob" }) }));
    assert.deepEqual(keys(), ["d", "e"]);
    parity.record(evaluation("f", 1, { context: Context.fromObject(user) }));
    assert.deepEqual(keys(), ["f"]);
  });

  it("has at most 64 flags and 4,096 characters, and every flag has its turn", () => {
    const seen = new Set();
    for (let start = 0; start < 1; start += 0.1) {
      const parity = reporter({ random: () => start });
      for (let index = 0; index < 100; index++) parity.record(evaluation(`flag-${index}`, index));
      const names = parts(parity).slice(2);
      assert.equal(names.length, 64);
      for (const name of names) seen.add(name);
    }
    assert.equal(seen.size, 100);
    const parity = reporter();
    parity.record(evaluation("é".repeat(2000), 1));
    for (let index = 0; index < 10; index++) parity.record(evaluation(`${index}`.repeat(500), index));
    assert.equal(parts(parity).length, 2 + 7);
    assert.ok((parity.header()["Isoflag-Answers"]?.length ?? 0) <= 4096);
  });

  it("is sent with a share of the requests", () => {
    const numbers = [0.5, 0.009, 0.01, 0];
    /** @param {number | undefined} sampling */
    const sent = sampling =>
      numbers.map(number => {
        const parity = reporter({ sampling, random: () => number });
        parity.record(evaluation("a", 1));
        return parts(parity).length > 0;
      });
    assert.deepEqual(sent(undefined), [false, true, false, true]);
    assert.deepEqual(sent(0), [false, false, false, false]);
    assert.deepEqual(sent(1), [true, true, true, true]);
    assert.deepEqual(reporter().header(), {});
  });
});
