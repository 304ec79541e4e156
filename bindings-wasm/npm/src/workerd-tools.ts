/**
 * The entry for Cloudflare's workerd with all features, including explanations and diagnostics. The runtime compiles
 * the module at deployment. Ready when it is imported.
 */

import { readPlainContextsWith, start } from "./binding/engine.js";
import { PlainContexts } from "./binding/plain/contexts.js";
import { requireToolsFirst, tooling } from "./tools/tooling.js";
import module from "./tools.wasm";

readPlainContextsWith(() => new PlainContexts());
start(module, tooling);
requireToolsFirst("import `isoflag/tools` instead of `isoflag`");

export * from "./ready-at-once.js";
export * from "./tools-api.js";
