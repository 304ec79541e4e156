/** Internal access to the core's objects of documents, without loading the class. */

import type { Flags } from "./flags.js";
import type { Held } from "./handles.js";
import type { LoadedDocument } from "./loaded-document.js";

/** Set by the classes; undefined until then. */
export const flagsOf = {} as {
  /** Returns the core's object of a document; undefined for other values. */
  held: (document: unknown) => LoadedDocument | undefined;
  /** Returns the core's object of bound flags; undefined for other values. */
  bound: (bound: unknown) => Held | undefined;
  /** Wraps a document that the core has just created. */
  made: (handle: number) => Flags;
};
