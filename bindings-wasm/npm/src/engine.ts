/** The one instance of the WebAssembly module. */

import { type CoreBytes, compileNow } from "./compiling.js";
import { version } from "./generated/constants.js";
import init, * as core from "./generated/glue.js";
import { LoadError } from "./load-error.js";

export { core };

let started = false;
let tools = false;

/** Another module would stay in the glue once it is instantiated, so it is refused before. */
function requireOurs(module: WebAssembly.Module): WebAssembly.Module {
  if (WebAssembly.Module.customSections(module, `isoflag ${version}`).length > 0) return module;
  throw new LoadError(
    "wrong-module",
    `this is no module of isoflag ${version}; serve that of the same release`,
  );
}

function settle(exports: object): void {
  started = true;
  tools = "explain" in exports;
}

/** Starts from a compiled module, or from bytes that are compiled at once. */
export function start(module: WebAssembly.Module | CoreBytes): void {
  if (!started) settle(core.initSync({ module: requireOurs(compileNow(module)) }));
}

/** Starts from a compiled module without blocking. */
export async function startAsync(module: WebAssembly.Module): Promise<void> {
  if (started) return;
  const exports = await init({ module_or_path: requireOurs(module) });
  if (!started) settle(exports);
}

/** Stands before whatever makes the first object. */
export function requireStart(): void {
  if (!started) throw new Error("isoflag is not ready; `await ready()` first");
}

/** Stands before what only `tools.wasm` can do. */
export function requireTools(what: string): void {
  requireStart();
  if (!tools) {
    throw new Error(
      `\`${what}\` is not in core.wasm, which has what evaluation needs; import \`isoflag/tools\` instead of \`isoflag\``,
    );
  }
}

/** Whether the module that has started can do everything. */
export function hasTools(): boolean {
  return tools;
}
