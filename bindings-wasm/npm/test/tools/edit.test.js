// Edits of a document's text, and conversions from other tools.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { convert, DocumentError, edit, Flags, promote } from "../../dist/node.js";

const text =
  '{ "flags": {"new":  {"on": false, "variations": [false, true], "fallthrough": {"variation": 1}}}}';

/** @type {import("../../dist/tools/edit.js").Edit[]} */
const on = [{ op: "on", key: "new" }];

describe("edit", () => {
  it("changes only the members of the edit", () => {
    const after = edit(text, on, { now: 99 });
    assert.equal(
      after,
      '{ "meta": {"version": 1, "lastModifiedTimestamp": 99}, "flags": {"new":  {"on": true, "variations": [false, true], ' +
        '"fallthrough": {"variation": 1}, "lifecycle": {"lastModifiedTimestamp": 99}, "version": 1}}}',
    );
    assert.equal(edit(new TextEncoder().encode(text), on, { now: 99.9 }), after);
    assert.equal(edit(text, []), text);
  });

  it("takes the time of the host", () => {
    const before = Math.floor(Date.now() / 1000);
    const { meta } = JSON.parse(edit(text, on));
    assert.ok(before <= meta.lastModifiedTimestamp && meta.lastModifiedTimestamp <= Date.now() / 1000);
  });

  it("rejects edits that do not fit, with a place", () => {
    for (const [edits, code, path] of /** @type {[any, string, string][]} */ ([
      [[{ op: "on", key: "old" }], "unknown-flag", "flags.old"],
      [[{ op: "rollout", key: "new", percent: 101 }], "invalid-edit", "edits[0].percent"],
      [{ op: "on", key: "new" }, "invalid-edit", "edits"],
    ])) {
      assert.throws(
        () => edit(text, edits),
        (/** @type {DocumentError} */ error) => {
          assert.ok(error instanceof DocumentError);
          assert.deepEqual([error.code, error.path], [code, path]);
          return true;
        },
      );
    }
    assert.throws(() => edit("{", []), { name: "DocumentError", code: "not-json", line: 1 });
    assert.throws(() => edit(text, [], { now: 1.8e12 }), /`now`: `1800000000000` is not a time in seconds/);
    assert.throws(() => edit(/** @type {any} */ ({ flags: {} }), []), /expected JSON text or bytes/);
  });
});

describe("promote", () => {
  const staging =
    '{"flags": {"new": {"on": true, "variations": [false, true], "fallthrough": {"rollout": ' +
    '{"variations": [{"variation": 1, "weight": 100000}]}}, "description": "d"}, "other": {}}}';

  it("carries the definition, and notes what it leaves out", () => {
    const options = { features: ["new"], now: 99 };
    const promoted = promote(staging, text, options);
    assert.equal(
      promoted.text,
      text
        .replace('{ "flags"', '{ "meta": {"version": 1, "lastModifiedTimestamp": 99}, "flags"')
        .replace('{"variation": 1}', '{"variation": 1}, "version": 1, "description": "d"'),
    );
    assert.deepEqual(promoted.notes, []);
    const loaded = Flags.fromJson(staging);
    assert.deepEqual(promote(loaded, new TextEncoder().encode(text), { ...options, now: 99.9 }), promoted);
    assert.deepEqual(promote(JSON.parse(staging), text, options), promoted);
    loaded.free();
    const [note] = promote(staging, '{"flags": {}}', { features: ["new"] }).notes;
    assert.deepEqual([note?.code, note?.path], ["rollout-left-out", "flags.new.fallthrough"]);
    const more = { ...options, withRollout: true, withOn: true, withTargets: true };
    const all = promote(staging, '{"flags": {}}', more);
    assert.equal(JSON.parse(all.text).flags.new.on, true);
    assert.deepEqual(all.notes, []);
  });

  it("rejects flags that do not fit, with a place", () => {
    assert.throws(() => promote(staging, text, { features: ["none"] }), {
      name: "DocumentError",
      code: "unknown-flag",
      path: "flags.none",
    });
    for (const [source, target] of [
      ["{", text],
      [staging, "{"],
    ]) {
      assert.throws(() => promote(/** @type {string} */ (source), /** @type {string} */ (target)), {
        code: "not-json",
      });
    }
    assert.throws(() => promote(staging, text, { now: 1.8e12 }), /`now`: `1800000000000`/);
  });
});

describe("convert", () => {
  it("returns flags and notes", () => {
    const rules = { r: { when_match: true, conditions: [{ action: "SOMETIMES", key: "k", value: 1 }] } };
    const features = JSON.stringify({ a: { default: true }, b: { default: false, rules } });
    const { flags, notes } = convert(features);
    assert.equal(flags.boolVariation("a", { kind: "user", key: "ada" }, false), true);
    assert.deepEqual(
      notes.map(({ code, path }) => [code, path]),
      [["unknown-action", "b.rules.r.conditions[0]"]],
    );
    flags.free();
    const profile = convert('{"a": {"enabled": true}}', { source: "appconfig" }).flags;
    assert.deepEqual(profile.keys(), ["a", "a.attributes"]);
    profile.free();
  });

  it("rejects other formats", () => {
    assert.throws(() => convert("[]"), { name: "DocumentError", code: "not-a-document" });
    assert.throws(
      () => convert("{}", /** @type {any} */ ({ source: "unleash" })),
      /unknown source `unleash`/,
    );
  });
});
