/** Starts the module once for all entries. */

import { type CoreBytes, type CoreSource, compile } from "./compiling.js";
import { start, startAsync } from "./engine.js";
import type { Tooling } from "./tooling.js";

let starting: Promise<void> | undefined;

/** Starts from a source, once for all entries; after a failure it may be called again. */
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
