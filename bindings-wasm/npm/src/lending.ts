import { type Flags, flagsOf } from "./flags.js";

/** A document, loaded already or not. */
export type DocumentLike = Flags | string | Uint8Array | object;

/** Lends the handles of several documents, those that are loaded for the call included. */
export function lendAll<T>(documents: readonly DocumentLike[], use: (handles: Uint32Array) => T): T {
  const lendFrom = (index: number, handles: readonly number[]): T => {
    const document = documents[index];
    if (document === undefined) return use(Uint32Array.from(handles));
    return flagsOf.lend(document, handle => lendFrom(index + 1, [...handles, handle]));
  };
  return lendFrom(0, []);
}
