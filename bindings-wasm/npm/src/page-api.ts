/**
 * The exports of the entries that load `core.wasm`.
 *
 * Names that only `isoflag/tools` implements in a page. They are exported here too, so that code for several host
 * runtimes can import them; calling one throws an error that names the entry point.
 */

import { withoutTools } from "./binding/engine.js";
import type * as tools from "./tools-api.js";

export * from "./api.js";

function absent<T>(name: string): T {
  // biome-ignore lint/complexity/useArrowFunction: `new` must get as far as a call
  return function (): never {
    throw withoutTools(name);
  } as T;
}

export type DocumentHistory = tools.DocumentHistory;
/** Documents by digest: the current one, and those before it. In a page, only `isoflag/tools` has it. */
export const DocumentHistory: typeof tools.DocumentHistory = absent("DocumentHistory");
export type Explanation = tools.Explanation;
/** Explains an answer step by step. In a page, only `isoflag/tools` has it. */
export const Explanation: typeof tools.Explanation = absent("Explanation");
export type PinError = tools.PinError;
/** A pin whose document is not available. In a page, only `isoflag/tools` has it. */
export const PinError: typeof tools.PinError = absent("PinError");
export type Receipt = tools.Receipt;
/** An answer with everything needed to verify it elsewhere. In a page, only `isoflag/tools` has it. */
export const Receipt: typeof tools.Receipt = absent("Receipt");
export type ReceiptError = tools.ReceiptError;
/** A receipt that does not match the evaluation. In a page, only `isoflag/tools` has it. */
export const ReceiptError: typeof tools.ReceiptError = absent("ReceiptError");
/** Parses a time to live (`45`, `45s`, `5m` or `1h`) into seconds. In a page, only `isoflag/tools` has it. */
export const parseTtl: typeof tools.parseTtl = absent("parseTtl");
/** Verifies a receipt by evaluating again. In a page, only `isoflag/tools` has it. */
export const replay: typeof tools.replay = absent("replay");
/** LaunchDarkly's secure-mode hash of a context. In a page, only `isoflag/tools` has it. */
export const secureModeHash: typeof tools.secureModeHash = absent("secureModeHash");
export type Diff = tools.Diff;
/** The differences between two documents. In a page, only `isoflag/tools` has it. */
export const Diff: typeof tools.Diff = absent("Diff");
export type StrategyError = tools.StrategyError;
/** An invalid strategy, or one that does not fit the document. In a page, only `isoflag/tools` has it. */
export const StrategyError: typeof tools.StrategyError = absent("StrategyError");
/** Converts a key of AppConfig back to the flag's key. In a page, only `isoflag/tools` has it. */
export const fromAppConfigKey: typeof tools.fromAppConfigKey = absent("fromAppConfigKey");
/** Converts a flag's key to a key of AppConfig. In a page, only `isoflag/tools` has it. */
export const toAppConfigKey: typeof tools.toAppConfigKey = absent("toAppConfigKey");
export type LifecycleError = tools.LifecycleError;
/** A rejected change of a flag's status. In a page, only `isoflag/tools` has it. */
export const LifecycleError: typeof tools.LifecycleError = absent("LifecycleError");
/** Like `Flags.check`, for several environments of the same flags. In a page, only `isoflag/tools` has it. */
export const checkEnvironments: typeof tools.checkEnvironments = absent("checkEnvironments");
/** All flags of several documents, side by side. In a page, only `isoflag/tools` has it. */
export const inventory: typeof tools.inventory = absent("inventory");
