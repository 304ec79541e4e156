/** Parses times to live. */

import { requireTools } from "./engine.js";

/**
 * Parses a time to live in the format of the AppConfig extension (`45`, `45s`, `5m` or `1h`) into seconds.
 *
 * @throws {Error} for any other text
 */
export function parseTtl(text: string): number {
  return requireTools("parseTtl").glue.parseTtl(text);
}
