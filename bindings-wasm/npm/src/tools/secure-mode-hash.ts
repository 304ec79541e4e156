/** LaunchDarkly's secure-mode hash of a context. */

import { type ContextLike, passContext } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { contextErrors } from "../binding/errors.js";
import { handlesOf } from "../binding/handles.js";
import { isWellFormed } from "../binding/json-encoding.js";
import * as tools from "../generated/tools-glue.js";

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
