/** The entry for Cloudflare's workerd, which compiles the module at deployment. Ready when it is imported. */

import { start } from "./binding/engine.js";
import module from "./core.wasm";

start(module);

export * from "./page-api.js";
export * from "./ready-at-once.js";
