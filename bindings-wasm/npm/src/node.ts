/**
 * The entry for Node: ready when it is imported. It starts from `core.wasm`, and continues with `tools.wasm` when a feature
 * needs it or evaluations are many. Both are inlined, because server bundlers break reading a file beside the script.
 */

import { brotliDecompressSync } from "node:zlib";

import { readPlainContextsWith, start, startLater } from "./binding/engine.js";
import { PlainContexts } from "./binding/plain/contexts.js";
import { warnAboutProblems } from "./binding/problem-warnings.js";
import { isDevelopment } from "./binding/problems.js";
import { coreBase64 } from "./generated/core-base64.js";
import { toolsBase64 } from "./generated/tools-base64.js";
import { tooling } from "./tools/tooling.js";

/** Why the module could not be started. */
let failure: unknown;
try {
  start(Buffer.from(coreBase64, "base64"));
} catch (thrown) {
  failure = thrown;
}
startLater(() => brotliDecompressSync(Buffer.from(toolsBase64, "base64")), tooling);
readPlainContextsWith(() => new PlainContexts());
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
