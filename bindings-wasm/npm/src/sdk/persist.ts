/** Keeps documents in the browser for the next visit. */

import type { DocumentStore } from "./source/options.js";

const DIGEST = "Isoflag-Document";
const TIMES = "Isoflag-Times";

/**
 * Returns a store in the browser's Cache Storage, for `createSource({ persist })`: the next visit starts with the last
 * good document, and the source then polls the server as always. It keeps nothing if the browser has no Cache Storage,
 * as on a page without HTTPS.
 *
 * @param name the name of the cache
 */
export function cacheStorage(name = "isoflag"): DocumentStore {
  // A page without HTTPS does not have it.
  const { caches } = globalThis as { caches?: CacheStorage };
  return {
    async read(url) {
      const response = await (await caches?.open(name))?.match(url);
      const digest = response?.headers.get(DIGEST);
      if (response === undefined || !digest) return undefined;
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { bytes, digest, times: JSON.parse(response.headers.get(TIMES) ?? "{}") };
    },
    async write(url, { bytes, digest, times }) {
      const headers = { [DIGEST]: digest, [TIMES]: JSON.stringify(times) };
      await (await caches?.open(name))?.put(url, new Response(bytes.slice(), { headers }));
    },
  };
}
