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

/** Documents by digest: the one in force, and those that were before it. In a page of `isoflag/tools` only. */
export type DocumentHistory = tools.DocumentHistory;
/** Documents by digest: the one in force, and those that were before it. In a page of `isoflag/tools` only. */
export const DocumentHistory: typeof tools.DocumentHistory = absent("DocumentHistory");

/** How an answer came about, step by step. In a page of `isoflag/tools` only. */
export type Explanation = tools.Explanation;
/** How an answer came about, step by step. In a page of `isoflag/tools` only. */
export const Explanation: typeof tools.Explanation = absent("Explanation");

/** A pin that cannot be answered by its own document. In a page of `isoflag/tools` only. */
export type PinError = tools.PinError;
/** A pin that cannot be answered by its own document. In a page of `isoflag/tools` only. */
export const PinError: typeof tools.PinError = absent("PinError");

/** An answer with everything that it takes to check it elsewhere. In a page of `isoflag/tools` only. */
export type Receipt = tools.Receipt;
/** An answer with everything that it takes to check it elsewhere. In a page of `isoflag/tools` only. */
export const Receipt: typeof tools.Receipt = absent("Receipt");

/** A receipt that is not what the evaluation gives. In a page of `isoflag/tools` only. */
export type ReceiptError = tools.ReceiptError;
/** A receipt that is not what the evaluation gives. In a page of `isoflag/tools` only. */
export const ReceiptError: typeof tools.ReceiptError = absent("ReceiptError");

/** Seconds from a time to live: `45`, `45s`, `5m` or `1h`. In a page of `isoflag/tools` only. */
export const parseTtl: typeof tools.parseTtl = absent("parseTtl");
/** Evaluates again what a receipt claims. In a page of `isoflag/tools` only. */
export const replay: typeof tools.replay = absent("replay");
/** LaunchDarkly's secure-mode hash of a context. In a page of `isoflag/tools` only. */
export const secureModeHash: typeof tools.secureModeHash = absent("secureModeHash");

/** What changed from one document to another. In a page of `isoflag/tools` only. */
export type Diff = tools.Diff;
/** What changed from one document to another. In a page of `isoflag/tools` only. */
export const Diff: typeof tools.Diff = absent("Diff");

/** A strategy that is none, or that the document cannot take. In a page of `isoflag/tools` only. */
export type StrategyError = tools.StrategyError;
/** A strategy that is none, or that the document cannot take. In a page of `isoflag/tools` only. */
export const StrategyError: typeof tools.StrategyError = absent("StrategyError");

/** The key of the flag that a key of AppConfig stands for. In a page of `isoflag/tools` only. */
export const fromAppConfigKey: typeof tools.fromAppConfigKey = absent("fromAppConfigKey");

/** The key in AppConfig that stands for a flag's. In a page of `isoflag/tools` only. */
export const toAppConfigKey: typeof tools.toAppConfigKey = absent("toAppConfigKey");

/** A change of a flag's status that is not legal. In a page of `isoflag/tools` only. */
export type LifecycleError = tools.LifecycleError;
/** A change of a flag's status that is not legal. In a page of `isoflag/tools` only. */
export const LifecycleError: typeof tools.LifecycleError = absent("LifecycleError");

/** As `Flags.check` for several environments of the same flags. In a page of `isoflag/tools` only. */
export const checkEnvironments: typeof tools.checkEnvironments = absent("checkEnvironments");
/** All flags of several documents, side by side. In a page of `isoflag/tools` only. */
export const inventory: typeof tools.inventory = absent("inventory");
