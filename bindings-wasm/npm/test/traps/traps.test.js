// After a call into the module traps, the next one works: a new instance has the same documents.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import { pageOf, skip } from "../chromium.js";
import { calls, toolCalls } from "./attack.js";
import { EXPECTED } from "./exhaustion.js";

const program = new URL("./program.js", import.meta.url);

/** @param {string[]} flags @param {string[]} parameters */
async function inProcess(flags, parameters) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--expose-gc",
    ...flags,
    fileURLToPath(program),
    ...parameters,
  ]);
  return JSON.parse(stdout);
}

/** @param {string[]} workerData */
async function inThread(workerData) {
  const [result] = await once(new Worker(program, { workerData }), "message");
  return result;
}

for (const module of ["core", "tools"]) {
  describe(`a full stack inside ${module}.wasm`, { concurrency: 2 }, () => {
    for (const kilobytes of [100, 250, 984]) {
      it(`of ${kilobytes} kB leaves the package working`, async () => {
        const { caught, wrong } = await inProcess([`--stack-size=${kilobytes}`], [module, "overflow", "3"]);
        assert.deepEqual(wrong, []);
        assert.ok(caught > 0);
      });
    }

    it("of a thread leaves the package working", async () => {
      const { caught, wrong } = await inThread([module, "overflow", "3"]);
      assert.deepEqual(wrong, []);
      assert.ok(caught > 0);
    });
  });

  describe(`a document that does not fit into the memory of ${module}.wasm`, () => {
    it("is rejected, and loaded documents still evaluate", async () => {
      assert.deepEqual(await inProcess([], [module, "exhaust"]), EXPECTED);
    });

    it("is rejected in a thread too", async () => {
      assert.deepEqual(await inThread([module, "exhaust"]), EXPECTED);
    });
  });
}

