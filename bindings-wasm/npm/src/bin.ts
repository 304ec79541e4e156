#!/usr/bin/env node
/** The program `isoflag`, the one that `cargo` and `pip` install, compiled to WebAssembly: `npx isoflag --help`. */

import { existsSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { run } from "./wasi.js";

/** What the program exits with where it cannot do what it is asked to. */
const UNUSABLE = 2;
/** What a program that panics exits with. */
const BROKEN = 101;

/** How wide the terminal is, which WASI cannot tell; none where there is no terminal. */
function columns(): { COLUMNS?: string } {
  const width = isatty(1) ? process.stdout.columns : isatty(2) ? process.stderr.columns : undefined;
  return width === undefined ? {} : { COLUMNS: String(width) };
}

function main(): number {
  const file = new URL("program.wasm", import.meta.url);
  if (!existsSync(file)) {
    process.stderr.write(
      "error: this package was built without the program; build it where rustup has wasm32-wasip1\n",
    );
    return UNUSABLE;
  }
  const module = new WebAssembly.Module(readFileSync(file));
  try {
    return run(module, ["isoflag", ...process.argv.slice(2)], { ...process.env, ...columns() });
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
    process.stderr.write(`error: the program broke off: ${error.message}; please report what you asked\n`);
    return BROKEN;
  }
}

process.exitCode = main();
