/** Errors and diagnostics of documents and contexts, and their conversion from the core. */

import * as core from "../generated/glue.js";
import { printable } from "./printable.js";

/** Returned by the core instead of a handle if a call fails. */
export const NO_HANDLE = 0;

/** Returned by the core instead of a flag's handle or an answer's code if a call fails. */
export const FAILED = 0xffff_ffbe;

/** An error as the core reports it. */
export interface Failure {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** An error with a code and a path. Its `name` identifies it, also across copies of the package. */
export class InputError extends Error {
  /** The stable error code. */
  readonly code: string;
  /** The path in the input, such as `flags.checkout.rules[2]` or `org.key`; empty for the input itself. */
  readonly path: string;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.code = failure.code;
    this.path = failure.path;
  }
}

/** A document, patch or map of flags that cannot be loaded. */
export class DocumentError extends InputError {
  /** `DocumentError`. */
  override readonly name = "DocumentError";
  /** The line in the text, from 1, if there is a text. */
  readonly line: number | undefined;
  /** The column in the line, from 1, if there is a text. */
  readonly column: number | undefined;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure, options);
    this.line = failure.line;
    this.column = failure.column;
  }
}

/** An invalid context. */
export class ContextError extends InputError {
  /** `ContextError`. */
  override readonly name = "ContextError";
}

/** A mistake in a document, or information for its author. */
export interface Diagnostic {
  /** `error`: it can never have its effect; `warning`: it is probably not read as its author intended. */
  readonly severity: "error" | "warning" | "info";
  /** The stable name of the finding. */
  readonly code: string;
  /** The path, such as `flags.checkout.rules[2].clauses[0].values[1]`. */
  readonly path: string;
  /** The problem. */
  readonly message: string;
}

/** Creates the errors of one kind. */
export class ErrorKind {
  readonly #make: (failure: Failure, options?: ErrorOptions) => Error;
  readonly #code: string;

  constructor(make: (failure: Failure, options?: ErrorOptions) => Error, code: string) {
    this.#make = make;
    this.#code = code;
  }

  /** Returns the error of the last call to the core. */
  last(): Error {
    return this.of(core.failure());
  }

  /** Returns the error for a failure, or for its JSON text as the core reports it: empty for an object that was freed. */
  of(failure: Failure | string, options?: ErrorOptions): Error {
    if (failure === "") return new Error("used after `free()`");
    const given = typeof failure === "string" ? (JSON.parse(failure) as Failure) : failure;
    return this.#make({ ...given, path: printable(given.path), message: printable(given.message) }, options);
  }

  /** Returns a handle, or throws if the call failed. */
  handle(handle: number): number {
    if (handle === NO_HANDLE) throw this.last();
    return handle;
  }

  /** Returns a text, or throws if the call failed. */
  text(text: string | undefined): string {
    if (text === undefined) throw this.last();
    return text;
  }

  /** Returns the error for a value that cannot be passed to the core. */
  at(path: string, message: string, cause?: unknown, code = this.#code): Error {
    const failure = { code, path, message: path === "" ? message : `\`${path}\`: ${message}` };
    return this.of(failure, cause === undefined ? undefined : { cause });
  }
}

function documentError(failure: Failure, options?: ErrorOptions): Error {
  return new DocumentError(failure, options);
}

export const documentErrors = new ErrorKind(documentError, "not-json");

/** A document for which there is not enough memory. */
export const memoryErrors = new ErrorKind(documentError, "memory");

export const contextErrors = new ErrorKind(
  (failure, options) => new ContextError(failure, options),
  "invalid-context",
);

/** An argument that is neither a document nor a context. */
export const argumentErrors = new ErrorKind(
  (failure, options) => new TypeError(failure.message, options),
  "",
);
