/** The entry for browsers: the module is fetched beside the script, once, by `ready()`. */

import type { CoreBytes, CoreSource } from "./compiling.js";
import { startFrom } from "./loading.js";

export { readySync } from "./loading.js";
export * from "./page-api.js";
export type { CoreBytes, CoreSource };

/**
 * Makes the package ready: everything else comes after it. A second call waits for the first; after a failure it may be
 * called again.
 *
 * @param source where the module is, if not beside this script: an address, a response, its bytes, or the module
 * @throws {LoadError} where the module cannot be had; its message says why and what to do
 */
export function ready(source?: CoreSource): Promise<void> {
  return startFrom(source ?? new URL("./core.wasm", import.meta.url));
}
