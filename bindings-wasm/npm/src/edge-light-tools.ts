/**
 * The entry for the edge runtime of Vercel and Next.js with all features, including explanations and diagnostics. Ready
 * when it is imported.
 */

import { readPlainContextsWith, start } from "./binding/engine.js";
import { PlainContexts } from "./binding/plain/contexts.js";
import { requireToolsFirst, tooling } from "./tools/tooling.js";
import module from "./tools.wasm?module";

readPlainContextsWith(() => new PlainContexts());
// As in the entry that only evaluates.
start(Object.setPrototypeOf(module, WebAssembly.Module.prototype), tooling);
requireToolsFirst("import `isoflag/tools` instead of `isoflag`");

export * from "./ready-at-once.js";
export * from "./tools-api.js";
