// Tests of `isoflag/testing`: overrides, also signed ones, recordings, and suites under a strategy.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, test } from "node:test";
import { promisify } from "node:util";
import { liveHandles } from "../../dist/generated/glue.js";
import {
  createSource,
  DocumentHistory,
  Flags,
  inventory,
  promote,
  replay,
  SystemFlags,
  suggest,
} from "../../dist/node.js";
import {
  eachState,
  record,
  signOverrides,
  testWithFlag,
  underStrategy,
  withOverrides,
} from "../../dist/testing.js";
import { document, flag, ruleFlag } from "../documents.js";

const user = { kind: "user", key: "ada" };
const flags = Flags.fromObject(
  document(
    flag("on", { version: 7 }),
    flag("off", { on: false, clientSideAvailability: { usingEnvironmentId: true } }),
    ruleFlag("ruled", { attribute: "key", values: ["ada"] }),
    flag("dependent", { prerequisites: [{ key: "on", variation: 0 }] }),
    flag("broken", { fallthrough: { variation: 9 } }),
  ),
);

describe("overrides", () => {
  it("serve a value of any type to everybody, for existing flags and for others", () => {
    for (const value of [true, false, 0, 1.5, "", "text", null, [], [1], {}, { a: { b: [null] } }]) {
      const overridden = withOverrides(flags, { on: value, off: value, broken: value, unknown: value });
      for (const key of ["on", "off", "broken", "unknown"]) {
        for (const context of [user, { kind: "org", key: "acme" }]) {
          const detail = overridden.variationDetail(key, context, "default");
          assert.deepEqual(detail.value, value);
          assert.deepEqual(detail.reason, { kind: "FALLTHROUGH" });
        }
      }
      assert.equal(overridden.variation("ruled", user, null), true);
      overridden.free();
    }
  });

  it("leave the document unchanged, and create one handle", () => {
    const before = liveHandles();
    const { digest } = flags;
    const overridden = withOverrides(flags, { on: false });
    assert.equal(liveHandles(), before + 1);
    assert.equal(flags.boolVariation("on", user, false), true);
    assert.equal(flags.digest, digest);
    overridden.free();
    assert.equal(liveHandles(), before);
  });

  it("can be overridden again", () => {
    const first = withOverrides(flags, { on: false });
    const second = withOverrides(first, { on: true });
    const third = withOverrides(second, { on: "third" });
    assert.deepEqual(
      [first, second, third].map(each => each.variation("on", user, null)),
      [false, true, "third"],
    );
    for (const each of [first, second, third]) each.free();
  });

  it("apply to flags that depend on the flag", () => {
    assert.equal(flags.boolVariation("dependent", user, false), true);
    const off = withOverrides(flags, { on: false });
    assert.deepEqual(off.variationDetail("dependent", user, null).reason, {
      kind: "PREREQUISITE_FAILED",
      prerequisiteKey: "on",
    });
    const on = withOverrides(off, { on: true });
    assert.equal(on.boolVariation("dependent", user, false), true);
    off.free();
    on.free();
  });

  it("keep the flags available to browsers", () => {
    const overridden = withOverrides(flags, { on: 1, off: 2, unknown: 3 });
    const state = overridden.allFlagsState(user, { clientSideOnly: true });
    assert.deepEqual(Object.keys(state), ["$flagsState", "$valid", "off", "unknown"]);
    overridden.free();
  });

  it("reject values without a JSON form, with their path", () => {
    const before = liveHandles();
    assert.throws(() => withOverrides(flags, { on: /** @type {any} */ (() => 1) }), {
      name: "DocumentError",
      path: "flags.on.variations[0]",
    });
    assert.equal(liveHandles(), before);
  });
});

