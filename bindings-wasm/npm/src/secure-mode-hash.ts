import { type ContextLike, contextHandle } from "./context.js";
import { core, requireTools } from "./engine.js";
import { contextErrors } from "./errors.js";
import { encodeLeniently } from "./host-json.js";

/**
 * LaunchDarkly's secure-mode hash: the HMAC-SHA256 of the context's fully-qualified key, in hexadecimal digits.
 *
 * @throws {ContextError} where the context is invalid
 */
export function secureModeHash(sdkKey: string, context: ContextLike): string {
  requireTools("secureModeHash");
  const parsed = contextHandle(context);
  return contextErrors.text(
    parsed === undefined
      ? core.secureModeHashForHost(sdkKey, encodeLeniently(context))
      : core.secureModeHash(sdkKey, parsed),
  );
}
