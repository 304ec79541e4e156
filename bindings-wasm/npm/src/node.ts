/**
 * The entry for Node: ready when it is imported. The module is inlined, compressed, because server bundlers break reading
 * a file beside the script.
 */

import { brotliDecompressSync } from "node:zlib";

import { hasTools, readPlainContextsWith, start } from "./binding/engine.js";
import { PlainContexts } from "./binding/plain/contexts.js";
import { warnAboutProblems } from "./binding/problem-warnings.js";
import { isDevelopment } from "./binding/problems.js";
import { toolsBase64 } from "./generated/tools-base64.js";
import { tooling } from "./tools/tooling.js";

/** Why the module could not be started. */
let failure: unknown;
try {
  start(brotliDecompressSync(Buffer.from(toolsBase64, "base64")), tooling);
} catch (thrown) {
  failure = thrown;
}
// Another entry may have started before, with a module without the functions that this needs.
if (hasTools()) readPlainContextsWith(() => new PlainContexts());
if (isDevelopment()) warnAboutProblems();

export * from "./ready-at-once.js";
export * from "./tools-api.js";

/** Resolves immediately; rejects with a `LoadError` if the host runtime has no WebAssembly. */
export async function ready(): Promise<void> {
  readySync();
}

/** Throws a `LoadError` if the host runtime has no WebAssembly. */
export function readySync(): void {
  if (failure !== undefined) throw failure;
}
