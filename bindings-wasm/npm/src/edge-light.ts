/**
 * The entry for the edge runtime of Vercel and Next.js, whose bundlers support a module that is compiled at deployment
 * only with this query. Ready when it is imported.
 */

import module from "./core.wasm?module";
import { start } from "./engine.js";

// Next.js compiles it in another realm than the one that uses it, which hides that it is a module.
start(Object.setPrototypeOf(module, WebAssembly.Module.prototype));

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./engine.js";
export * from "./page-api.js";
