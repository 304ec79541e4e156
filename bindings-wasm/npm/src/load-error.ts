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
    super(message, options);
    this.code = code;
  }
}
