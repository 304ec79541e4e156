/** The state of a source, as its subscribers see it. */

import type { Flags } from "../../binding/flags.js";
import type { Progress } from "./download.js";
import type { SourceError } from "./error.js";

/**
 * The status of a source.
 *
 * - `loading`: no document yet, and no attempt has failed
 * - `ready`: the document is the one that the server returned last
 * - `stale`: the last attempt failed and an earlier document is kept, or the document is the `initial` or the persisted one
 * - `error`: every attempt failed; there is no document
 * - `closed`: the source was closed
 */
export type SourceStatus = "loading" | "ready" | "stale" | "error" | "closed";

/** The state of a source at one moment. Different states are different objects. */
export interface SourceSnapshot {
  /** Whether there is a document, and how fresh it is. */
  readonly status: SourceStatus;
  /**
   * The current document. It is freed once another has replaced it and every subscriber was called. With `timezone` it is
   * another object after each poll.
   */
  readonly flags: Flags | undefined;
  /** The error of the last attempt. */
  readonly error: SourceError | undefined;
  /** The document's digest: as computed, or as sent by the server if this module does not compute it. */
  readonly digest: string | undefined;
  /**
   * The digest by which a back end finds the document, if it is not `digest`: for a projection that of the whole document.
   * Null if no back end has the document, because the page overrides flags of it.
   */
  readonly pin?: string | null | undefined;
  /** `meta.version` of the document. */
  readonly version: number | undefined;
  /** When the server last confirmed the document, in milliseconds since 1970. */
  readonly fetchedAt: number | undefined;
  /**
   * When the document replaced a later one, as after a rollback, in milliseconds since 1970: the gate counts from then
   * (`takenMs`).
   */
  readonly steppedBackAt?: number | undefined;
  /** Whether a request is in progress. */
  readonly fetching: boolean;
  /** The progress of the current request. */
  readonly progress: Progress | undefined;
}

/**
 * A holder of a document that may be replaced: a source of `createSource`, or an application's own object.
 */
export interface FlagSource {
  /** The current state: the same object until something changes. */
  readonly snapshot: SourceSnapshot;
  /** Calls the listener after every change; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Whether the source itself reports errors to the application; a provider then does not report them again. */
  readonly reportsErrors?: boolean | undefined;
}

/** The state at the start. */
export const LOADING: SourceSnapshot = Object.freeze({
  status: "loading",
  flags: undefined,
  error: undefined,
  digest: undefined,
  pin: undefined,
  version: undefined,
  fetchedAt: undefined,
  fetching: false,
  progress: undefined,
});
