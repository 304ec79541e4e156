/** LaunchDarkly's secure-mode hash. */

import { type ContextLike, contextHeld } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { contextErrors } from "../binding/errors.js";
import { encodeLeniently, isWellFormed } from "../binding/json-encoding.js";

/**
 * LaunchDarkly's secure-mode hash: the HMAC-SHA256 of the context's fully-qualified key, in hexadecimal digits.
 *
 * @throws {ContextError} if the context is invalid
 * @throws {RangeError} if the SDK key is empty or has a lone surrogate
 */
export function secureModeHash(sdkKey: string, context: ContextLike): string {
  const { glue } = requireTools("secureModeHash");
  if (typeof sdkKey !== "string") throw new TypeError("the SDK key is not a string");
  if (sdkKey === "") throw new RangeError("the SDK key is empty; anybody could compute the hash");
  if (!isWellFormed(sdkKey)) {
    throw new RangeError("the SDK key has a lone surrogate; pass it as it was issued");
  }
  const parsed = contextHeld(context);
  return contextErrors.text(
    parsed === undefined
      ? glue.secureModeHashForHost(sdkKey, encodeLeniently(context))
      : glue.secureModeHash(sdkKey, parsed.handle),
  );
}
