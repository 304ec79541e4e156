/**
 * `isoflag/persist`: keeps the last good document in the browser, so that a second visit starts with answers.
 *
 * ```js
 * import { createSource } from "isoflag";
 * import { cacheStorage } from "isoflag/persist";
 *
 * const source = createSource({ url: "/flags.json", persist: cacheStorage() });
 * ```
 */

export * from "./sdk/persist.js";
export type { DocumentStore, StoredDocument } from "./sdk/source/options.js";
