/** A document in the core, with the text to load it again after a trap. */

import * as core from "../generated/glue.js";
import { isTrap, requireStart, startTools } from "./engine.js";
import { documentErrors, memoryErrors, NO_HANDLE } from "./errors.js";
import { FULL, Held } from "./handles.js";
import { jsonBytes } from "./json-encoding.js";

/** A function of the core that loads a text. */
export type Loader = (text: Uint8Array) => number;

/** JSON text. The caller may change the bytes later. */
export type DocumentText = string | Uint8Array;

/** The number of patches kept beside a text before the text of the patched document replaces them. */
const MOST_PATCHES = 8;

/** Makes a call that needs memory proportional to a document, and traps if there is too little. */
function fitting<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    if (!isTrap(thrown)) throw thrown;
    throw memoryErrors.at("", FULL, thrown);
  }
}

/** Returns a function that loads a text again. A separate function, so that its closure keeps nothing else. */
function again(loader: Loader, text: DocumentText): () => number {
  return () => loader(jsonBytes(text, documentErrors));
}

/** A document, its text, and the patches applied to it since. */
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
    let handle = fitting(() => loader(bytes));
    // An error may be described by `tools.wasm` alone.
    if (handle === NO_HANDLE && startTools()) handle = fitting(() => loader(bytes));
    documentErrors.handle(handle);
    // A string is not copied, and ASCII takes no more memory than its bytes.
    const kept = typeof text === "string" ? text : bytes.slice();
    return new LoadedDocument(again(loader, kept), handle);
  }

  /** Wraps a document that the core has just created from another. */
  static of(handle: number): LoadedDocument {
    const text = documentErrors.text(fitting(() => core.flagsText(handle)));
    return new LoadedDocument(again(core.loadFlags, text), handle);
  }

  /** Returns this document with a patch applied. */
  apply(patch: Uint8Array): LoadedDocument {
    const handle = documentErrors.handle(fitting(() => core.applyPatch(this.handle, patch)));
    return this.#patches.length < MOST_PATCHES
      ? new LoadedDocument(this.#load, handle, [...this.#patches, patch.slice()])
      : LoadedDocument.of(handle);
  }
}
