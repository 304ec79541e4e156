/** Tests of documents under the strategies that a system chooses. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Activity } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ReceiptError, replay, SystemFlags } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const grace = { kind: "user", key: "grace", email: "grace@shop.example" };
const mia = { kind: "user", key: "mia" };
const lifecycle = { status: "Done", deployedTimestamp: 1_795_172_400 };
const clauses = [{ attribute: "email", op: "endsWith", values: ["@shop.example"] }];
const beta = { strategy: "Beta", clauses };
const done = flag("new", { on: false, lifecycle });

/** @param {unknown} strategies */
const load = strategies => Flags.fromObject({ ...document(done, flag("old")), meta: { strategies } });
const flags = load({ production: [beta] });

describe("the flags of a system", () => {
  it("show a done feature to testers, by every method", () => {
    const system = new SystemFlags(flags, "production");
    for (const [context, expected] of /** @type {const} */ ([
      [grace, true],
      [mia, false],
    ])) {
      const bound = system.bind(context);
      const answers = [
        system.boolVariation("new", context, false),
        system.boolVariationDetail("new", context, false).value,
        system.variation("new", context, null),
        system.variationDetail("new", context, null).value,
        system.jsonVariation("new", context, null),
        system.jsonVariationDetail("new", context, null).value,
        system.allFlagsState(context)["new"],
        JSON.parse(system.explain("new", context).toJson()).answer.value,
        system.consistency("new", context, 0, 1).enabled,
        system.under(context).flags.boolVariation("new", context, false),
        bound.boolVariation("new", false),
      ];
      assert.deepEqual(new Set(answers), new Set([expected]));
      bound.free();
    }
    assert.equal(system.numberVariation("new", grace, 5), 5);
    assert.equal(system.numberVariationDetail("new", grace, 5).reason.errorKind, "WRONG_TYPE");
    assert.equal(system.stringVariation("new", grace, "x"), "x");
    assert.equal(system.stringVariationDetail("new", grace, "x").value, "x");
    // @ts-expect-error: an invalid context
    assert.equal(system.boolVariation("new", { kind: "user" }, false), false);
    system.free();
  });

  it("make the document under a strategy once", () => {
    const before = liveHandles();
    const system = new SystemFlags(load({ production: [beta, { ...beta }] }), "production");
    const { flags: under, strategy } = system.under(grace);
    assert.deepEqual(strategy, { strategy: "Beta" });
    assert.deepEqual(system.strategyFor(grace), strategy);
    assert.equal(system.under({ ...grace, key: "eve" }).flags, under);
    assert.equal(system.under(mia).flags, system.flags);
    assert.equal(system.strategyFor(mia), undefined);
    assert.equal(system.digest, system.flags.digest);
    assert.equal(liveHandles(), before + 3);
    system.free();
    system.flags.free();
    assert.equal(liveHandles(), before);
  });

  it("are the document itself without strategies", () => {
    for (const strategies of [undefined, null, {}, { development: ["Flush Out"] }]) {
      const given = load(strategies);
      const before = liveHandles();
      const system = new SystemFlags(given, "production");
      assert.equal(system.under(grace).flags, given);
      assert.deepEqual(system.problems, []);
      assert.deepEqual(system.receipt("new", grace).toJson(), given.receipt("new", grace).toJson());
      assert.equal(liveHandles(), before);
      system.free();
      given.free();
    }
  });

  it("report invalid strategies, and ignore them", () => {
    const given = load({ production: ["canary", { strategy: "Custom Production", on: ["gone"] }] });
    const system = new SystemFlags(given, "production");
    assert.equal(system.problems.length, 2);
    assert.match(system.problems[1] ?? "", /^`meta\.strategies\.production\[1\]`: `on`: .* no flag `gone`$/);
    assert.equal(system.strategyFor(grace), undefined);
    assert.equal(system.boolVariation("new", grace, true), false);
    // @ts-expect-error: no system
    assert.throws(() => new SystemFlags(given, "staging"), /`staging` is not a system/);
    // @ts-expect-error: no flags
    assert.throws(() => new SystemFlags({}, "production"), TypeError);
    system.free();
    given.free();
  });

  it("use memberships of big segments", () => {
    const clauses = [{ op: "segmentMatch", values: ["qa"] }];
    const given = Flags.fromObject({
      ...document(done),
      segments: { qa: { key: "qa", unbounded: true, generation: 1 } },
      meta: { strategies: { production: [{ strategy: "Beta", clauses }] } },
    });
    const system = new SystemFlags(given, "production");
    const bigSegments = /** @type {const} */ ({
      status: "HEALTHY",
      memberships: { mia: { "qa.g1": true } },
    });
    assert.equal(system.boolVariation("new", mia, false, { bigSegments }), true);
    assert.equal(system.boolVariation("new", grace, false, { bigSegments }), false);
    assert.equal(system.boolVariation("new", mia, false), false);
    system.free();
    given.free();
  });

  it("name the strategy in receipts", () => {
    const system = new SystemFlags(flags, "production");
    const receipt = system.receipt("new", grace);
    assert.deepEqual(receipt["strategy"], { strategy: "Beta" });
    assert.equal(receipt["digest"], flags.digest);
    assert.equal(replay(receipt, flags, grace).toJson(), receipt.toJson());
    const forged = receipt.toJson().replace('"Beta"', '"Production"');
    assert.throws(() => replay(forged, flags, grace), ReceiptError);
    assert.equal(system.receipt("new", mia).toJson(), flags.receipt("new", mia).toJson());
    system.free();
  });

  it("name the strategy in activity", () => {
    const activity = new Activity({ now: () => 1 });
    const system = new SystemFlags(flags, "production");
    const observed = activity.observe(system);
    assert.equal(observed.boolVariation("new", grace, false), true);
    const bound = observed.bind(grace);
    assert.equal(bound.boolVariation("new", false), true);
    assert.equal(observed.boolVariation("new", mia, false), false);
    assert.deepEqual(activity.toObject().flags["new"], {
      counts: { [flags.digest]: { 0: 2, 1: 1 } },
      first: 1,
      last: 1,
      strategies: { Beta: 2 },
    });
    bound.free();
    system.free();
  });
});
