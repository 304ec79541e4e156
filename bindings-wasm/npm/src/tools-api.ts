/** The exports of the entries that load `tools.wasm`. */

export * from "./api.js";
export { fromAppConfigKey, parseTtl, toAppConfigKey } from "./tools/appconfig.js";
export { checkEnvironments } from "./tools/check.js";
export { Diff } from "./tools/diff.js";
export { convert, edit, promote } from "./tools/edit.js";
export { Explanation, Receipt, ReceiptError, replay } from "./tools/explanation.js";
export { DocumentHistory, PinError } from "./tools/history.js";
export { inventory } from "./tools/inventory.js";
export { LifecycleError } from "./tools/lifecycle.js";
export { secureModeHash } from "./tools/secure-mode-hash.js";
export { StrategyError, SystemFlags, type UnderStrategy } from "./tools/strategy.js";
export { type AttributeChange, type Suggestion, suggest } from "./tools/suggestion.js";
