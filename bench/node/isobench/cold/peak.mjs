import { readFileSync, writeSync } from "node:fs";

/** Prints the process's peak memory, and ends it. */
export function end() {
  const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/);
  writeSync(1, `peak ${Number(kilobytes) * 1024}\n`);
  process.exit(0);
}
