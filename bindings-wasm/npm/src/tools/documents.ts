/** Calls of `tools.wasm` with documents: loads them temporarily if needed, and converts failures. */

import { argumentErrors, type ErrorKind, type Failure } from "../binding/errors.js";
import { documentText, type Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import type { Held } from "../binding/handles.js";
import { LoadedDocument } from "../binding/loaded-document.js";
import * as core from "../generated/glue.js";

/** Returns the canonical JSON text of a document. */
export function toJson(flags: Held): string {
  return argumentErrors.text(core.flagsText(flags.handle));
}

/** A document, already loaded or not. */
export type DocumentLike = Flags | string | Uint8Array | object;

/** Calls a function with documents; those that are not loaded are loaded for the call. */
export function withDocuments<T>(
  documents: readonly DocumentLike[],
  use: (documents: readonly LoadedDocument[]) => T,
): T {
  // Reading objects runs the caller's code, so all of them are read first.
  const given = documents.map(document => flagsOf.held(document) ?? documentText(document));
  const loaded: LoadedDocument[] = [];
  try {
    const opened = given.map(document => {
      if (document instanceof LoadedDocument) return document;
      const made = LoadedDocument.load(core.loadFlags, document);
      loaded.push(made);
      return made;
    });
    return use(opened);
  } finally {
    for (const document of loaded) document.release();
  }
}

/** Calls a function with one document. */
export function withDocument<T>(document: DocumentLike, use: (document: LoadedDocument) => T): T {
  return withDocuments([document], ([opened]) => use(opened as LoadedDocument));
}

/** Calls functions of `tools.wasm`, and converts the failures that they throw to errors of a kind. */
export function during<T>(errors: ErrorKind, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw typeof thrown === "string" || isFailure(thrown) ? errors.of(thrown) : thrown;
  }
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && !(thrown instanceof Error);
}
