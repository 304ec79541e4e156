// Statuses, strategies, certification, inventories, retirements and planned rollouts in JavaScript; the vectors contain the tables.

import assert from "node:assert/strict";
import test from "node:test";
import { Activity } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import {
  checkEnvironments,
  DocumentHistory,
  Flags,
  fromAppConfigKey,
  inventory,
  LifecycleError,
  ready,
  StrategyError,
  toAppConfigKey,
} from "../../dist/node.js";

await ready();

const NOW = 1_795_172_400.5;

/** @param {string} status */
const document = (status, on = true) => ({
  meta: { version: 7 },
  flags: {
    new: {
      key: "new",
      version: 3,
      on,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 0 },
      lifecycle: { status, statusTimestamp: 100 },
    },
  },
});
/** @param {string} status */
const oneFlag = (status, on = true) => Flags.fromObject(document(status, on));

test("setting a status returns new flags", () => {
  const doing = oneFlag("Doing");
  const staging = doing.withStatus("new", "Staging", NOW);
  const written = JSON.parse(staging.toJson());
  assert.deepEqual(written.flags.new.lifecycle, {
    status: "Staging",
    statusTimestamp: 1_795_172_400,
    stagedTimestamp: 1_795_172_400,
  });
  assert.deepEqual([written.flags.new.version, staging.version], [4, 8]);
  assert.equal(Flags.fromJson(staging.toJson()).digest, staging.digest);
  assert.equal(doing.withStatus("new", "Doing", NOW).digest, doing.digest);
});

test("an invalid transition is rejected with the valid ones", () => {
  const doing = oneFlag("Doing");
  assert.throws(
    () => doing.withStatus("new", "Done", NOW),
    error =>
      error instanceof LifecycleError &&
      error.code === "illegal-transition" &&
      error.legal.join() === "Staging" &&
      /`Staging` does/.test(error.message),
  );
  // @ts-expect-error: no status
  assert.throws(() => doing.withStatus("new", "Released", NOW), {
    name: "LifecycleError",
    code: "unknown-status",
  });
  assert.throws(() => doing.withStatus("old", "Staging", NOW), /there is no flag `old`/);
});

test("a certification lists the status changes", () => {
  const flags = oneFlag("Staging");
  const found = flags.certification({ productionState: "passed", nextRelease: "passed", now: NOW });
  assert.deepEqual([found.verdict, found.deployable], ["certified", true]);
  assert.deepEqual(found.changes, [
    {
      key: "new",
      from: "Staging",
      to: "Done",
      set: { status: "Done", stagedTimestamp: 100, statusTimestamp: 1_795_172_400 },
    },
  ]);
  const older = flags.certification({
    productionState: "passed",
    nextRelease: "passed",
    artifactTime: 99,
    now: NOW,
  });
  assert.deepEqual(older.changes, []);
  assert.equal(older.left[0]?.included, "no");
  assert.throws(
    // @ts-expect-error: no result
    () => flags.certification({ productionState: "green", nextRelease: "passed", now: NOW }),
    /`productionState`: invalid result `green`: expected/,
  );
});

test("a certification uses the evaluated flags", () => {
  const flags = Flags.fromObject({
    flags: { new: { lifecycle: { status: "Staging" } }, other: { on: true } },
  });
  const options = /** @type {const} */ ({ productionState: "passed", nextRelease: "passed", now: NOW });
  /** @param {string[]} productionState @param {string[]} nextRelease */
  const found = (productionState, nextRelease) => {
    const evaluated = { productionState, nextRelease };
    const { verdict, changes, untested } = flags.certification({ ...options, evaluated });
    return [verdict, changes.length, untested];
  };
  assert.deepEqual(found(["new"], ["new"]), ["certified", 1, []]);
  assert.deepEqual(found(["other"], ["other"]), ["certified", 0, ["new"]]);
  assert.deepEqual(found(["new"], []), ["deployable", 0, []]);
  assert.deepEqual(found([], []), ["not-deployable", 0, []]);
  assert.deepEqual(found(["gone"], ["gone"]), ["not-deployable", 0, []]);
  assert.throws(
    // @ts-expect-error: no keys
    () => found([7], []),
    /`evaluated`: `productionState`: expected an array of keys/,
  );
});

