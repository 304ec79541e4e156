/** The interface of a source: its options, and its state as subscribers see it. */

import type { Flags } from "../../binding/flags.js";
import type { ResponseTimes } from "../../binding/freshness.js";
import type { Progress } from "./download.js";
import type { SourceError } from "./errors.js";

/** The required part of the class `Flags`. */
export interface DocumentLoader {
  /** Loads a document, or throws a `DocumentError`. */
  fromJson(text: string | Uint8Array): Flags;
  /** Converts a document, or throws a `DocumentError`. */
  fromObject(object: object): Flags;
}

/** A document that was kept. */
export interface StoredDocument {
  /** The text's bytes. */
  readonly bytes: Uint8Array;
  /** The document's digest, with which it is checked. */
  readonly digest: string;
  /** When the origin made it. */
  readonly times: ResponseTimes;
}

/** A store that keeps a document by its address. */
export interface DocumentStore {
  /** Returns the kept document, if any. */
  read(url: string): Promise<StoredDocument | undefined>;
  /** Keeps a document in place of the last one. */
  write(url: string, document: StoredDocument): Promise<void>;
}

/** The visibility of a page. */
export interface PageVisibility extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  /** `visible` while the page is visible. */
  readonly visibilityState: string;
}

/** A stream of events: the used part of the interface `EventSource`. */
export interface SourceEvents extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  /** 2 once the stream has ended. */
  readonly readyState?: number | undefined;
  /** Ends the stream. */
  close(): void;
}

/** Options of a source. */
export interface SourceOptions {
  /**
   * The address of the document. A relative one needs a page: without one, as on a server, it is not fetched and the
   * source keeps the status `loading`.
   */
  readonly url: string | URL;
  /** The class of the entry that the page uses: `import { Flags, ready } from "isoflag"`. */
  readonly Flags: DocumentLoader;
  /** `ready` of the same entry. Optional if the module is already loaded. */
  readonly ready?: (() => Promise<unknown>) | undefined;
  /** The function that fetches (default: the host's own). */
  readonly fetch?: typeof fetch | undefined;
  /** Headers, credentials and similar options for every request. */
  readonly request?: Omit<RequestInit, "signal" | "method" | "body" | "cache"> | undefined;
  /**
   * Whether there is no cache between page and server, so that each response is accepted. Otherwise a response is
   * rejected if its `Last-Modified`, else its `Date`, else its `Age` shows that the origin made it before the current
   * document.
   */
  readonly authoritative?: boolean | undefined;
  /**
   * Polls after this many milliseconds while the page is visible (default: never). It must be above 0. A failed attempt
   * is repeated anyway: after a second, then twice as long each time up to five minutes, as `Retry-After` demands, and when
   * the page is online again.
   */
  readonly intervalMs?: number | undefined;
  /**
   * The address of a stream of server-sent events, or an object with the interface `EventSource`. Each event `message`,
   * `put` or `patch` refreshes the source at once, whatever it contains; polling remains for lost events. The stream
   * reconnects as `EventSource` does, which refreshes the source too, and is closed with the source. If it cannot be
   * followed, `onError` gets an error with the code `events`.
   */
  readonly events?: string | URL | SourceEvents | undefined;
  /**
   * The name of a time zone, such as `Europe/Berlin`: evaluations of the source's flags get the kind `clock` with the local
   * time, unless their context has a clock. After each poll, whatever it returns, components and listeners evaluate
   * again: time alone changes nothing that is shown.
   */
  readonly timezone?: string | undefined;
  /** Refreshes when the page becomes visible (default: true). */
  readonly refetchOnVisible?: boolean | undefined;
  /**
   * The timeout of a whole attempt in milliseconds, above 0, including loading the module, redirects and the body. The default
   * is 30,000 in a page, where nothing waits for it and a network may be slow, and 2,000 elsewhere, such as in a
   * function.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * A document to answer with until the server has answered: text, bytes or an object (default: the one that `isoflag/vite`
   * has embedded in the page for the address).
   */
  readonly initial?: string | Uint8Array | object | undefined;
  /** Keeps the last good document for the next visit, such as `cacheStorage()` of `isoflag/persist`. */
  readonly persist?: DocumentStore | undefined;
  /** Closes the source when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every failed attempt. */
  readonly onError?: ((error: SourceError) => void) | undefined;
  /** The source of visibility (default: the page's document). */
  readonly page?: PageVisibility | undefined;
}

/** Options of a source that an entry makes for its own class `Flags`. */
export type EntrySourceOptions = Omit<SourceOptions, "Flags" | "ready"> &
  Partial<Pick<SourceOptions, "Flags" | "ready">>;

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

/** The state at the start. @internal */
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