describe("a trap", () => {
  /** The number of the call into the module that traps, from 1. */
  let countdown = 0;
  let instances = 0;
  const { Instance } = WebAssembly;

  /** An instance that can be made to trap, and whose memory is unusable afterwards. */
  class Trapping extends Instance {
    /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
    constructor(module, imports) {
      super(module, imports);
      instances++;
      const { memory } = /** @type {{ memory: WebAssembly.Memory }} */ (
        /** @type {unknown} */ (super.exports)
      );
      const wrapped = Object.entries(super.exports).map(([name, exported]) => {
        if (typeof exported !== "function") return [name, exported];
        const trapping = (/** @type {unknown[]} */ ...parameters) => {
          if (--countdown !== 0) return exported(...parameters);
          new Uint8Array(memory.buffer).fill(0xff);
          throw new WebAssembly.RuntimeError("memory access out of bounds");
        };
        return [name, trapping];
      });
      Object.defineProperty(this, "exports", { value: Object.fromEntries(wrapped) });
    }
  }

  it("fails at most one call, wherever it occurs", async () => {
    WebAssembly.Instance = Trapping;
    const isoflag = await import("../../dist/tools.js");
    isoflag.readySync(await readFile(new URL("../../dist/tools.wasm", import.meta.url)));
    const all = { ...calls(isoflag), ...toolCalls(isoflag) };
    let traps = 0;
    for (const [name, call] of Object.entries(all)) {
      for (let crossing = 1; ; crossing++) {
        countdown = crossing;
        try {
          assert.ok(call(), `${name}, trap ${crossing}`);
        } catch (thrown) {
          const { name: kind, cause } = /** @type {Error} */ (thrown);
          assert.ok(
            kind === "RuntimeError" || cause instanceof WebAssembly.RuntimeError,
            `${name}: ${thrown}`,
          );
        }
        if (countdown > 0) break;
        traps++;
        for (const [next, following] of Object.entries(all)) {
          assert.ok(following(), `${next}, after trap ${crossing} in ${name}`);
        }
      }
    }
    countdown = 0;
    assert.ok(traps > 50 && instances > traps, `${traps} traps, ${instances} instances`);
  });

  it("in the next call too, while the objects are created again, fails at most that call", async () => {
    const isoflag = await import("../../dist/tools.js");
    const all = { ...calls(isoflag), ...toolCalls(isoflag) };
    const trap = (
      /** @type {() => unknown} */ call,
      /** @type {number} */ crossing,
      /** @type {string} */ what,
    ) => {
      countdown = crossing;
      try {
        assert.ok(call(), what);
      } catch (thrown) {
        const { name: kind, cause } = /** @type {Error} */ (thrown);
        assert.ok(kind === "RuntimeError" || cause instanceof WebAssembly.RuntimeError, `${what}: ${thrown}`);
      }
      return countdown > 0;
    };
    for (const [name, call] of Object.entries(all)) {
      for (let crossing = 1; ; crossing++) {
        trap(call, 1, name);
        const isEnd = trap(call, crossing, `${name}, trap ${crossing} of the next call`);
        countdown = 0;
        assert.ok(call(), `${name}, after trap ${crossing} of the next call`);
        if (isEnd) break;
      }
    }
  });

  it("does not keep freed objects, and does not prevent freeing", async () => {
    const { Context, Flags } = await import("../../dist/tools.js");
    const { liveHandles } = await import("../../dist/generated/glue.js");
    const user = { kind: "user", key: "ada" };
    const flags = Flags.fromObject({
      // A constant answer would need no call.
      flags: {
        f: { key: "f", version: 1, on: true, variations: [1], targets: [{ variation: 0, values: ["ada"] }] },
      },
    });
    const context = Context.fromObject(user);
    const kept = flags.bind(context);
    const freed = flags.bind(user);
    countdown = 1;
    assert.throws(() => flags.variation("f", context, 0), WebAssembly.RuntimeError);
    freed.free();
    flags.free();
    context.free();
    for (let turn = 0; turn < 3; turn++) {
      countdown = 0;
      assert.equal(kept.variation("f", 0), 1);
      assert.equal(liveHandles(), 1);
      for (const used of [
        () => flags.variation("f", user, 0),
        () => freed.variation("f", 0),
        () => context.key,
      ]) {
        assert.throws(used, /used after `free\(\)`/);
      }
      countdown = 2;
      try {
        kept.allFlagsState();
      } catch {}
    }
    // A trap while it is freed.
    const last = Flags.fromObject({ flags: {} });
    countdown = 1;
    last.free();
    last.free();
    countdown = 0;
    assert.equal(kept.variation("f", 0), 1);
  });

  it("in a patched document preserves all of its patches", async () => {
    const { Flags } = await import("../../dist/tools.js");
    let flags = Flags.fromObject({ flags: {} });
    for (let version = 1; version <= 20; version++) {
      const key = `flag-${version}`;
      const before = flags;
      flags = flags.apply({
        flags: { [key]: { key, version, on: false, variations: [version], offVariation: 0 } },
      });
      before.free();
      const { digest } = flags;
      countdown = 1;
      assert.throws(() => flags.keys(), WebAssembly.RuntimeError);
      assert.equal(flags.variation(key, { kind: "user", key: "ada" }, 0), version);
      assert.equal(flags.digest, digest);
    }
    assert.equal(flags.keys().length, 20);
    WebAssembly.Instance = Instance;
  });
});

describe("without finalizers", () => {
  it("the package can be imported, and its objects can be freed", async () => {
    const script = `
      delete globalThis.FinalizationRegistry;
      const { Flags } = await import(${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)});
      const flags = Flags.fromObject({ flags: { f: { key: "f", version: 1, on: false, variations: [1], offVariation: 0 } } });
      console.log(flags.variation("f", { kind: "user", key: "ada" }, 0));
      flags.free();`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(stdout, "1\n");
  });
});

describe("in a page", { skip }, () => {
  const visited = pageOf("/test/traps/page.js");

  for (const module of ["core", "tools"]) {
    for (const thread of ["page", "worker"]) {
      it(`a full stack inside ${module}.wasm in a ${thread} leaves the package working`, async () => {
        const result = await visited(`${module}&overflow&${thread}`);
        assert.deepEqual(result.wrong, [], JSON.stringify(result));
        assert.ok(result.caught > 0);
      });

      it(`a document that does not fit into the memory of ${module}.wasm in a ${thread} is rejected`, async () => {
        assert.deepEqual(await visited(`${module}&exhaust&${thread}`), EXPECTED);
      });
    }
  }
});
