/** The one instance of the WebAssembly module. */

import init, * as core from "./generated/glue.js";

export { core };

let started = false;

/** What the core accepts, known once it has started. */
export const limits = { contextBytes: 0, documentBytes: 0, nesting: 0 };

function settle(): void {
  const [contextBytes = 0, documentBytes = 0, nesting = 0] = core.limits();
  Object.assign(limits, { contextBytes, documentBytes, nesting });
  started = true;
}

/** Starts from a compiled module, or from bytes that are compiled at once. */
export function start(module: WebAssembly.Module | BufferSource): void {
  if (started) return;
  core.initSync({ module });
  settle();
}

/** Starts from a compiled module without blocking. */
export async function startAsync(module: WebAssembly.Module): Promise<void> {
  if (started) return;
  await init({ module_or_path: module });
  if (!started) settle();
}

/** Whether it has started. */
export function isStarted(): boolean {
  return started;
}

/** Stands before whatever makes the first object. */
export function requireStart(): void {
  if (!started) throw new Error("isoflag is not ready; `await ready()` first");
}
