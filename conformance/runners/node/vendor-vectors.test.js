/** The vendor's contract cases, if their folder is beside the checkout. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import canonicalize from "canonicalize";
import { Flags, ready } from "isoflag";
import { readJsonFiles, VENDOR_VECTORS } from "./files.js";

await ready();

const GETTERS = {
  bool: "boolVariationDetail",
  int: "numberVariationDetail",
  double: "numberVariationDetail",
  string: "stringVariationDetail",
  any: "jsonVariationDetail",
};

const same = (found, wanted) => assert.equal(canonicalize(found), canonicalize(wanted));

function withoutNulls(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([name, item]) => [name, withoutNulls(item)]),
  );
}

function checkState(flags, given) {
  const state = flags.allFlagsState(given.context, { ...given.options, now: 1_800_000_000_000 });
  const wanted = { $valid: true, ...given.expectAllFlags };
  const { $flagsState: metas, ...values } = state;
  const { $flagsState: wantedMetas, ...wantedValues } = wanted;
  same(values, wantedValues);
  same(withoutNulls(metas), withoutNulls(wantedMetas));
}

function checkDetail(flags, given) {
  const { flagKey, context, bigSegments, expect } = given;
  const detail = flags[GETTERS[given.valueType]](flagKey, context, given.default, { bigSegments });
  const found = { value: detail.value, variationIndex: detail.variationIndex, reason: detail.reason };
  same(Object.fromEntries(Object.keys(expect).map(name => [name, found[name]])), expect);
  const asked = new Set(flags.bigSegmentKeys(context));
  for (const key of given.expectQueries ?? []) assert.ok(asked.has(key), key);
}

const skip = existsSync(VENDOR_VECTORS) ? false : "no folder of vendor vectors beside the checkout";
describe("vendor vectors", { skip }, () => {
  const files = readJsonFiles(VENDOR_VECTORS);
  it("are there", () => assert.ok(files.length > 0));
  for (const { content } of files) {
    for (const given of content.cases) {
      const notReady = given.options?.clientNotReady && "a client that is not ready has no document";
      it(given.name, { skip: notReady ?? false }, () => {
        const flags = Flags.fromObject({ flags: given.flags, segments: given.segments ?? {} });
        if (given.expectAllFlags === undefined) checkDetail(flags, given);
        else checkState(flags, given);
        flags.free();
      });
    }
  }
});
