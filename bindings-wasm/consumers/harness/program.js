/** Runs a consumer's program as a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a program of a folder, such as `import.meta.url` names it, prints; fails where it fails. */
export async function output(here, program, ...options) {
  const cwd = fileURLToPath(new URL(".", here));
  const { stdout, stderr } = await run(program, options, { cwd, maxBuffer: 1 << 26 }).catch(error => {
    throw new Error(`${program} ${options.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
  });
  return { stdout, stderr };
}
