/** Formats of AWS AppConfig: times to live, and keys. */

import { requireTools } from "../binding/engine.js";
import * as tools from "../generated/tools-glue.js";

/**
 * Parses a time to live in the format of the AppConfig extension (`45`, `45s`, `5m` or `1h`) into seconds.
 *
 * @throws {Error} for any other text
 */
export function parseTtl(text: string): number {
  requireTools("parseTtl");
  return tools.parseTtl(text);
}

/** Converts a flag's key to the form that AWS AppConfig accepts; undefined if it would be too long. */
export function toAppConfigKey(key: string): string | undefined {
  requireTools("toAppConfigKey");
  return tools.toAppConfigKey(key);
}

/**
 * Returns the key that {@link toAppConfigKey} converted to this one; undefined if it never produces this text.
 */
export function fromAppConfigKey(key: string): string | undefined {
  requireTools("fromAppConfigKey");
  return tools.fromAppConfigKey(key);
}
