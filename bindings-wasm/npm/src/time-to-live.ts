import { requireTools } from "./engine.js";

/**
 * Seconds from a time to live as the AppConfig extension takes it: `45`, `45s`, `5m` or `1h`.
 *
 * @throws {Error} for any other text
 */
export function parseTtl(text: string): number {
  return requireTools("parseTtl").glue.parseTtl(text);
}
