/** The entry for edge runtimes, which compile the module when the program is deployed. Ready when it is imported. */

import module from "./core.wasm";
import { start } from "./engine.js";

start(module);

export * from "./api.js";
export { ready, readySync } from "./immediate.js";
