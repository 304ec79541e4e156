/** The exports of the entries that load `tools.wasm`. */

export * from "./api.js";
export { LifecycleError } from "./certification.js";
export { Explanation } from "./explanation.js";
export { DocumentHistory, PinError } from "./history.js";
export { checkEnvironments, Diff, fromAppConfigKey, StrategyError, toAppConfigKey } from "./lifecycle.js";
export { Receipt, ReceiptError, replay } from "./receipt.js";
export { inventory } from "./reports.js";
export { secureModeHash } from "./secure-mode-hash.js";
export { parseTtl } from "./time-to-live.js";
