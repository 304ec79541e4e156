#!/usr/bin/env node
/** The program `isoflag`, the one that `cargo` and `pip` install, compiled to WebAssembly: `npx isoflag --help`. */

import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { run } from "./wasi.js";

/** What a program that panics exits with. */
const BROKEN = 101;

/** How wide the terminal is, which WASI cannot tell; none where there is no terminal. */
function columns(): { COLUMNS?: string } {
  const width = isatty(1) ? process.stdout.columns : isatty(2) ? process.stderr.columns : undefined;
  return width === undefined ? {} : { COLUMNS: String(width) };
}

function main(): number {
  const module = new WebAssembly.Module(readFileSync(new URL("program.wasm", import.meta.url)));
  try {
    return run(module, ["isoflag", ...process.argv.slice(2)], { ...process.env, ...columns() });
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
    process.stderr.write(`error: the program broke off: ${error.message}; please report what you asked\n`);
    return BROKEN;
  }
}

process.exitCode = main();