test("a deployment lists the features that enter Beta", () => {
  const artifacts = [
    { timestamp: 200, deployable: true },
    { timestamp: 300, deployable: false },
  ];
  const flags = Flags.fromObject({ ...document("Done"), meta: { artifacts } });
  const found = flags.deployment(200, NOW);
  assert.deepEqual(found.features, [{ key: "new", status: "Done", included: "yes", beta: true }]);
  assert.deepEqual(found.changes[0]?.set, { deployedTimestamp: 1_795_172_400 });
  assert.throws(() => flags.deployment(300, NOW), { name: "LifecycleError", code: "not-deployable" });
  assert.throws(() => flags.deployment(400, NOW), { name: "LifecycleError", code: "not-certified" });
  assert.throws(() => oneFlag("Done").deployment(200, NOW), /isoflag certify --artifact-time 200/);
});

test("a feature of several modules waits for each", () => {
  const lifecycle = { status: "Staging", statusTimestamp: 100, modules: ["api", "web"] };
  const artifacts = [{ module: "api", timestamp: 200, deployable: true }];
  const flags = Flags.fromObject({ flags: { new: { lifecycle } }, meta: { artifacts } });
  const passed = /** @type {const} */ ({ productionState: "passed", nextRelease: "passed", now: NOW });
  const found = flags.certification({ ...passed, artifactTime: 200, module: "api" });
  assert.equal(found.module, "api");
  assert.deepEqual(found.waiting, [{ key: "new", modules: ["web"] }]);
  assert.deepEqual(found.changes[0]?.set, { certifiedTimestamps: { api: 1_795_172_400 } });
  assert.deepEqual(flags.certification(passed).changes, []);
  const deployed = flags.deployment(200, NOW, { module: "api" });
  assert.deepEqual(deployed.changes[0]?.set, { deployedTimestamps: { api: 1_795_172_400 } });
  assert.throws(
    () => flags.deployment(200, NOW, { module: "web" }),
    /certify --module web --artifact-time 200/,
  );
});

test("a rolled-out feature can be finished", () => {
  const done = oneFlag("Done");
  assert.equal(done.finish("new", 1_000, 500)?.set.cleanupTimestamp, 1_500);
  assert.equal(done.finish("new", 0)?.set.cleanupTimestamp, 4 * 7 * 24 * 3600);
  assert.equal(oneFlag("Finished").finish("new", 1_000), undefined);
  assert.throws(() => oneFlag("Done", false).finish("new", 1_000), {
    code: "not-rolled-out",
    message: /^`new` is off/,
  });
  assert.throws(
    () => oneFlag("Staging").finish("new", 1_000),
    error => error instanceof LifecycleError && error.legal.join() === "Doing,Done",
  );
});

test("an invalid time in seconds is rejected", () => {
  const flags = oneFlag("Staging");
  const options = /** @type {const} */ ({ productionState: "passed", nextRelease: "passed" });
  /** @type {[number, RegExp][]} */
  const rows = [
    [
      Date.parse("2026-11-21"),
      /`now`: `\d+` is not a time in seconds since 1970; divide milliseconds by 1000/,
    ],
    [Number.NaN, /`now`: expected a time in seconds since 1970/],
    [-1, /`now`: `-1` is not a time in seconds/],
  ];
  for (const [now, message] of rows) {
    for (const call of [
      () => flags.withStatus("new", "Done", now),
      () => flags.certification({ ...options, now }),
      () => flags.deployment(1, now),
      () => flags.finish("new", now),
      () => flags.retirements({ now }),
      () => inventory({ prod: flags }, { now }),
    ]) {
      assert.throws(call, message);
    }
  }
});

test("environments are checked beside each other", () => {
  const found = checkEnvironments({ dev: oneFlag("Doing", false), prod: document("Doing") }, { now: 5 });
  assert.deepEqual(Object.keys(found), ["dev", "prod"]);
  assert.ok(found.prod?.some(({ message }) => /while it is off in development/.test(message)));
  // @ts-expect-error: no option
  assert.throws(() => checkEnvironments({}, { owner: true }), /`owner`: there is no such option/);
});

const counted = () => {
  const activity = new Activity({ now: () => 9_999_999_000 });
  activity.record("new", 0, "sha256:0e");
  return activity;
};

