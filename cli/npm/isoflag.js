#!/usr/bin/env node
// Runs the command-line tool, compiled for WASI, on Node's own WASI layer.
import { readFileSync } from "node:fs";
import { isatty } from "node:tty";

/** The exit code of a native binary that panics. */
const PANICKED = 101;

/** `node:wasi` is stable enough for this and warns on every import that it is experimental. */
async function importWasi() {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return (await import("node:wasi")).WASI;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** The width of the terminal, which WASI cannot report. Node makes a pipe non-blocking once its stream is used. */
function terminalWidth() {
  const columns = isatty(1) ? process.stdout.columns : isatty(2) ? process.stderr.columns : undefined;
  return columns === undefined ? {} : { COLUMNS: String(columns) };
}

const WASI = await importWasi();
const wasi = new WASI({
  version: "preview1",
  args: ["isoflag", ...process.argv.slice(2)],
  env: { ...process.env, ...terminalWidth(), PWD: process.cwd() },
  preopens: { "/": "/" },
});
// Called directly, Node 20 takes V8's fast path for them, on which a large write aborts the process.
const functions = Object.entries(wasi.getImportObject().wasi_snapshot_preview1);
const imports = Object.fromEntries(functions.map(([name, call]) => [name, (...args) => call(...args)]));
const module = new WebAssembly.Module(readFileSync(new URL("isoflag.wasm", import.meta.url)));
try {
  process.exitCode = wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports }));
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
  process.stderr.write(`error: the command-line tool failed: ${error.message}; please report the command\n`);
  process.exitCode = PANICKED;
}
