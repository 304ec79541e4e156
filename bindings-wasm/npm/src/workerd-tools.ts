/**
 * The entry for Cloudflare's workerd with all features, including explanations and diagnostics. The runtime compiles
 * the module at deployment. Ready when it is imported.
 */

import { readPlainContextsWith, start } from "./engine.js";
import { PlainContexts } from "./plain-contexts.js";
import { tooling } from "./tooling.js";
import module from "./tools.wasm";
import { requireToolsFirst } from "./tools-first.js";

readPlainContextsWith(() => new PlainContexts());
start(module, tooling);
requireToolsFirst("import `isoflag/tools` instead of `isoflag`");

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./engine.js";
export * from "./tools-api.js";
