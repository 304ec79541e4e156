import { type ContextLike, contextHeld } from "./context.js";
import { requireTools } from "./engine.js";
import { contextErrors } from "./errors.js";
import { encodeLeniently } from "./host-json.js";

/**
 * LaunchDarkly's secure-mode hash: the HMAC-SHA256 of the context's fully-qualified key, in hexadecimal digits.
 *
 * @throws {ContextError} where the context is invalid
 */
export function secureModeHash(sdkKey: string, context: ContextLike): string {
  const { glue } = requireTools("secureModeHash");
  const parsed = contextHeld(context);
  return contextErrors.text(
    parsed === undefined
      ? glue.secureModeHashForHost(sdkKey, encodeLeniently(context))
      : glue.secureModeHash(sdkKey, parsed.handle),
  );
}
