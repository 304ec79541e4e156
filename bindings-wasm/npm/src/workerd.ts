/** The entry for Cloudflare's workerd, which compiles the module when the program is deployed. Ready when it is imported. */

import module from "./core.wasm";
import { readPlainContextsWith, start } from "./engine.js";
import { PlainContexts } from "./plain-contexts.js";

readPlainContextsWith(() => new PlainContexts());
start(module);

export { ready, readySync } from "./immediate.js";
export * from "./page-api.js";