describe("a test for each state", () => {
  /** @type {string[]} */
  const names = [];
  /** @type {unknown[]} */
  const seen = [];
  const before = liveHandles();
  const collect = (/** @type {string} */ name, /** @type {() => void | Promise<void>} */ body) => {
    names.push(name);
    return body;
  };

  it("runs with a flag on and off", async () => {
    const bodies = testWithFlag(collect, "shows the total", flags, "on", state => {
      seen.push([state.value, state.flags.variation("on", user, null)]);
    });
    assert.deepEqual(names.splice(0), ["shows the total (on: true)", "shows the total (on: false)"]);
    for (const body of bodies) await body();
    assert.deepEqual(seen.splice(0), [
      [true, true],
      [false, false],
    ]);
  });

  it("runs with every combination, loading the document when the test runs", async () => {
    let loads = 0;
    const load = () => {
      loads++;
      return flags;
    };
    const bodies = eachState(
      collect,
      "total",
      load,
      { on: [true, false], color: ["red", "blue"] },
      async state => {
        await null;
        seen.push([state.values, state.flags.variation("color", user, null)]);
      },
    );
    assert.equal(loads, 0);
    assert.deepEqual(names.splice(0), [
      'total (on: true, color: "red")',
      'total (on: true, color: "blue")',
      'total (on: false, color: "red")',
      'total (on: false, color: "blue")',
    ]);
    for (const body of bodies) await body();
    assert.equal(loads, 4);
    assert.deepEqual(seen.splice(0).at(-1), [{ on: false, color: "blue" }, "blue"]);
  });

  it("frees its documents even if the test fails", async () => {
    const bodies = testWithFlag(collect, "fails", flags, "on", () => assert.fail("on purpose"));
    for (const body of bodies) await assert.rejects(async () => body(), /on purpose/);
    assert.equal(liveHandles(), before);
  });

  /** @type {unknown[]} */
  const run = [];
  testWithFlag(test, "runs under node:test", flags, "on", ({ value }) => {
    run.push(value);
  });
  test("ran under node:test", () => assert.deepEqual(run, [true, false]));

  it("runs under vitest", async () => {
    const cwd = new URL("vitest/", import.meta.url);
    const vitest = new URL("../../node_modules/vitest/vitest.mjs", import.meta.url);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [vitest.pathname, "run", "--reporter=json", "--no-cache"],
      { cwd },
    );
    const report = JSON.parse(stdout);
    const results = report.testResults.flatMap((/** @type {any} */ result) => result.assertionResults);
    assert.deepEqual(
      results.map((/** @type {any} */ result) => [result.title, result.status]),
      [
        ["the total (checkout: true)", "passed"],
        ["the total (checkout: false)", "passed"],
      ],
    );
  });
});

describe("a recording", () => {
  it("contains every evaluation of flags and of bound flags", () => {
    const before = liveHandles();
    const { flags: watched, evaluations, keys, clear } = record(flags);
    watched.boolVariation("on", user, false);
    const bound = watched.bind(user);
    bound.variation("unknown", "none");
    bound.variationDetail("on", null);
    bound.free();
    assert.equal(liveHandles(), before);
    assert.deepEqual(keys(), ["on", "unknown"]);
    assert.deepEqual(
      evaluations.map(({ key, context, defaultValue, detail }) => [
        key,
        context,
        defaultValue,
        detail.value,
        detail.variationIndex,
      ]),
      [
        ["on", user, false, true, 0],
        ["unknown", user, "none", "none", null],
        ["on", user, null, true, 0],
      ],
    );
    assert.equal(evaluations[0]?.digest, flags.digest);
    assert.equal(evaluations[1]?.detail.reason?.errorKind, "FLAG_NOT_FOUND");
    clear();
    assert.deepEqual(keys(), []);
    assert.ok(watched instanceof Flags);
    assert.equal(watched.digest, flags.digest);
    assert.throws(() => watched.bind(user, /** @type {any} */ ({ bigSegments: 5 })), TypeError);
  });

  it("works for flags that were already bound", () => {
    const bound = flags.bind(user);
    const { flags: watched, evaluations } = record(bound);
    assert.equal(watched.boolVariation("on", false), true);
    assert.deepEqual(
      evaluations.map(({ key, context }) => [key, context]),
      [["on", undefined]],
    );
    watched.free();
    assert.throws(() => bound.boolVariation("on", false), /used after `free\(\)`/);
  });

  it("works for flags that can be overridden, and overridden flags can be recorded", () => {
    const { flags: watched, keys } = record(withOverrides(flags, { on: "mine" }));
    assert.equal(watched.stringVariation("on", user, ""), "mine");
    assert.deepEqual(keys(), ["on"]);
    const again = withOverrides(watched, { on: "again" });
    assert.equal(again.stringVariation("on", user, ""), "again");
    again.free();
    watched.free();
  });
});

