/** The instance of the WebAssembly module, in whose place another comes after a trap. */

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

/**
 * What the functions of the module report to: a call that does not return raises the epoch at once, because a stack that is
 * full has no room for a call. Objects are valid in the epoch in which they were made.
 */
export const engine = { epoch: 0 };

/** The epoch of the current instance: in any other one it has trapped, or there is none. */
let current = -1;
let instantiate: (() => WebAssembly.Instance) | undefined;
let tools: Tooling | undefined;

/**
 * Whether a call into the module ended in a trap, such as that of exhausted memory. A full stack is not one: to call again
 * would not help.
 */
export function isTrap(thrown: unknown): boolean {
  return (thrown as Error | undefined)?.name === "RuntimeError";
}

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
    `not the ${tooling ? "tools" : "core"}.wasm of isoflag ${version}; serve the one of this release`,
  );
}

/** Puts an instance in place, or another one of the same module. Fails without harm. */
function settle({ exports }: WebAssembly.Instance): void {
  const { epoch } = engine;
  core.__wbg_set_wasm(exports, engine);
  tools?.glue.__wbg_set_wasm(exports, engine);
  memory = () => (exports as { readonly memory: WebAssembly.Memory }).memory;
  (exports as { __wbindgen_start(): void }).__wbindgen_start();
  core.setGeneration(epoch);
  // A trap meanwhile has raised it.
  current = epoch;
}

function settleFirst(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  instance: WebAssembly.Instance,
  tooling?: Tooling,
): void {
  if (isComplete(module)) tools = tooling;
  instantiate = () => new WebAssembly.Instance(module, imports);
  settle(instance);
}

/** Starts from a compiled module, or from bytes that are compiled at once. */
export function start(source: WebAssembly.Module | CoreBytes, tooling?: Tooling): void {
  if (instantiate !== undefined) return;
  const module = compileNow(source);
  const imports = importsOf(module, tooling);
  settleFirst(module, imports, new WebAssembly.Instance(module, imports), tooling);
}

/** Starts from a compiled module without blocking. */
export async function startAsync(module: WebAssembly.Module, tooling?: Tooling): Promise<void> {
  if (instantiate !== undefined) return;
  const imports = importsOf(module, tooling);
  const instance = await WebAssembly.instantiate(module, imports);
  if (instantiate === undefined) settleFirst(module, imports, instance, tooling);
}

/** Stands before each call into the module: makes another instance if the last one has trapped. */
export function requireStart(): void {
  if (current === engine.epoch) return;
  if (instantiate === undefined) throw new Error("isoflag is not ready; `await ready()` first");
  settle(instantiate());
}

/** The error for what only `tools.wasm` can do. */
export function withoutTools(what: string): Error {
  return new Error(`\`${what}\` needs \`isoflag/tools\`: import that instead of \`isoflag\``);
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
