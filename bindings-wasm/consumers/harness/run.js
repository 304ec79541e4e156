/** Packs, installs and tries: node run.js [--quick] [CONSUMER…]. */
import { spawn } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { install, pack } from "./install.js";

const at = path => fileURLToPath(new URL(path, import.meta.url));

/** Those that need little more than what every commit installs anyway. */
const QUICK = ["node-import", "node-require", "npx", "package", "page", "example", "esbuild", "typescript"];

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean" } },
  allowPositionals: true,
});
const folders = await readdir(at(".."), { withFileTypes: true });
const all = folders
  .filter(entry => entry.isDirectory() && entry.name !== "harness")
  .map(({ name }) => name)
  .sort();
const unknown = positionals.filter(name => !all.includes(name));
if (unknown.length > 0) {
  console.error(`consumers: no consumer is named \`${unknown.join("`, `")}\`; there are ${all.join(", ")}`);
  process.exit(1);
}
const chosen = positionals.length > 0 ? positionals : values.quick ? QUICK : all;

const tarball = await pack();
try {
  console.log(`consumers: isoflag ${tarball.version}, ${tarball.size} bytes packed`);
  for (const name of chosen) {
    console.log(`consumers: installing ${name}`);
    await install(at(`../${name}`), tarball);
  }
  const whole = chosen.length === all.length;
  const reporters = [
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${at("table.js")}`,
    `--test-reporter-destination=${whole ? at("../RESULTS.md") : join(tarball.folder, "results.md")}`,
  ];
  const tests = chosen.map(name => at(`../${name}/check.test.js`));
  const options = ["--test", "--test-concurrency=1", "--test-timeout=300000", ...reporters, ...tests];
  const env = { ...process.env, ISOFLAG_TARBALL: tarball.file };
  delete env.NODE_OPTIONS;
  process.exitCode = await new Promise(resolve => {
    spawn(process.execPath, options, { stdio: "inherit", env }).on("exit", code => resolve(code ?? 1));
  });
} finally {
  await rm(tarball.folder, { recursive: true });
}
