// Planned rollouts in JavaScript; the vectors contain the tables.

import assert from "node:assert/strict";
import test from "node:test";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ready } from "../../dist/node.js";

await ready();

const NOW = 1_795_172_400.5;
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
