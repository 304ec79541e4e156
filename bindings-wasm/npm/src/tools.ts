/**
 * The entry for browsers that has everything: explanations, diagnostics and the secure-mode hash too. A page that only
 * evaluates loads less with `isoflag`.
 */

import type { CoreBytes, CoreSource } from "./compiling.js";
import { start } from "./engine.js";
import { startFrom } from "./loading.js";
import { tooling } from "./tooling.js";
import { requireToolsFirst } from "./tools-first.js";

export * from "./tools-api.js";
export type { CoreBytes, CoreSource };

/**
 * Makes the package ready: everything else comes after it. A second call waits for the first; after a failure it may be
 * called again.
 *
 * @param source where `tools.wasm` is, if not beside this script: an address, a response, its bytes, or the module
 * @throws {LoadError} where the module cannot be had; its message says why and what to do
 */
export async function ready(source?: CoreSource): Promise<void> {
  await startFrom(source ?? new URL("./tools.wasm", import.meta.url), tooling);
  requireToolsFirst("call `ready` of `isoflag/tools` before any other");
}

/**
 * Makes the package ready at once, from a module that was compiled elsewhere or from its bytes.
 *
 * @throws {LoadError} where it is not the package's module or compiling is forbidden
 */
export function readySync(module: WebAssembly.Module | CoreBytes): void {
  start(module, tooling);
}
