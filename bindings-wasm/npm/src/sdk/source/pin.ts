/** The digest by which a back end finds the document of a page, and the header that names it. */

import type { Flags } from "../../binding/flags.js";
import { identityOf } from "../observation.js";
import type { FlagSource } from "./source.js";

/**
 * Returns the digest of the whole document if a document is a projection, else undefined. `core.wasm` does not export it,
 * so it is read from the text: like the core, from `meta.parentDigest`, if that is a string.
 */
export function pinOf(document: string | Uint8Array | object): string | undefined {
  try {
    let value = document as { path?: unknown; data?: unknown; meta?: { parentDigest?: unknown } };
    if (typeof document === "string" || ArrayBuffer.isView(document)) {
      const text = typeof document === "string" ? document : new TextDecoder().decode(document);
      // Most documents are whole.
      if (!text.includes("parentDigest")) return undefined;
      value = JSON.parse(text.replace("\ufeff", ""));
    }
    // The container of a stream.
    if (value.path === "/" && value.data && !("flags" in value)) value = value.data;
    const digest = value.meta?.parentDigest;
    return typeof digest === "string" ? digest : undefined;
  } catch {
    return undefined;
  }
}

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
