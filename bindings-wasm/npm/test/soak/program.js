/** Evaluates in a thread or process of its own and reports its memory: node --expose-gc program.js MODULE EVALUATIONS */

import { readFile } from "node:fs/promises";
import { argv, memoryUsage } from "node:process";
import { setTimeout } from "node:timers/promises";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

const [name, evaluations] = isMainThread ? argv.slice(2) : workerData;

/** @type {WebAssembly.Memory | undefined} */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    memory = /** @type {WebAssembly.Memory} */ (this.exports.memory);
  }
};

/** @type {Omit<typeof import("../../dist/index.js"), "ready">} */
const isoflag = name === "core" ? await import("../../dist/index.js") : await import("../../dist/tools.js");
isoflag.readySync(await readFile(new URL(`../../dist/${name}.wasm`, import.meta.url)));
const { Context, Flags } = isoflag;

const clause = { attribute: "plan", contextKind: "user", op: "in", values: ["pro"] };
const text = JSON.stringify({
  flags: Object.fromEntries(
    [0, 1, 2, 3, 4].map(n => [
      `f${n}`,
      {
        key: `f${n}`,
        version: 1,
        on: true,
        variations: [{ n: [n] }, "b"],
        salt: "s",
        rules: [{ clauses: [clause], variation: 0 }],
        fallthrough: { rollout: { variations: [{ variation: 1, weight: 100_000 }] } },
      },
    ]),
  ),
});
const flags = Flags.fromJson(text);

/** @param {boolean} isRight @param {string} what */
function require(isRight, what) {
  if (!isRight) throw new Error(`wrong: ${what}`);
}

/** Kinds of work, each of which returns the number of its evaluations. @type {((turn: number) => number)[]} */
const work = [
  turn => {
    const isPro = turn % 2 === 1;
    const context = { kind: "user", key: `u${turn}`, plan: isPro ? "pro" : null, list: [{}, 1.5, "é"] };
    for (let n = 0; n < 90; n++) {
      const { reason, value } = flags.variationDetail(`f${n % 5}`, context, null);
      require(reason.kind === (isPro ? "RULE_MATCH" : "FALLTHROUGH"), "a reason");
      require(isPro ? value !== "b" : value === "b", "a value");
    }
    return 90;
  },
  turn => {
    const context = new Context(`u${turn}`, { attributes: { plan: "free" } });
    const bound = flags.bind(context);
    for (let n = 0; n < 800; n++) require(bound.variation("f1", 0) === "b", "a bound value");
    const { $valid } = bound.allFlagsState();
    require($valid, "a state");
    bound.free();
    context.free();
    return 805;
  },
  turn => {
    const odd = [null, { kind: "user" }, { kind: "user", key: "a", x: new Map() }, { kind: "user", key: 5 }];
    for (const context of odd) flags.variation("f1", /** @type {any} */ (context), turn);
    try {
      Flags.fromJson('{"flags": {"a": ');
    } catch {}
    return 4;
  },
  turn => {
    const patched = flags.apply({ flags: { f1: { key: "f1", version: 2 + turn, deleted: true } } });
    require(patched.variation("f1", { kind: "user", key: "a" }, turn) === turn, "a patch");
    const loaded = Flags.fromJson(text);
    require(loaded.digest === flags.digest, "a digest");
    // Memory of documents that are left to the garbage collector depends on when it runs.
    for (const each of [patched, loaded]) each.free();
    return 1;
  },
];

let turn = 0;
/** @param {number} count */
async function evaluate(count) {
  for (let done = 0; done < count; ) {
    turn++;
    for (const each of work) done += each(turn);
    // Finalizers run between tasks.
    if (turn % 50 === 0) await setTimeout(0);
  }
}

async function held() {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    await setTimeout(5);
  }
  const { arrayBuffers, heapUsed, rss } = memoryUsage();
  return { module: memory?.buffer.byteLength ?? 0, heap: heapUsed + arrayBuffers, rss };
}

console.warn = () => undefined;
await evaluate(Number(evaluations) / 4);
const before = await held();
await evaluate(Number(evaluations));
const after = await held();
const result = JSON.stringify({ before, after });
if (isMainThread) console.log(result);
else parentPort?.postMessage(result);
