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

import type { DocumentStore } from "./sdk/source/interface.js";

export type { DocumentStore, StoredDocument } from "./sdk/source/interface.js";

const DIGEST = "Isoflag-Document";
const TIMES = "Isoflag-Times";

/**
 * Returns a store in the browser's Cache Storage, for `createSource({ persist })`: the next visit starts with the last
 * good document, and the source then polls the server as always. It keeps nothing if the browser has no Cache Storage,
 * as on a page without HTTPS.
 *
 * It keeps one document for each address: if the server makes the document for the visitor, pass a name of the visitor,
 * or the next visitor of this browser starts with the answers of this one.
 *
 * @param name the name of the cache
 */
export function cacheStorage(name = "isoflag"): DocumentStore {
  // A page without HTTPS does not have it, and reading it throws in a frame that may not use it.
  const open = async (): Promise<Cache | undefined> =>
    (globalThis as { caches?: CacheStorage }).caches?.open(name);
  return {
    async read(url) {
      const response = await (await open())?.match(url);
      const digest = response?.headers.get(DIGEST);
      if (response === undefined || !digest) return undefined;
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { bytes, digest, times: JSON.parse(response.headers.get(TIMES) ?? "{}") };
    },
    async write(url, { bytes, digest, times }) {
      const headers = { [DIGEST]: digest, [TIMES]: JSON.stringify(times) };
      await (await open())?.put(url, new Response(bytes.slice(), { headers }));
    },
  };
}
