/** Formats of AWS AppConfig (times to live and keys) and LaunchDarkly (the secure-mode hash). */

import { type ContextLike, passContext } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { contextErrors } from "../binding/errors.js";
import { handlesOf } from "../binding/handles.js";
import { isWellFormed } from "../binding/json-encoding.js";
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

/**
 * LaunchDarkly's secure-mode hash: the HMAC-SHA256 of the context's fully-qualified key, in hexadecimal digits.
 *
 * @throws {ContextError} if the context is invalid
 * @throws {RangeError} if the SDK key is empty or has a lone surrogate
 */
export function secureModeHash(sdkKey: string, context: ContextLike): string {
  requireTools("secureModeHash");
  if (typeof sdkKey !== "string") throw new TypeError("the SDK key is not a string");
  if (sdkKey === "") throw new RangeError("the SDK key is empty; anybody could compute the hash");
  if (!isWellFormed(sdkKey)) {
    throw new RangeError("the SDK key has a lone surrogate; pass it as it was issued");
  }
  const { held, text } = passContext(context);
  const [parsed] = handlesOf(...held);
  return contextErrors.text(
    parsed !== undefined ? tools.secureModeHash(sdkKey, parsed) : tools.secureModeHashForHost(sdkKey, text),
  );
}
