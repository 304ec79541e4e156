/** The entry for Cloudflare's workerd, which compiles the module at deployment. Ready when it is imported. */

import { start } from "./binding/engine.js";
import module from "./core.wasm";

start(module);

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./binding/engine.js";
export * from "./page-api.js";
export * from "./sdk/source/ready-source.js";