describe("the flags of a recording, and of a source with a time zone", () => {
  /** Calls that take a document. @type {Record<string, (given: Flags) => unknown>} */
  const calls = {
    diff: given => String(flags.diff(given)),
    impact: given => flags.impact(given).changed,
    supersedes: given => flags.supersedes(given, {}),
    stepsBackFrom: given => flags.stepsBackFrom(given),
    patchBetween: given => Flags.patchBetween(given, flags),
    history: given => new DocumentHistory().add(given, 1),
    suggest: given => suggest(given, "on", user, 0).status,
    inventory: given => inventory({ production: given }, { now: 1 }).rows,
    promote: given => promote(given, '{"flags":{}}', { now: 1 }).text,
    replay: given => replay(flags.receipt("on", user), given, user).toJson(),
    SystemFlags: given => new SystemFlags(given, "production").boolVariation("on", user, false),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`are a document for ${name}`, async () => {
      const fetch = async () => new Response(flags.toJson());
      const source = createSource({ url: "https://a.example/f", timezone: "Europe/Berlin", fetch });
      const { flags: local } = await source.loaded;
      for (const given of [record(flags).flags, /** @type {Flags} */ (local)]) {
        assert.deepEqual(call(given), call(flags));
      }
      source.close();
    });
  }
});

const staged = {
  flags: { new: { on: false, variations: [true, false], offVariation: 1, lifecycle: { status: "Staging" } } },
};

describe("a suite under a strategy", () => {
  /** Returns the flag's value under a strategy. @param {Parameters<typeof underStrategy>[1]} [strategy] */
  function served(strategy) {
    const flags = Flags.fromObject(staged);
    const overlaid = underStrategy(flags, strategy);
    const value = overlaid.boolVariation("new", { key: "mia" }, false);
    if (overlaid !== flags) overlaid.free();
    flags.free();
    return value;
  }

  it("uses the named strategy", () => {
    assert.equal(served("Next Release"), true);
    assert.equal(served("Production State"), false);
  });

  it("uses the strategy of the environment, or none", () => {
    assert.equal(served(), false);
    process.env.ISOFLAG_STRATEGY = "Flush Out";
    try {
      assert.equal(served(), true);
    } finally {
      delete process.env.ISOFLAG_STRATEGY;
    }
  });
});

test("a suite under a strategy is evidence for a certification", () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflag-"));
  const file = join(folder, "evidence");
  process.env.ISOFLAG_STRATEGY = "next-release";
  process.env.ISOFLAG_EVIDENCE = file;
  try {
    const flags = Flags.fromObject(staged);
    const overlaid = underStrategy(flags);
    const bound = overlaid.bind({ kind: "user", key: "mia" });
    for (const each of [overlaid, overlaid]) each.boolVariation("new", { key: "mia" }, false);
    assert.equal(bound.boolVariation("new", false), true);
    bound.boolVariation("no-such-flag", false);
    // An override creates another document, which is not the certified one.
    const overridden = withOverrides(overlaid, { new: false });
    assert.equal(overridden.boolVariation("new", { key: "mia" }, true), false);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    const activities = lines.map(line => JSON.parse(line));
    assert.deepEqual(
      activities.map(({ activity, flags: evaluated }) => [activity, Object.keys(evaluated)]),
      [
        [1, ["new"]],
        [1, ["no-such-flag"]],
      ],
    );
    assert.deepEqual(activities[0].flags.new.counts, { [overlaid.digest]: { 0: 1 } });
    overlaid.free();
    flags.free();
  } finally {
    delete process.env.ISOFLAG_STRATEGY;
    delete process.env.ISOFLAG_EVIDENCE;
    rmSync(folder, { recursive: true });
  }
});

const file = new URL("../../../../conformance/overrides/cases.json", import.meta.url);
/** @type {{ secret: string, environment: string, now: number, valid: { name: string, overrides: {}, token: string }[] }} */
const { secret, environment, now, valid } = JSON.parse(await readFile(file, "utf8"));

for (const { name, overrides, token } of valid) {
  it(`signs ${name}`, async test => {
    test.mock.timers.enable({ apis: ["Date"], now: now * 1000 });
    assert.equal(await signOverrides(secret, { environment, overrides, seconds: 60 }), token);
  });
}

it("signs no token that is longer than a cookie", async () => {
  const overrides = { checkout: "x".repeat(4000) };
  await assert.rejects(signOverrides(secret, { environment, overrides }), RangeError);
});
