/** Compiles the WebAssembly module, and reports why it cannot be loaded. */

import { printable } from "./printable.js";

/**
 * The reason why the WebAssembly module cannot be loaded:
 *
 * - `fetch-failed`: its address cannot be reached or returns an error
 * - `not-webassembly`: the response is something else, such as an HTML page
 * - `compile-forbidden`: a content security policy or the runtime forbids WebAssembly, or does not support it
 * - `wrong-module`: it is WebAssembly, but not the module of this version of the package
 */
export type LoadErrorCode = "fetch-failed" | "not-webassembly" | "compile-forbidden" | "wrong-module";

/** The WebAssembly module cannot be started. The message says why and what to do; `ready` may be called again. */
export class LoadError extends Error {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "LoadError";
  /** The stable name of the cause. */
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string, options?: ErrorOptions) {
    super(printable(message), options);
    this.code = code;
  }
}

declare global {
  namespace WebAssembly {
    // Merges with the DOM's type; code without the DOM's types needs it to read the types here.
    interface Module {}
  }
}

/** The bytes of the module. */
export type CoreBytes = ArrayBuffer | ArrayBufferView;

type Address = string | URL | Request;
type Answer = Response | Promise<Response>;

/** The source of the module: an address, a response, its bytes, or a compiled module. */
export type CoreSource = Address | Answer | CoreBytes | WebAssembly.Module;

const REMEDY = "serve it there, pass `ready` its address or import `isoflag/inline`";

/** The smallest module: if it does not compile, no module does. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Host runtimes report forbidden compilation differently, so it is tested. */
function failure(
  cause: unknown,
  origin: string,
  code: LoadErrorCode = (cause as Error | undefined)?.name === "CompileError"
    ? "not-webassembly"
    : "fetch-failed",
  remedy = REMEDY,
): LoadError {
  let message = `${origin} cannot be loaded (${cause}); ${remedy}`;
  try {
    new WebAssembly.Module(EMPTY);
  } catch (forbidden) {
    code = "compile-forbidden";
    message = `WebAssembly is forbidden here (${forbidden}); script-src 'wasm-unsafe-eval' allows it in a page, deployment at the edge`;
  }
  return new LoadError(code, message, { cause });
}

/** Compiles synchronously. */
export function compileNow(source: WebAssembly.Module | CoreBytes): WebAssembly.Module {
  try {
    return source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source as BufferSource);
  } catch (cause) {
    throw failure(cause, "the given source", "not-webassembly", "pass its bytes or a `WebAssembly.Module`");
  }
}

/** Compiles the module, while it downloads if the host runtime supports that. */
export async function compile(source: CoreSource): Promise<WebAssembly.Module> {
  let origin = "the given source";
  try {
    if (source instanceof WebAssembly.Module) return source;
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
      return await WebAssembly.compile(source as BufferSource);
    }
    const remote = source as Address | Answer;
    const isAddress = typeof remote === "string" || remote instanceof URL || remote instanceof Request;
    if (isAddress) origin = `\`${(remote as Request).url ?? remote}\``;
    const response = await (isAddress ? fetch(remote) : remote);
    if (response.url) origin = `\`${response.url}\``;
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const type = response.headers.get("Content-Type") ?? "";
    // Neither a server with a wrong content type nor a browser without streaming compilation may break the page.
    const isWasm = type.trim().toLowerCase() === "application/wasm";
    if (isWasm && "compileStreaming" in WebAssembly) return await WebAssembly.compileStreaming(response);
    if (!isWasm) origin += `, served as \`${type}\`,`;
    // Not awaited as an argument: Next.js's edge runtime moves each argument into a function that is not async.
    return await response.arrayBuffer().then(bytes => WebAssembly.compile(bytes));
  } catch (cause) {
    throw failure(cause, origin);
  }
}
