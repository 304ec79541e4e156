import type { ErrorKind } from "./errors.js";
import { isWellFormed } from "./host-json.js";

const encoder = new TextEncoder();

/**
 * The bytes of a JSON text. A lone surrogate of the host's string stays one, as an escape, so that the core refuses it
 * where it stands; a `TextEncoder` would quietly write another character.
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
  // After an odd number of backslashes it is escaped itself, which no JSON is: a bare control character keeps it so.
  return (offset - start) % 2 === 1 ? "\u0001" : `\\u${surrogate.charCodeAt(0).toString(16)}`;
}
