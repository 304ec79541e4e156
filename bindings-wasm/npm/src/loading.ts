import { start, startAsync } from "./engine.js";

/** Where the module may come from. */
export type CoreSource =
  | string
  | URL
  | Request
  | Response
  | Promise<Response>
  | BufferSource
  | WebAssembly.Module;

/** Compiles the module, while it arrives where the host can. */
async function compile(source: CoreSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const isAddress = typeof source === "string" || source instanceof URL || source instanceof Request;
  const response = await (isAddress ? fetch(source) : source);
  if (!response.ok) {
    throw new Error(
      `\`${response.url}\` answered ${response.status} instead of isoflag's core.wasm or tools.wasm; serve the file there or pass its address to \`ready\``,
    );
  }
  // A server that does not know the type must not break the page.
  const streams = response.headers.get("Content-Type")?.trim().toLowerCase() === "application/wasm";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

let starting: Promise<void> | undefined;

/** Starts from a source, once for all entries; after a failure it may be called again. */
export function startFrom(source: CoreSource): Promise<void> {
  starting ??= compile(source)
    .then(startAsync)
    .catch(error => {
      starting = undefined;
      throw error;
    });
  return starting;
}

/** Makes the package ready at once, from a module that was compiled elsewhere or from its bytes. */
export function readySync(module: WebAssembly.Module | BufferSource): void {
  start(module);
}
