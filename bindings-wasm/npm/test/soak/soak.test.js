// Many evaluations take no more memory than a few, alone and in workers: `SOAK` is their number.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { execPath } from "node:process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

const EVALUATIONS = Number(process.env.SOAK ?? 200_000);
const WORKERS = 20;

/** The memory that collectors and allocators keep, whatever the number of evaluations. */
const ALLOWED = { module: 1 << 18, heap: 4 << 20, rss: 24 << 20 };

const program = new URL("program.js", import.meta.url);

/** @param {string} result @param {("module" | "heap" | "rss")[]} kinds */
function requireFlat(result, kinds) {
  const { before, after } = JSON.parse(result);
  for (const kind of kinds) {
    const growth = after[kind] - before[kind];
    assert.ok(growth < ALLOWED[kind], `${kind}: ${growth} bytes more than ${before[kind]}`);
  }
}

for (const name of ["core", "tools"]) {
  it(`memory of ${name}.wasm is flat`, async t => {
    const command = ["--expose-gc", fileURLToPath(program), name, `${EVALUATIONS}`];
    const { stdout } = await promisify(execFile)(execPath, command);
    t.diagnostic(`${EVALUATIONS} evaluations: ${stdout.trim()}`);
    requireFlat(stdout, ["module", "heap", "rss"]);
  });
}

it(`${WORKERS} workers evaluate at once`, async () => {
  const results = await Promise.all(
    Array.from({ length: WORKERS }, (_, index) => {
      const workerData = [index % 2 ? "core" : "tools", EVALUATIONS / WORKERS];
      const worker = new Worker(program, { workerData });
      return new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      });
    }),
  );
  // Resident memory is that of the process.
  for (const result of results) requireFlat(result, ["module"]);
});
