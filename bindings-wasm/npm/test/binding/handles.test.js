/** Tests that handles are freed, and that freed objects remain invalid. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../../dist/generated/glue.js";
import {
  Context,
  checkEnvironments,
  DocumentHistory,
  Flags,
  replay,
  secureModeHash,
} from "../../dist/node.js";
import { document, flag, ruleFlag } from "../documents.js";

const user = { kind: "user", key: "ada" };
const text = JSON.stringify(document(flag("on"), flag("object", { variations: [{ a: 1 }] })));

describe("handles", () => {
  it("are not left behind by a call with a plain object", () => {
    const flags = Flags.fromJson(text);
    const before = liveHandles();
    for (const context of [user, {}, null]) {
      const given = /** @type {any} */ (context);
      flags.variation("on", given, null);
      flags.variationDetail("object", given, null);
      flags.boolVariation("on", given, false);
      flags.allFlagsState(given);
      flags.explain("on", given);
      flags.bigSegmentKeys(given);
    }
    secureModeHash("key", user);
    assert.equal(liveHandles(), before);
    flags.free();
    assert.equal(liveHandles(), before - 1);
  });

  it("are not left behind by calls that throw", () => {
    const flags = Flags.fromJson(text);
    const before = liveHandles();
    assert.throws(() => Flags.fromJson("{"));
    assert.throws(() => flags.apply("{"));
    assert.throws(() => Context.fromObject(/** @type {any} */ ({})));
    assert.throws(() => new Context(""));
    assert.throws(() => secureModeHash("key", /** @type {any} */ ({})));
    // @ts-expect-error: not what the type allows
    assert.throws(() => flags.bind(user, { bigSegments: 5 }));
    // @ts-expect-error: not what the type allows
    assert.throws(() => flags.variation("on", user, null, { bigSegments: 5 }));
    assert.equal(liveHandles(), before);
  });

  it("are freed by free(), once", () => {
    const before = liveHandles();
    const flags = Flags.fromJson(text);
    const context = new Context("ada");
    const bound = flags.bind(context);
    const patched = flags.apply({ flags: {} });
    const clocked = context.withClock(0, 0);
    assert.equal(liveHandles(), before + 5);
    for (const held of [flags, context, bound, patched, clocked]) {
      held.free();
      held.free();
    }
    assert.equal(liveHandles(), before);
    assert.throws(() => flags.variation("on", user, null), /used after `free\(\)`/);
    assert.throws(() => flags.keys(), /used after `free\(\)`/);
    assert.throws(() => bound.variation("on", null), /used after `free\(\)`/);
    assert.throws(() => context.key, /used after `free\(\)`/);
    assert.throws(() => patched.variation("on", context, null), /used after `free\(\)`/);
  });

  it("are freed by Symbol.dispose", () => {
    const before = liveHandles();
    const held = [Flags.fromJson(text), new Context("ada"), Flags.fromJson(text).bind(user)];
    for (const one of held) one[Symbol.dispose]();
    assert.equal(liveHandles(), before + 1);
  });

  it("of bound flags outlive the document", () => {
    const flags = Flags.fromJson(text);
    const bound = flags.bind(user);
    flags.free();
    assert.equal(bound.variation("on", null), true);
    assert.deepEqual(bound.variation("object", null), { a: 1 });
    assert.equal(bound.allFlagsState().on, true);
  });

  it("are freed once their objects are collected", async () => {
    assert.ok(globalThis.gc, "run with --expose-gc");
    const flags = Flags.fromJson(text);
    const before = liveHandles();
    for (let count = 0; count < 200; count++) {
      flags.bind(user);
      new Context("ada");
    }
    let live = liveHandles();
    for (let attempt = 0; attempt < 500 && live > before; attempt++) {
      globalThis.gc();
      await setTimeout(10);
      live = liveHandles();
    }
    assert.ok(live <= before, `${live} handles are alive, ${before} were before`);
    assert.equal(flags.variation("on", user, null), true);
  });
});

