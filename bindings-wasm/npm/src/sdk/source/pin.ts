/** The digest by which a back end finds the document of a source. */

import type { Flags } from "../../binding/flags.js";

/**
 * Returns the digest of the whole document if a document is a projection, else undefined. `core.wasm` does not export it,
 * so it is read from the text: like the core, from `meta.parentDigest`, if that is a string.
 */
export function pinOf(flags: Flags, document: string | Uint8Array | object): string | undefined {
  if ("parentDigest" in flags) return flags.parentDigest;
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
