/** The exports of the entries that are ready when they are imported. */

import { Flags } from "./binding/flags.js";
import { DocumentSource, type EntrySourceOptions } from "./sdk/source/source.js";

/** Resolves immediately: this entry is ready when it is imported. */
export async function ready(): Promise<void> {}

/** Does nothing: this entry is ready when it is imported. */
export function readySync(): void {}

/**
 * Starts to fetch a document, and keeps the last good one.
 *
 * ```js
 * const source = createSource({ url: "https://cdn.example/flags.json" });
 * const { flags, error } = await source.loaded;
 * ```
 */
export function createSource(options: EntrySourceOptions): DocumentSource {
  return new DocumentSource({ Flags, ...options });
}
