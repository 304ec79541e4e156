/** What the entries offer that load `core.wasm`. */

export * from "./absent.js";
export * from "./api.js";