describe("a document that is freed while a call reads an object", () => {
  const of = (/** @type {unknown} */ value) => ({
    flags: { f: flag("f", { variations: [value], fallthrough: { variation: 0 } }) },
  });
  /** @param {Flags} flags @param {boolean} isPlain */
  const freeing = (flags, isPlain) => {
    class User {}
    const user = isPlain ? {} : new User();
    Object.assign(user, { kind: "user", key: "ada" });
    return Object.defineProperty(user, "odd", {
      enumerable: true,
      get() {
        flags.free();
        // Some of these reuse the freed slot.
        for (let turn = 0; turn < 300; turn++) {
          const other = Flags.fromObject(of("other"));
          if (turn % 2 === 0) other.free();
        }
        Flags.fromObject(of("other"));
        return 0;
      },
    });
  };
  const bigSegments = /** @type {const} */ ({ status: "HEALTHY", memberships: {} });
  /** @type {Record<string, (flags: Flags, context: any) => unknown>} */
  const uses = {
    variation: (flags, context) => flags.variation("f", context, "default"),
    variationDetail: (flags, context) => flags.variationDetail("f", context, "default"),
    withBigSegments: (flags, context) => flags.variation("f", context, "default", { bigSegments }),
    bind: (flags, context) => flags.bind(context).variation("f", "default"),
    allFlagsState: (flags, context) => flags.allFlagsState(context),
    explain: (flags, context) => flags.explain("f", context),
    consistency: (flags, context) => flags.consistency("f", context, 0, 0),
    receipt: (flags, context) => flags.receipt("f", context),
    bigSegmentKeys: (flags, context) => flags.bigSegmentKeys(context),
    strategyFor: (flags, context) => flags.strategyFor("production", context),
    apply: (flags, context) => flags.apply({ flags: {}, meta: context }),
    diff: (flags, context) => flags.diff({ flags: {}, meta: context }),
    impact: (flags, context) => flags.impact({ flags: {}, meta: context }),
    check: (flags, context) => flags.check({ now: context.odd }),
    withStrategy: (flags, context) => flags.withStrategy("Custom", { on: [], off: [], ...context }),
    checked: (flags, context) => checkEnvironments({ one: flags, other: { flags: {}, meta: context } }),
    replay: (flags, context) => replay(flags.receipt("f", { kind: "user", key: "ada" }), flags, context),
  };
  for (const [name, use] of Object.entries(uses)) {
    for (const isPlain of [true, false]) {
      it(`is not mistaken for another by ${name}, ${isPlain ? "plain" : "encoded"}`, () => {
        const flags = Flags.fromObject(of("one"));
        flags.variation("f", { kind: "user", key: "ada" }, 0);
        assert.throws(() => use(flags, freeing(flags, isPlain)), /used after `free\(\)`/);
      });
    }
  }

  it("by a number's own code keeps the binding for the call", () => {
    const flags = Flags.fromObject(of("one"));
    const now = { valueOf: () => /** @type {any} */ (freeing(flags, true)).odd };
    assert.equal(flags.allFlagsState(user, { now: /** @type {any} */ (now) }).f, "one");
    assert.throws(() => flags.keys(), /used after `free\(\)`/);
  });

  it("keeps objects bound to it", () => {
    const flags = Flags.fromObject(of("one"));
    const bound = flags.bind(user);
    assert.throws(() => flags.bind(/** @type {any} */ (freeing(flags, true))), /used after `free\(\)`/);
    assert.equal(bound.variation("f", 0), "one");
  });
});

describe("a call in a getter", () => {
  it("does not change the answer of the call around it", () => {
    const one = Flags.fromObject({ flags: { f: ruleFlag("f", { attribute: "a", values: [1] }) } });
    const other = Flags.fromObject({ flags: { f: flag("f") } });
    for (const throws of [false, true]) {
      for (let turn = 0; turn < 3; turn++) {
        const context = {
          kind: "user",
          key: "ada",
          a: 1,
          get odd() {
            assert.equal(other.variation("f", { kind: "user", key: "inner", a: 2 }, 0), true);
            assert.equal(one.variation("f", { kind: "user", key: "inner", a: 2 }, 0), false);
            one.bind({ kind: "user", key: "inner" }).free();
            if (throws) throw new RangeError("mine");
            return turn;
          },
        };
        assert.equal(one.variationDetail("f", context, 0).reason.kind, "RULE_MATCH");
        assert.equal(one.bind(context).variationDetail("f", 0).reason.kind, "RULE_MATCH");
      }
    }
  });

  it("that overflows the stack has no JSON form, and does not count as a trap", () => {
    const flags = Flags.fromObject({ flags: { f: flag("f") } });
    /** @returns {number} */
    const endless = () => endless() + 1;
    const context = {
      kind: "user",
      key: "ada",
      get odd() {
        return endless();
      },
    };
    assert.deepEqual(flags.variationDetail("f", context, 0).reason, { kind: "FALLTHROUGH" });
    assert.equal(flags.variation("f", { kind: "user", key: "ada" }, 0), true);
  });
});

describe("what is kept for a trap", () => {
  it("does not keep a history, flags or a context from being garbage", async () => {
    const before = liveHandles();
    (() => {
      for (let turn = 0; turn < 50; turn++) {
        const flags = Flags.fromJson(text);
        const history = new DocumentHistory();
        history.add(flags, 1);
        history.add(flags.apply({ flags: {} }), 2);
        const context = new Context("ada").withClock(0, 0);
        flags.bind(Context.multi(context, new Context("acme", { kind: "org" }))).variation("on", 0);
        flags.variation("on", user, 0);
      }
    })();
    for (let turn = 0; turn < 20 && liveHandles() > before; turn++) {
      globalThis.gc?.();
      await setTimeout(5);
    }
    assert.ok(liveHandles() <= before, `${liveHandles()} of ${before}`);
  });

  it("is only the text", async () => {
    const much = `{"flags":{},"meta":{"much":"${"x".repeat(20 << 20)}"}}`;
    globalThis.gc?.();
    await setTimeout(5);
    const before = process.memoryUsage().arrayBuffers;
    const flags = Flags.fromJson(much);
    const kept = () => process.memoryUsage().arrayBuffers - before;
    for (let turn = 0; turn < 20 && kept() > 10 << 20; turn++) {
      globalThis.gc?.();
      await setTimeout(5);
    }
    assert.ok(kept() < 10 << 20, `${kept()} bytes`);
    flags.free();
  });
});
