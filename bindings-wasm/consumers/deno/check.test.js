import assert from "node:assert/strict";
import { it } from "node:test";
import { ANSWERS } from "../harness/answers.js";
import { output } from "../harness/program.js";

it("imports `isoflag` from node_modules, with no permission", async () => {
  const libc = process.platform === "linux" ? "-glibc" : "";
  const program = `node_modules/@deno/${process.platform}-${process.arch}${libc}/deno`;
  const { stdout } = await output(
    import.meta.url,
    program,
    "run",
    "--no-prompt",
    "--node-modules-dir=manual",
    "program.js",
  );
  assert.deepEqual(JSON.parse(stdout), ANSWERS);
});
