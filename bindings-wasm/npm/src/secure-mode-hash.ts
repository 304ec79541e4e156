import { type ContextLike, contextHandle } from "./context.js";
import { core, requireStart } from "./engine.js";
import { contextErrors } from "./errors.js";
import { encodeLeniently } from "./host-json.js";

/**
 * LaunchDarkly's secure-mode hash: the HMAC-SHA256 of the context's fully-qualified key, in hexadecimal digits.
 *
 * @throws {ContextError} where the context is invalid
 */
export function secureModeHash(sdkKey: string, context: ContextLike): string {
  requireStart();
  const parsed = contextHandle(context);
  if (parsed !== undefined) return core.secureModeHash(sdkKey, parsed);
  return contextErrors.during(() => core.secureModeHashForHost(sdkKey, encodeLeniently(context)));
}
