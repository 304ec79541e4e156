/**
 * The entry for Node: ready when it is imported. The module is inlined, compressed, because server bundlers break reading
 * a file beside the script.
 */

import { brotliDecompressSync } from "node:zlib";

import { hasTools, readPlainContextsWith, start } from "./binding/engine.js";
import { PlainContexts } from "./binding/plain/contexts.js";
import { toolsBase64 } from "./generated/tools-base64.js";
import { tooling } from "./tools/tooling.js";

start(brotliDecompressSync(Buffer.from(toolsBase64, "base64")), tooling);
// Another entry may have started before, with a module without the functions that this needs.
if (hasTools()) readPlainContextsWith(() => new PlainContexts());

export { readyAtOnce as ready, readySyncAtOnce as readySync } from "./binding/engine.js";
export * from "./tools-api.js";
