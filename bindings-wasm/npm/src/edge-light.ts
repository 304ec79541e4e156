/**
 * The entry for the edge runtime of Vercel and Next.js, whose bundlers support a module that is compiled at deployment
 * only with this query. Ready when it is imported.
 */

import { start } from "./binding/engine.js";
import module from "./core.wasm?module";

// Next.js compiles it in another realm than the one that uses it, which hides that it is a module.
start(Object.setPrototypeOf(module, WebAssembly.Module.prototype));

export * from "./page-api.js";
export * from "./ready-at-once.js";
