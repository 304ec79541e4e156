/** The entry for Cloudflare's workerd, which compiles the module at deployment. Ready when it is imported. */

import module from "./core.wasm";
import { start } from "./engine.js";

start(module);

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./engine.js";
export * from "./page-api.js";
