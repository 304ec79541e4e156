/** Signs overrides of flags for one session of an end-to-end test. */

import type { Overrides } from "./testing.js";

/** The longest token that servers and cookies take. */
const MAX_LENGTH = 4096;

/** The content of a token. */
export interface SignedOverrides {
  /** The environment of the server. */
  readonly environment: string;
  /** Values by flag key. */
  readonly overrides: Overrides;
  /** For how many seconds the token is valid (default: 3,600). */
  readonly seconds?: number | undefined;
}

/**
 * Returns a token that sets flags for the requests that have it as the cookie or the header `isoflag-overrides`, if the
 * server verifies it (`SignedOverrides` of the Python package). Sign in tests or on a server, never in a page: the
 * secret must not reach a browser. With Playwright:
 *
 * ```js
 * const value = await signOverrides(secret, { environment: "staging", overrides: { checkout: "one-page" } });
 * await context.addCookies([{ name: "isoflag-overrides", value, url }]);
 * ```
 *
 * @throws {RangeError} if the token is longer than a cookie
 */
export async function signOverrides(secret: string, signed: SignedOverrides): Promise<string> {
  const { environment, overrides, seconds = 3600 } = signed;
  const expires = Math.trunc(Date.now() / 1000 + seconds);
  const content = `1.${encoded(new TextEncoder().encode(JSON.stringify({ environment, expires, overrides })))}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(content));
  const token = `${content}.${encoded(new Uint8Array(signature))}`;
  if (token.length > MAX_LENGTH) {
    throw new RangeError(
      `the token has ${token.length} characters, more than ${MAX_LENGTH}; set fewer flags`,
    );
  }
  return token;
}

function encoded(bytes: Uint8Array): string {
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
