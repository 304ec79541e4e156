// Strategies, checks and differences in JavaScript; the vectors test their results.

import assert from "node:assert/strict";
import test from "node:test";

import { Flags, fromAppConfigKey, ready, StrategyError, toAppConfigKey } from "../../dist/node.js";

await ready();

const document = {
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
const flags = Flags.fromObject(document);
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
  assert.deepEqual(flags.diff(document).flags, []);
});

test("keys are converted to AppConfig and back", () => {
  const written = toAppConfigKey("DeptA.TeamB.66623");
  assert.ok(written);
  assert.equal(fromAppConfigKey(written), "DeptA.TeamB.66623");
  assert.equal(toAppConfigKey("x".repeat(65)), undefined);
  assert.equal(fromAppConfigKey("A"), undefined);
});
