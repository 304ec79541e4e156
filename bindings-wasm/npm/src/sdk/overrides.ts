/** Overrides of flags for end-to-end tests: by a page's address, and signed for a server. */

import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";
import { callBack } from "./callback.js";
import { digestOf } from "./observation.js";
import type { FlagSource, SourceSnapshot } from "./source/interface.js";
import { type Overrides, withOverrides } from "./testing.js";

const PREFIX = "isoflag.";
/** The member of the session's storage. */
const STORED = "isoflag.overrides";

type Page = { readonly location?: Location; readonly sessionStorage?: Storage };

/** Parses a value. A number beyond a double or a lone surrogate has no JSON form, so that the text is the value. */
function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw new RangeError();
      encodeURIComponent(typeof value === "string" ? name + value : name);
      return value;
    }) as JsonValue;
  } catch {
    return text;
  }
}

/** Returns the session's storage; undefined if the page may not use it. */
function storage(): Storage | undefined {
  try {
    return (globalThis as Page).sessionStorage;
  } catch {
    return undefined;
  }
}

function stored(): Overrides {
  try {
    const overrides: unknown = JSON.parse(storage()?.getItem(STORED) ?? "{}");
    return typeof overrides === "object" && !Array.isArray(overrides) ? { ...(overrides as Overrides) } : {};
  } catch {
    return {};
  }
}

/**
 * Returns the overrides of the page's address, such as `?isoflag.checkout=one-page`, and those of earlier pages of the
 * session. A value is JSON, else a string; `?isoflag.checkout=` ends the override.
 */
export function pageOverrides(): Overrides {
  const { location } = globalThis as Page;
  const overrides = new Map(Object.entries(stored()));
  for (const [name, text] of new URLSearchParams(location?.search)) {
    if (!name.startsWith(PREFIX)) continue;
    const key = name.slice(PREFIX.length);
    if (text === "") overrides.delete(key);
    else overrides.set(key, parsed(text));
  }
  const all = Object.fromEntries(overrides);
  try {
    storage()?.setItem(STORED, JSON.stringify(all));
  } catch {
    // A full or forbidden storage: the overrides last for this page.
  }
  return all;
}

/**
 * Returns a source with the same document, in which flags serve the page's overrides to everybody. Its digest is that of
 * the changed document: a parity check counts its answers under `other-document`, and `documentHeader` is empty. Call it
 * only in builds that may be overridden by anybody who writes an address:
 *
 * ```js
 * const flags = import.meta.env.DEV ? withPageOverrides(source) : source;
 * ```
 */
export function withPageOverrides(source: FlagSource, overrides: Overrides = pageOverrides()): FlagSource {
  return Object.keys(overrides).length === 0 ? source : new OverriddenSource(source, overrides);
}

class OverriddenSource implements FlagSource {
  readonly #source: FlagSource;
  readonly #overrides: Overrides;
  readonly #listeners = new Set<{ readonly call: () => void }>();
  #stop: (() => void) | undefined;
  /** A document of the source, and the one that replaces it. */
  #document: { readonly original: Flags; readonly overridden: Flags } | undefined;
  /** The digest of the one that replaces it. */
  #digest: string | undefined;
  #last: { readonly original: SourceSnapshot; readonly snapshot: SourceSnapshot } | undefined;

  constructor(source: FlagSource, overrides: Overrides) {
    this.#source = source;
    this.#overrides = overrides;
  }

  get reportsErrors(): boolean | undefined {
    return this.#source.reportsErrors;
  }

  get snapshot(): SourceSnapshot {
    const original = this.#source.snapshot;
    if (this.#last?.original !== original) {
      const flags = original.flags && this.#overridden(original.flags);
      // The page does not evaluate the original's document, and no back end has this one.
      const snapshot = flags ? { ...original, flags, digest: this.#digest, pin: null } : original;
      this.#last = { original, snapshot };
    }
    return this.#last.snapshot;
  }

  #overridden(original: Flags): Flags {
    if (this.#document?.original !== original) {
      this.#document = { original, overridden: withOverrides(original, this.#overrides) };
      this.#digest = digestOf(this.#document.overridden);
    }
    return this.#document.overridden;
  }

  subscribe(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    this.#stop ??= this.#source.subscribe(() => {
      const before = this.#document?.overridden;
      for (const { call } of [...this.#listeners]) callBack(call);
      if (before !== this.#document?.overridden) before?.free();
    });
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }
}

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
