/** The instance of the WebAssembly module, and its replacement after a trap. */

import { version } from "../generated/constants.js";
import * as core from "../generated/glue.js";
import type { Tooling } from "../tools/tooling.js";
import { type CoreBytes, type CoreSource, compile, compileNow, LoadError } from "./compiling.js";
import type { PlainContexts } from "./plain/contexts.js";

/** The section that identifies the module of this release; `tools.wasm` has another one besides. */
const OURS = `isoflag ${version}`;

/** Set by a server's entry, whose callers pass a different object for nearly every evaluation. @internal */
export let makePlainContexts: (() => PlainContexts) | undefined;

/** Enables the plain-object fast path for documents loaded later. @internal */
export function readPlainContextsWith(make: () => PlainContexts): void {
  makePlainContexts = make;
}

/** The part of `WebAssembly.Memory` that is used; without the DOM library TypeScript does not know it. */
interface Memory {
  readonly buffer: ArrayBuffer;
}

/** The core's memory; its buffer is replaced whenever the memory grows. @internal */
export let memory: () => Memory;

/**
 * The module's functions report here: a call that does not return raises the epoch immediately, because a full stack
 * has no room for a call. Objects are valid in the epoch in which they were created.
 *
 * @internal
 */
export const engine = { epoch: 0 };

/** The epoch of the current instance: in any other one it has trapped, or does not exist. */
let current = -1;
let instantiate: (() => WebAssembly.Instance) | undefined;
let tools: Tooling | undefined;

/** Continues with `tools.wasm` if an entry wants that later; returns whether it has just started. @internal */
export let startTools = (): boolean => false;

/**
 * Whether a call into the module ended in a trap, for example of exhausted memory. A full stack is not a trap: calling
 * again would not help.
 *
 * @internal
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

/** Returns the module's imports. Another module, or one that the entry does not support, is rejected. */
function importsOf(module: WebAssembly.Module, tooling: Tooling | undefined): WebAssembly.Imports {
  if (has(module, OURS) && (tooling !== undefined || !isComplete(module))) {
    return { "./core_bg.js": { ...core.imports, ...tooling?.glue.imports } };
  }
  throw new LoadError(
    "wrong-module",
    `not the ${tooling ? "tools" : "core"}.wasm of isoflag ${version}; serve this release's`,
  );
}

/** Installs an instance, or a new one of the same module. Has no effect if it fails. */
function install({ exports }: WebAssembly.Instance): void {
  const { epoch } = engine;
  core.__wbg_set_wasm(exports, engine);
  tools?.glue.__wbg_set_wasm(exports, engine);
  memory = () => (exports as unknown as { readonly memory: Memory }).memory;
  (exports as { __wbindgen_start(): void }).__wbindgen_start();
  core.setGeneration(epoch);
  // A trap in between has raised it.
  current = epoch;
}

function installFirst(
  module: WebAssembly.Module,
  imports: WebAssembly.Imports,
  instance: WebAssembly.Instance,
  tooling?: Tooling,
): void {
  if (isComplete(module)) tools = tooling;
  instantiate = () => new WebAssembly.Instance(module, imports);
  install(instance);
}

/** Starts from a compiled module, or from bytes that are compiled synchronously. @internal */
export function start(source: WebAssembly.Module | CoreBytes, tooling?: Tooling): void {
  if (instantiate !== undefined) return;
  const module = compileNow(source);
  const imports = importsOf(module, tooling);
  installFirst(module, imports, new WebAssembly.Instance(module, imports), tooling);
}

/** Starts from a compiled module without blocking. @internal */
export async function startAsync(module: WebAssembly.Module, tooling?: Tooling): Promise<void> {
  if (instantiate !== undefined) return;
  const imports = importsOf(module, tooling);
  const instance = await WebAssembly.instantiate(module, imports);
  if (instantiate === undefined) installFirst(module, imports, instance, tooling);
}

/** Called before each call into the module: creates a new instance if the last one has trapped. @internal */
export function requireStart(): void {
  if (current === engine.epoch) return;
  if (instantiate === undefined) throw new Error("isoflag is not ready; `await ready()` first");
  install(instantiate());
}

/**
 * Continues with `tools.wasm` when a feature needs it. Objects are created again in its instance, as after a trap.
 *
 * @internal
 */
export function startLater(unpack: () => CoreBytes, tooling: Tooling): void {
  if (tools !== undefined) return;
  const never = startTools;
  startTools = () => {
    const module = compileNow(unpack());
    const imports = importsOf(module, tooling);
    const instance = new WebAssembly.Instance(module, imports);
    startTools = never;
    engine.epoch++;
    installFirst(module, imports, instance, tooling);
    return true;
  };
}

/** The number of evaluations that take as much longer in `core.wasm` as it takes to start `tools.wasm`. */
const MANY = 5000;
let evaluations = 0;

/** Counts an evaluation: after many, `tools.wasm` is started, which is faster. Returns whether it is. @internal */
export function countEvaluation(): boolean {
  if (tools === undefined && ++evaluations === MANY) {
    try {
      startTools();
    } catch {
      // Evaluations do not need it; a feature that does reports the error.
    }
  }
  return tools !== undefined;
}

/** Returns the error for a feature that only `tools.wasm` has. @internal */
export function withoutTools(what: string): Error {
  return new Error(`\`${what}\` needs \`isoflag/tools\`; import that`);
}

/** Called before a feature that only `tools.wasm` has; returns its functions. @internal */
export function requireTools(what: string): Tooling {
  startTools();
  requireStart();
  if (!tools) throw withoutTools(what);
  return tools;
}

/** Whether the started module has all features. @internal */
export function hasTools(): boolean {
  return tools !== undefined;
}

let starting: Promise<void> | undefined;

/** Starts from a source, once for all entries; after a failure it may be called again. @internal */
export function startFrom(source: CoreSource, tooling?: Tooling): Promise<void> {
  starting ??= compile(source)
    .then(module => startAsync(module, tooling))
    .catch(error => {
      starting = undefined;
      throw error;
    });
  return starting;
}

/**
 * Loads the module synchronously, from a compiled module or from its bytes.
 *
 * @throws {LoadError} if it is not the package's module or compiling is forbidden
 */
export function readySync(module: WebAssembly.Module | CoreBytes): void {
  start(module);
}
