/**
 * The entry for the edge runtime of Vercel and Next.js with all features, including explanations and diagnostics. Ready
 * when it is imported.
 */

import { readPlainContextsWith, start } from "./engine.js";
import { PlainContexts } from "./plain-contexts.js";
import { tooling } from "./tooling.js";
import module from "./tools.wasm?module";
import { requireToolsFirst } from "./tools-first.js";

readPlainContextsWith(() => new PlainContexts());
// As in the entry that only evaluates.
start(Object.setPrototypeOf(module, WebAssembly.Module.prototype), tooling);
requireToolsFirst("import `isoflag/tools` instead of `isoflag`");

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./engine.js";
export * from "./tools-api.js";
