/** The exports of the entries that load `core.wasm`. */

export * from "./absent.js";
export * from "./api.js";
