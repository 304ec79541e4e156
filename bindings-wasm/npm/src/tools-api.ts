/** The exports of the entries that load `tools.wasm`. */

export * from "./api.js";
export { checkEnvironments } from "./tools/check.js";
export { Diff } from "./tools/diff.js";
export { convert, edit, promote } from "./tools/edit.js";
export { Explanation, Receipt, ReceiptError, replay } from "./tools/explanation.js";
export { fromAppConfigKey, parseTtl, secureModeHash, toAppConfigKey } from "./tools/formats.js";
export { DocumentHistory, PinError } from "./tools/history.js";
export { inventory } from "./tools/inventory.js";
export { LifecycleError } from "./tools/lifecycle.js";
export { StrategyError, SystemFlags, type UnderStrategy } from "./tools/strategy.js";
export { type AttributeChange, type Suggestion, suggest } from "./tools/suggestion.js";
