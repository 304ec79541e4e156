/** A document in the core, with the text from which it is loaded again after a trap. */

import { isTrap, requireStart } from "./engine.js";
import { documentErrors, memoryErrors } from "./errors.js";
import * as core from "./generated/glue.js";
import { jsonBytes } from "./json-text.js";
import { Held } from "./ownership.js";

/** A function of the core that loads a text. */
export type Loader = (text: Uint8Array) => number;

/** JSON text. Bytes are the caller's, who may change them. */
export type DocumentText = string | Uint8Array;

/** How many patches are kept beside a text before the text of the patched document takes their place. */
const MOST_PATCHES = 8;

/** Calls what takes memory in the size of a document, and traps if there is too little. */
function fitting<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (!isTrap(thrown)) throw thrown;
    const message = "the document does not fit into memory; `free()` others";
    throw memoryErrors.at("", message, thrown);
  }
}

/** What loads a text again. A function of its own, so that it keeps nothing else. */
function again(loader: Loader, text: DocumentText): () => number {
  return () => loader(jsonBytes(text, documentErrors));
}

/** A document, its text, and the patches that were applied to it since. */
export class LoadedDocument extends Held {
  readonly #load: () => number;
  readonly #patches: readonly Uint8Array[];

  private constructor(load: () => number, handle: number, patches: readonly Uint8Array[] = []) {
    const patched = (flags: number, patch: Uint8Array): number => {
      const handle = core.applyPatch(flags, patch);
      core.freeFlags(flags);
      return handle;
    };
    super([], () => patches.reduce(patched, load()), core.freeFlags, handle);
    this.#load = load;
    this.#patches = patches;
  }

  /** Loads a text. */
  static load(loader: Loader, text: DocumentText): LoadedDocument {
    requireStart();
    const bytes = jsonBytes(text, documentErrors);
    const handle = documentErrors.handle(fitting(() => loader(bytes)));
    // A string is not copied, and one of ASCII takes no more than its bytes.
    const kept = typeof text === "string" ? text : bytes.slice();
    return new LoadedDocument(again(loader, kept), handle);
  }

  /** The document that the core has just made of another. */
  static of(handle: number): LoadedDocument {
    const text = documentErrors.text(fitting(() => core.flagsText(handle)));
    return new LoadedDocument(again(core.loadFlags, text), handle);
  }

  /** This document with a patch. */
  apply(patch: Uint8Array): LoadedDocument {
    const handle = documentErrors.handle(fitting(() => core.applyPatch(this.handle, patch)));
    return this.#patches.length < MOST_PATCHES
      ? new LoadedDocument(this.#load, handle, [...this.#patches, patch.slice()])
      : LoadedDocument.of(handle);
  }
}
