import type { Flags } from "./flags.js";
import { digestOf } from "./observation.js";
import type { FlagSource } from "./source.js";

/** What a journey was begun with: a document, a source of it, or what says its digest, such as `useIsoflag()`. */
export type DecidedWith = Flags | FlagSource | KnownDigest;

/** What says the digest of a document. */
export interface KnownDigest {
  /** The digest; undefined while there is no document. */
  readonly digest: string | undefined;
}

/** What {@link documentHeader} gives: headers for `fetch`. */
export interface DocumentHeader {
  /** The digest of the document that the page has decided with. */
  readonly "Isoflag-Document"?: string;
}

/**
 * The header by which a page tells a back end which document it has decided with, to be answered by that very document.
 * Empty where the digest is not known. Take it when a journey begins, since a source may have another document at its end.
 * It is never a security decision: a page may send any.
 *
 * ```js
 * const decidedWith = documentHeader(source);
 * await fetch("/submit", { method: "POST", headers: { ...decidedWith, "Content-Type": "application/json" }, body });
 * ```
 */
export function documentHeader(from: DecidedWith): DocumentHeader {
  const digest = "snapshot" in from ? from.snapshot.digest : digestOf(from as Flags);
  return digest === undefined ? {} : { "Isoflag-Document": digest };
}
