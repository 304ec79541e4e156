/** Encodes JSON text for the core. */

import type { ErrorKind } from "./errors.js";
import { isWellFormed } from "./host-json.js";

const encoder = new TextEncoder();

/**
 * Returns the bytes of a JSON text. A lone surrogate of the host's string is kept, as an escape, so that the core
 * reports it with its path; a `TextEncoder` would silently replace it.
 */
export function jsonBytes(text: string | Uint8Array, errors: ErrorKind): Uint8Array {
  if (typeof text === "string") {
    return encoder.encode(isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, escapeSurrogate));
  }
  if (ArrayBuffer.isView(text)) return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
  throw errors.at("", "expected JSON text or bytes");
}

function escapeSurrogate(surrogate: string, offset: number, text: string): string {
  let start = offset;
  while (text[start - 1] === "\\") start--;
  // After an odd number of backslashes the escape would itself be escaped, so a control character makes the JSON
  // invalid.
  return (offset - start) % 2 === 1 ? "\u0001" : `\\u${surrogate.charCodeAt(0).toString(16)}`;
}
