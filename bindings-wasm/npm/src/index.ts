/** The entry for browsers: the module is fetched beside the script, once, by `ready()`. */

import { start, startAsync } from "./engine.js";
import { type CoreSource, compile } from "./loading.js";

export * from "./api.js";
export type { CoreSource };

let starting: Promise<void> | undefined;

/**
 * Makes the package ready: everything else comes after it. A second call waits for the first; after a failure it may be
 * called again.
 *
 * @param source where the module is, if not beside this script: an address, a response, its bytes, or the module
 */
export function ready(source?: CoreSource): Promise<void> {
  starting ??= compile(source ?? new URL("./core.wasm", import.meta.url))
    .then(startAsync)
    .catch(error => {
      starting = undefined;
      throw error;
    });
  return starting;
}

/** Makes the package ready at once, from a module that was compiled elsewhere or from its bytes. */
export function readySync(module: WebAssembly.Module | BufferSource): void {
  start(module);
}
