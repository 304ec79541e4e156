/** Runs an attack in a process or thread of its own: node program.js MODULE ATTACK [ROUNDS] */

import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { setTimeout } from "node:timers/promises";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { attack, calls, toolCalls } from "./attack.js";
import { exhaust, PAGES, withLimitedMemory } from "./exhaustion.js";

const [name, kind, rounds] = isMainThread ? argv.slice(2) : workerData;

async function run() {
  const bytes = await readFile(new URL(`../../dist/${name}.wasm`, import.meta.url));
  const isoflag = name === "core" ? await import("../../dist/index.js") : await import("../../dist/tools.js");
  if (kind === "exhaust") {
    isoflag.readySync(withLimitedMemory(bytes, PAGES));
    return exhaust(isoflag);
  }
  isoflag.readySync(bytes);
  const tools =
    name === "tools" ? toolCalls(/** @type {typeof import("../../dist/tools.js")} */ (isoflag)) : {};
  return attack({ ...calls(isoflag), ...tools }, Number(rounds));
}

const result = await run();
// A finalizer that throws ends the process here.
for (let turn = 0; turn < 3; turn++) {
  globalThis.gc?.();
  await setTimeout(10);
}
if (isMainThread) console.log(JSON.stringify(result));
else parentPort?.postMessage(result);
