import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";

import { liveHandles } from "../dist/generated/glue.js";
import { Context, Flags, secureModeHash } from "../dist/node.js";
import { document, flag } from "./documents.js";

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

  it("are not left behind by what throws", () => {
    const flags = Flags.fromJson(text);
    const before = liveHandles();
    assert.throws(() => Flags.fromJson("{"));
    assert.throws(() => flags.apply("{"));
    assert.throws(() => Context.fromObject({}));
    assert.throws(() => new Context(""));
    assert.throws(() => secureModeHash("key", {}));
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

  it("of what is bound outlive the document", () => {
    const flags = Flags.fromJson(text);
    const bound = flags.bind(user);
    flags.free();
    assert.equal(bound.variation("on", null), true);
    assert.deepEqual(bound.variation("object", null), { a: 1 });
    assert.equal(bound.allFlagsState().on, true);
  });

  it("are freed once their objects are forgotten", async () => {
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
