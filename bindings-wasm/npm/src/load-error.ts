/**
 * Why the WebAssembly module is not there:
 *
 * - `fetch-failed`: its address cannot be reached or answers with an error
 * - `not-webassembly`: what was found is something else, such as a page of HTML
 * - `compile-forbidden`: a content security policy or the runtime forbids compiling WebAssembly, or has none
 * - `wrong-module`: it is WebAssembly, but not the module of this version of the package
 */
export type LoadErrorCode = "fetch-failed" | "not-webassembly" | "compile-forbidden" | "wrong-module";

/** The WebAssembly module cannot be started. The message says why and what to do; `ready` may be called again. */
export class LoadError extends Error {
  /** Tells it from other errors, also across copies of the package. */
  override readonly name = "LoadError";
  /** The stable name of the cause. */
  readonly code: LoadErrorCode;

  constructor(code: LoadErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
