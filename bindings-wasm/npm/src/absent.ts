/**
 * What a page has with `isoflag/tools` only. The names are here too, so that a program for several hosts can import them;
 * whoever calls one is told where it is.
 */

import { withoutTools } from "./engine.js";
import type * as tools from "./tools-api.js";

function absent<T>(name: string): T {
  // biome-ignore lint/complexity/useArrowFunction: `new` must get as far as a call
  return function (): never {
    throw withoutTools(name);
  } as T;
}

export type DocumentHistory = tools.DocumentHistory;
export const DocumentHistory: typeof tools.DocumentHistory = absent("DocumentHistory");

export type Explanation = tools.Explanation;
export const Explanation: typeof tools.Explanation = absent("Explanation");

export type PinError = tools.PinError;
export const PinError: typeof tools.PinError = absent("PinError");

export type Receipt = tools.Receipt;
export const Receipt: typeof tools.Receipt = absent("Receipt");

export type ReceiptError = tools.ReceiptError;
export const ReceiptError: typeof tools.ReceiptError = absent("ReceiptError");

export const parseTtl: typeof tools.parseTtl = absent("parseTtl");
export const replay: typeof tools.replay = absent("replay");
export const secureModeHash: typeof tools.secureModeHash = absent("secureModeHash");
