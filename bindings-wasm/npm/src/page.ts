/**
 * The entry for pages with a bundler: that of `index.js`, and sources, which the bundler leaves out if they are not
 * used.
 */

import { Flags, ready } from "./index.js";
import { DocumentSource, type EntrySourceOptions } from "./sdk/source/source.js";

export * from "./index.js";

/**
 * Starts to fetch a document, and keeps the last good one. It loads the module too.
 *
 * ```js
 * const source = createSource({ url: "/flags.json" });
 * const { flags, error } = await source.loaded;
 * ```
 */
export function createSource(options: EntrySourceOptions): DocumentSource {
  return new DocumentSource({ Flags, ready, ...options });
}
