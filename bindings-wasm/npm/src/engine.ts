/** The one instance of the WebAssembly module. */

import { type CoreBytes, compileNow } from "./compiling.js";
import { version } from "./generated/constants.js";
import * as core from "./generated/glue.js";
import { LoadError } from "./load-error.js";
import type { PlainContexts } from "./plain-contexts.js";
import type { Tooling } from "./tooling.js";

/** By the section of this name the module is known to be of this release; `tools.wasm` has another one besides. */
const OURS = `isoflag ${version}`;

/** What Node's entry has besides: there, objects come one after the other, each asked about once or twice. */
export let makePlainContexts: (() => PlainContexts) | undefined;

/** Has all documents that are loaded from now on read plain objects in the quick way. */
export function readPlainContextsWith(make: () => PlainContexts): void {
  makePlainContexts = make;
}

/** The core's memory, whose buffer is another one whenever it has grown. */
export let memory: () => WebAssembly.Memory;

let started = false;
let tools: Tooling | undefined;

function has(module: WebAssembly.Module, section: string): boolean {
  return WebAssembly.Module.customSections(module, section).length > 0;
}

function isComplete(module: WebAssembly.Module): boolean {
  return has(module, `${OURS} tools`);
}

/** What the module imports. Another module, or more of it than the entry can hold, is refused. */
function importsOf(module: WebAssembly.Module, tooling: Tooling | undefined): WebAssembly.Imports {
  if (has(module, OURS) && (tooling !== undefined || !isComplete(module))) {
    return { "./core_bg.js": { ...core.imports, ...tooling?.glue.imports } };
  }
  throw new LoadError(
    "wrong-module",
    `this is no ${tooling ? "tools" : "core"}.wasm of isoflag ${version}; serve that of the same release`,
  );
}

function settle(module: WebAssembly.Module, { exports }: WebAssembly.Instance, tooling?: Tooling): void {
  started = true;
  if (isComplete(module)) tools = tooling;
  core.__wbg_set_wasm(exports);
  memory = () => (exports as { readonly memory: WebAssembly.Memory }).memory;
  tooling?.glue.__wbg_set_wasm(exports);
  (exports as { __wbindgen_start(): void }).__wbindgen_start();
}

/** Starts from a compiled module, or from bytes that are compiled at once. */
export function start(source: WebAssembly.Module | CoreBytes, tooling?: Tooling): void {
  if (started) return;
  const module = compileNow(source);
  settle(module, new WebAssembly.Instance(module, importsOf(module, tooling)), tooling);
}

/** Starts from a compiled module without blocking. */
export async function startAsync(module: WebAssembly.Module, tooling?: Tooling): Promise<void> {
  if (started) return;
  const instance = await WebAssembly.instantiate(module, importsOf(module, tooling));
  if (!started) settle(module, instance, tooling);
}

/** Stands before whatever makes the first object. */
export function requireStart(): void {
  if (!started) throw new Error("isoflag is not ready; `await ready()` first");
}

/** The error for what only `tools.wasm` can do. */
export function withoutTools(what: string): Error {
  return new Error(
    `\`${what}\` is not in core.wasm, which has what evaluation needs; import \`isoflag/tools\` instead of \`isoflag\``,
  );
}

/** Stands before what only `tools.wasm` can do, and gives it. */
export function requireTools(what: string): Tooling {
  requireStart();
  if (tools === undefined) throw withoutTools(what);
  return tools;
}

/** Whether the module that has started can do everything. */
export function hasTools(): boolean {
  return tools !== undefined;
}

const done = Promise.resolve();

/** Resolves at once: this entry is ready when it is imported. */
export function readyAtOnce(): Promise<void> {
  return done;
}

/** Does nothing: this entry is ready when it is imported. */
export function readySyncAtOnce(): void {}
