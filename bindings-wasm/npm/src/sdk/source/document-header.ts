/** The HTTP header `Isoflag-Document`. */

import type { Flags } from "../../binding/flags.js";
import { digestOf } from "../observation.js";
import type { FlagSource } from "./source.js";

/** The document that a journey began with: a document, a source of it, or an object with its digest, such as `useIsoflag()`. */
export type DecidedWith = Flags | FlagSource | KnownDigest;

/** An object with the digest of a document. */
export interface KnownDigest {
  /** The digest; undefined while there is no document. */
  readonly digest: string | undefined;
}

/**
 * The headers that {@link documentHeader} returns, for `fetch`.
 */
export interface DocumentHeader {
  /** The digest of the document that the page evaluated. */
  readonly "Isoflag-Document"?: string;
}

/**
 * Returns the header that makes a back end evaluate with the document version that the page used; empty if the digest is
 * unknown. Take it when a journey begins, since a source may have another document at its end. It is never a security
 * decision: a page may send any digest.
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
