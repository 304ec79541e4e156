/** Requires that `tools.wasm` was loaded first. */

import { hasTools } from "./engine.js";

/** Called after the start of an entry with all features; throws if `core.wasm` was loaded first. */
export function requireToolsFirst(remedy: string): void {
  if (!hasTools()) throw new Error(`isoflag has started from core.wasm already; ${remedy}`);
}