test("environments are listed side by side", () => {
  const found = inventory(
    { dev: document("Doing", false), prod: JSON.stringify(document("Done")) },
    { now: 10_000_000, activity: { prod: counted() } },
  );
  assert.deepEqual([found.now, found.flags, found.attention["no-owner"]], [10_000_000, 1, 1]);
  assert.deepEqual(
    found.rows.map(({ key, environment, state }) => [key, environment, state]),
    [
      ["new", "dev", "off"],
      ["new", "prod", "on"],
    ],
  );
  assert.deepEqual(
    found.environments.map(each => each.counted),
    [false, true],
  );
  assert.throws(
    () => inventory({ dev: document("Doing") }, { now: 1, activity: { prod: counted() } }),
    /activity of `prod`, and no document of that name/,
  );
});

test("removable flags are reported with their missing evidence", () => {
  const flags = oneFlag("Done");
  const [unknown] = flags.retirements({ now: 10_000_000 });
  assert.deepEqual([unknown?.verdict, unknown?.rules.constant], ["ask", "unknown"]);
  assert.deepEqual(unknown?.constant, { value: true });
  const [known] = flags.retirements({
    now: 10_000_000,
    weeks: 1,
    history: [{ from: 0, document: document("Doing") }],
    activity: counted().toObject(),
    callSites: { new: 2 },
  });
  assert.deepEqual(known?.rules, {
    constant: "yes",
    stable: "yes",
    feedback: "unknown",
    plans: "unknown",
    need: "unknown",
    unused: "no",
  });
  assert.deepEqual([known?.stableSince, known?.callSites], [{ moment: 0, exact: false }, 2]);
  assert.throws(() => flags.retirements({ now: 1, callSites: { new: -1 } }), /`callSites`: `new`: expected/);
  assert.throws(() => flags.retirements({ now: 1, activity: "{}" }), /`activity`: /);
  assert.throws(() => flags.retirements({ now: 1, weeks: -1 }), /`weeks`: expected a number of weeks/);
});

test("an argument that is not a string is an error and no trap", () => {
  const flags = oneFlag("Doing");
  const history = new DocumentHistory();
  for (const other of [5, {}, { length: 2 ** 30 }, undefined, null, 1n]) {
    const wrong = /** @type {any} */ (other);
    for (const call of [
      () => flags.withStatus(wrong, "Staging", NOW),
      () => flags.withStatus("new", wrong, NOW),
      () => flags.finish(wrong, NOW),
      () => flags.strategyFor(wrong, { kind: "user", key: "ada" }),
      () => history.get(wrong),
    ]) {
      assert.throws(call, { name: "TypeError", message: `expected a string, found ${typeof other}` });
    }
  }
});

const staged = {
  flags: {
    new: {
      key: "new",
      on: false,
      variations: [true, false],
      offVariation: 1,
      fallthrough: { variation: 0 },
      lifecycle: { status: "Staging" },
    },
  },
  meta: { strategies: { development: [{ strategy: "Custom", on: ["new"] }] } },
};
const flags = Flags.fromObject(staged);
const ada = { kind: "user", key: "ada" };
/** @param {Flags} overlaid */
const on = overlaid => overlaid.boolVariation("new", ada, false);

test("a strategy returns new flags", () => {
  assert.equal(on(flags.withStrategy("Next Release")), true);
  assert.equal(on(flags.withStrategy("Production State")), false);
  assert.equal(on(flags.withStrategy("Custom", { on: ["new"] })), true);
  assert.equal(on(flags.withStrategy({ strategy: "Custom" }, { on: ["new"], off: ["new"] })), false);
  assert.equal(on(flags), false);
});

test("a chosen strategy can be applied", () => {
  const chosen = flags.strategyFor("development", ada);
  assert.deepEqual(chosen, { strategy: "Custom", on: ["new"] });
  assert.ok(chosen);
  assert.equal(on(flags.withStrategy(chosen)), true);
  assert.equal(flags.strategyFor("production", ada), undefined);
  // @ts-expect-error: no system
  assert.throws(() => flags.strategyFor("staging", ada), /`staging` is not a system/);
});

test("an invalid strategy is rejected", () => {
  assert.throws(
    () => flags.withStrategy("Custom", { on: ["old"] }),
    error => error instanceof StrategyError && error.code === "unknown-flag" && error.path === "on",
  );
  // @ts-expect-error: no strategy
  assert.throws(() => flags.withStrategy(undefined), StrategyError);
});

