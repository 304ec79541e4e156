// Many evaluations take no more memory than a few, alone and in workers: `SOAK` is their number.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
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

it("two releases in one process answer independently", async () => {
  const folder = await mkdtemp(join(tmpdir(), "isoflag-"));
  try {
    const dist = fileURLToPath(new URL("../../dist", import.meta.url));
    await cp(dist, join(folder, "dist"), { recursive: true });
    await cp(join(dist, "../package.json"), join(folder, "package.json"));
    const one = await import("../../dist/node.js");
    /** @type {typeof one} */
    const other = await import(pathToFileURL(join(folder, "dist/node.js")).href);
    assert.notEqual(one.Flags, other.Flags);
    const of = (/** @type {string} */ value) => ({
      flags: { f: { key: "f", on: true, variations: [value], fallthrough: { variation: 0 } } },
    });
    const [mine, theirs] = [one.Flags.fromObject(of("one")), other.Flags.fromObject(of("other"))];
    const [ada, bob] = [new one.Context("ada"), new other.Context("bob")];
    for (let turn = 0; turn < 1000; turn++) {
      assert.equal(mine.variation("f", ada, 0), "one");
      assert.equal(theirs.variation("f", bob, 0), "other");
      assert.equal(mine.variation("f", { kind: "user", key: "a" }, 0), "one");
      assert.equal(theirs.variation("f", { kind: "user", key: "a" }, 0), "other");
    }
    // A context of the other release is converted.
    assert.equal(mine.variation("f", /** @type {any} */ (bob), 0), "one");
    assert.throws(() => mine.supersedes(/** @type {any} */ (theirs), {}), TypeError);
    theirs.free();
    assert.equal(mine.variation("f", ada, 0), "one");
  } finally {
    await rm(folder, { recursive: true });
  }
});
