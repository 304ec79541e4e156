/** The entry without a second file: the module is inlined, and ready when this is imported. */

import { start } from "./binding/engine.js";
import { coreBase64 } from "./generated/core-base64.js";

start(Uint8Array.from(atob(coreBase64), character => character.charCodeAt(0)));

export * from "./page-api.js";
export * from "./ready-at-once.js";
