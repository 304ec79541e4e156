/**
 * The entry for browsers with all features, including explanations, diagnostics and the secure-mode hash. A page that
 * only evaluates loads less with `isoflag`.
 */

import type { CoreBytes, CoreSource } from "./binding/compiling.js";
import { start, startFrom } from "./binding/engine.js";
import { Flags } from "./binding/flags.js";
import { DocumentSource, type EntrySourceOptions } from "./sdk/source/source.js";
import { requireToolsFirst, tooling } from "./tools/tooling.js";

export * from "./tools-api.js";
export type { CoreBytes, CoreSource };

/**
 * Loads the module: call it before everything else. A second call waits for the first; after a failure it may be called
 * again.
 *
 * @param source the source of `tools.wasm`, if it is not beside this script: an address, a response, its bytes, or the
 * module
 * @throws {LoadError} if the module cannot be loaded; its message says why and what to do
 */
export async function ready(source?: CoreSource): Promise<void> {
  await startFrom(source ?? new URL("./tools.wasm", import.meta.url), tooling);
  requireToolsFirst("call `ready` of `isoflag/tools` before any other");
}

/**
 * Loads the module synchronously, from a compiled module or from its bytes.
 *
 * @throws {LoadError} if it is not the package's module or compiling is forbidden
 */
export function readySync(module: WebAssembly.Module | CoreBytes): void {
  start(module, tooling);
}

/** Starts to fetch a document, and keeps the last good one. It loads the module too. */
export function createSource(options: EntrySourceOptions): DocumentSource {
  return new DocumentSource({ Flags, ready, ...options });
}
