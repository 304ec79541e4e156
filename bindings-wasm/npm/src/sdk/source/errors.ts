/** The errors of a source, and the check of a time zone's name. */

import { printable } from "../../binding/printable.js";

/** The reason why a source could not load a newer document. */
export type SourceErrorCode =
  /** The module could not be loaded, or failed. */
  | "core"
  /** No response: no network, an unknown host name, CORS. */
  | "network"
  /** No response in time. */
  | "timeout"
  /** The response had an error: see `status`. */
  | "status"
  /** The response was a web page. */
  | "html"
  /** The response was not a flag document: see `cause`. */
  | "document"
  /** A cache answered with a copy that the origin made before the current document. */
  | "stale-copy"
  /** The stream of `events` cannot be followed; the source still polls. */
  | "events";

/** Why a source has no document, or an outdated one. */
export class SourceError extends Error {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "SourceError";
  /** The stable error code. */
  readonly code: SourceErrorCode;
  /** The address of the document, without its user name, password and query, which may have tokens. */
  readonly url: string;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** @internal The `Retry-After` of the response, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: SourceErrorCode,
    url: string,
    message: string,
    {
      status,
      cause,
      retryAfterMs,
    }: { status?: number; cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    const address = url.replace(/[?#].*/s, "").replace(/^([^/]*\/\/)[^/]*@/, "$1");
    // The host's error may quote the address too.
    super(
      printable(`\`${url}\` ${message}`.replaceAll(url, address)),
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.url = address;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Returns the message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The time zone is unknown. */
export class TimezoneError extends RangeError {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "TimezoneError";
}

/** @throws {TimezoneError} if the host runtime does not know the time zone */
export function checkTimezone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch (cause) {
    const message = `unknown time zone \`${timeZone}\`: use a name such as \`Europe/Berlin\``;
    throw new TimezoneError(printable(message), { cause });
  }
}