test("a check applies its options", () => {
  const notes = flags.check().map(({ code, severity }) => [code, severity]);
  assert.deepEqual(notes, [
    ["name-pattern", "info"],
    ["no-owner", "info"],
  ]);
  const found = flags.check({ owners: true, names: "/new/" });
  assert.deepEqual(
    found.map(({ code, severity }) => [code, severity]),
    [["no-owner", "error"]],
  );
  // @ts-expect-error: no option
  assert.throws(() => flags.check({ owner: true }), /`owner`: there is no such option/);
});

test("a difference has three forms", () => {
  const later = flags.withStrategy("Flush Out");
  const diff = flags.diff(later);
  assert.deepEqual(diff.answers, ["new"]);
  assert.equal(diff.to, later.digest);
  assert.match(String(diff), /turned on/);
  assert.match(diff.toMarkdown(), /^- turned on$/m);
  assert.deepEqual(flags.diff(staged).flags, []);
});

test("keys are converted to AppConfig and back", () => {
  const written = toAppConfigKey("DeptA.TeamB.66623");
  assert.ok(written);
  assert.equal(fromAppConfigKey(written), "DeptA.TeamB.66623");
  assert.equal(toAppConfigKey("x".repeat(65)), undefined);
  assert.equal(fromAppConfigKey("A"), undefined);
});

// Planned rollouts.

const stages = [{ share: 5, duration: "1h" }, { share: 100 }];

const planned = (/** @type {unknown} */ rollout) =>
  Flags.fromObject({
    meta: { version: 7 },
    flags: {
      new: {
        key: "new",
        version: 3,
        on: false,
        variations: [true, false],
        offVariation: 1,
        fallthrough: { variation: 0 },
        lifecycle: { rollout },
      },
    },
  });

test("a plan advances by one stage", () => {
  const flags = planned({ stages, alarms: ["errors"] });
  const { flags: next, decisions } = flags.advance({ errors: "OK" }, NOW);
  assert.deepEqual(decisions, [
    {
      key: "new",
      decision: "next stage",
      reason: "stage 1 of 2, 5%",
      stage: 0,
      share: 5,
      until: null,
      alarms: [],
      path: null,
      changed: true,
    },
  ]);
  assert.equal(next.version, 8);
  assert.equal(JSON.parse(next.toJson()).meta.lastModifiedTimestamp, 1_795_172_400);
  const back = next.advance({ errors: "ALARM" }, NOW + 1);
  assert.equal(back.decisions[0]?.decision, "alarm");
  assert.equal(back.flags.boolVariation("new", { key: "u" }, true), false);
  assert.equal(flags.version, 7);
});

test("a plan that waits returns an equal document, which is freed alone", () => {
  const flags = planned({ stages, alarms: ["errors"] });
  const before = liveHandles();
  const { flags: same, decisions } = flags.advance({}, NOW);
  assert.deepEqual([decisions[0]?.decision, decisions[0]?.alarms], ["waits", ["errors"]]);
  assert.equal(same.digest, flags.digest);
  same.free();
  assert.equal(liveHandles(), before);
  assert.equal(flags.version, 7);
});

test("a malformed plan is a decision with its place", () => {
  const [decision] = planned({ stages: [] }).advance({}, NOW).decisions;
  assert.deepEqual(
    [decision?.decision, decision?.path],
    ["malformed plan", "flags.new.lifecycle.rollout.stages"],
  );
});

test("invalid alarms and times are rejected", () => {
  const flags = planned({ stages });
  const before = liveHandles();
  for (const [alarms, now, message] of /** @type {[any, any, RegExp][]} */ ([
    [{ errors: "on" }, NOW, /^`alarms`: `errors`: invalid state "on": expected `ok` or `alarm`$/],
    [undefined, NOW, /^`alarms`: invalid alarms null: expected a mapping/],
    [["errors"], NOW, /^`alarms`: invalid alarms/],
    [{}, 1_795_172_400_000, /^`now`: `1795172400000` is not a time in seconds since 1970; divide/],
    [{}, undefined, /^`now`: expected a time in seconds/],
  ])) {
    assert.throws(() => flags.advance(alarms, now), { message });
  }
  assert.equal(liveHandles(), before);
  flags.free();
  assert.throws(() => flags.advance({}, NOW), { message: /free/ });
});
