/** The entry for browsers: `ready()` fetches the module from beside the script, once. */

import type { CoreBytes, CoreSource } from "./binding/compiling.js";
import { startFrom } from "./binding/engine.js";

export { readySync } from "./binding/engine.js";
export * from "./page-api.js";
export type { CoreBytes, CoreSource };

/**
 * Loads the module: call it before everything else. A second call waits for the first; after a failure it may be called
 * again.
 *
 * @param source the source of the module, if it is not beside this script: an address, a response, its bytes, or the
 * module
 * @throws {LoadError} if the module cannot be loaded; its message says why and what to do
 */
export function ready(source?: CoreSource): Promise<void> {
  return startFrom(source ?? new URL("./core.wasm", import.meta.url));
}
