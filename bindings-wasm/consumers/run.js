/**
 * Tests the packed npm package as its users install it: node run.js [--quick | --lock] [CONSUMER…]. Without names it tests
 * every consumer and writes RESULTS.md; `--quick` tests those that need few packages.
 */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CONSUMERS } from "./consumers.js";
import { folderOf, install, lock, pack } from "./project.js";

const at = path => fileURLToPath(new URL(path, import.meta.url));

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean" }, lock: { type: "boolean" } },
  allowPositionals: true,
});
const all = Object.keys(CONSUMERS);
const unknown = positionals.filter(name => !all.includes(name));
if (unknown.length > 0) {
  console.error(`consumers: no consumer is named \`${unknown.join("`, `")}\`: expected ${all.join(", ")}`);
  process.exit(1);
}
const quick = all.filter(name => CONSUMERS[name].quick);
const chosen = positionals.length > 0 ? positionals : values.quick ? quick : all;
if (values.lock) {
  for (const name of chosen) await lock(name);
  process.exit();
}

const tarball = await pack();
try {
  console.log(`consumers: isoflag ${tarball.version}, ${tarball.size} bytes packed`);
  for (const name of chosen) {
    console.log(`consumers: installing ${name}`);
    await install(name, tarball);
  }
  const whole = chosen.length === all.length;
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${at("results.js")}`,
    `--test-reporter-destination=${whole ? at("RESULTS.md") : join(tarball.folder, "results.md")}`,
  ];
  const tests = chosen.map(name => `${folderOf(name)}check.test.js`);
  const options = ["--test", "--test-concurrency=1", "--test-timeout=600000", ...reporters, ...tests];
  const env = { ...process.env, ISOFLAG_TARBALL: tarball.file };
  delete env.NODE_OPTIONS;
  process.exitCode = await new Promise(resolve => {
    spawn(process.execPath, options, { stdio: "inherit", env }).on("exit", code => resolve(code ?? 1));
  });
} finally {
  await rm(tarball.folder, { recursive: true });
}
