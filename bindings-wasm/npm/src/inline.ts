/** The entry without a second file: the module is inlined, and ready when this is imported. */

import { start } from "./binding/engine.js";
import { coreBase64 } from "./generated/core-base64.js";

const text = atob(coreBase64);
const bytes = new Uint8Array(text.length);
// While the code is not optimized, `Uint8Array.from` with a function is slower.
for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
start(bytes);

export * from "./page-api.js";
export * from "./ready-at-once.js";
