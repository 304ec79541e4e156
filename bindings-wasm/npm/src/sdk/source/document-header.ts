/** The HTTP header `Isoflag-Document`. */

import type { Flags } from "../../binding/flags.js";
import { identityOf } from "../observation.js";
import type { FlagSource } from "./source.js";

/** The document that a journey began with: a document, a source of it, or an object with its digest, such as `useIsoflag()`. */
export type DecidedWith = Flags | FlagSource | KnownDigest;

/** An object with the digest of a document. */
export interface KnownDigest {
  /** The digest; undefined while there is no document. */
  readonly digest: string | undefined;
  /** The digest by which a back end finds the document, if it is not `digest`; null if no back end has it. */
  readonly pin?: string | null | undefined;
}

/**
 * The headers that {@link documentHeader} returns, for `fetch`.
 */
export interface DocumentHeader {
  /** The digest of the document that the page evaluated; for a projection that of the whole document. */
  readonly "Isoflag-Document"?: string;
}

/**
 * Returns the header that makes a back end evaluate with the document version that the page used; empty if the digest is
 * unknown or the page overrides flags. Take it when a journey begins, since a source may have another document at its end. It is never a security
 * decision: a page may send any digest.
 *
 * ```js
 * const decidedWith = documentHeader(source);
 * await fetch("/submit", { method: "POST", headers: { ...decidedWith, "Content-Type": "application/json" }, body });
 * ```
 */
export function documentHeader(from: DecidedWith): DocumentHeader {
  const { digest, pin = digest } =
    "snapshot" in from ? from.snapshot : "bind" in from ? identityOf(from) : from;
  return pin == null ? {} : { "Isoflag-Document": pin };
}
