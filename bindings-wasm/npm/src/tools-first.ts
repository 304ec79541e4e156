import { hasTools } from "./engine.js";

/** Stands after the start of an entry that has everything, which cannot be when `core.wasm` was there first. */
export function requireToolsFirst(remedy: string): void {
  if (!hasTools()) throw new Error(`isoflag has started from core.wasm already; ${remedy}`);
}
