/** Fetches a flag document and keeps it up to date. */

import type { Flags } from "../../binding/flags.js";
import type { Evidence, ResponseTimes } from "../../binding/freshness.js";
import { digestOf } from "../observation.js";
import { type Download, download, type Progress } from "./download.js";
import { messageOf, SourceError, type SourceErrorCode } from "./error.js";

/**
 * The status of a source.
 *
 * - `loading`: no document yet, and no attempt has failed
 * - `ready`: the document is the one that the server returned last
 * - `stale`: the last attempt failed; an earlier document is kept
 * - `error`: every attempt failed; there is no document
 * - `closed`: {@link DocumentSource.close} was called
 */
export type SourceStatus = "loading" | "ready" | "stale" | "error" | "closed";

/** The state of a source at one moment. Different states are different objects. */
export interface SourceSnapshot {
  /** Whether there is a document, and how fresh it is. */
  readonly status: SourceStatus;
  /** The current document. It is freed once another has replaced it and every subscriber was called. */
  readonly flags: Flags | undefined;
  /** The error of the last attempt. */
  readonly error: SourceError | undefined;
  /** The document's digest: as computed, or as sent by the server if this module does not compute it. */
  readonly digest: string | undefined;
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
 * A holder of a document that may be replaced: a {@link DocumentSource}, or an application's own object.
 */
export interface FlagSource {
  /** The current state: the same object until something changes. */
  readonly snapshot: SourceSnapshot;
  /** Calls the listener after every change; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Whether the source itself reports errors to the application; a provider then does not report them again. */
  readonly reportsErrors?: boolean | undefined;
}

/** The required part of the class `Flags`. */
export interface DocumentLoader {
  /** Loads a document, or throws a `DocumentError`. */
  fromJson(text: Uint8Array): Flags;
}

/** The visibility of a page. */
export interface PageVisibility extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  /** `visible` while the page is visible. */
  readonly visibilityState: string;
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
  /** Polls after this many milliseconds while the page is visible (default: never). It must be above 0. */
  readonly intervalMs?: number | undefined;
  /** Refreshes when the page becomes visible (default: true). */
  readonly refetchOnVisible?: boolean | undefined;
  /**
   * The timeout of a whole attempt in milliseconds, including loading the module, redirects and the body. The default
   * is 30,000 in a page, where nothing waits for it and a network may be slow, and 2,000 elsewhere, such as in a
   * function.
   */
  readonly timeoutMs?: number | undefined;
  /** Closes the source when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every failed attempt. */
  readonly onError?: ((error: SourceError) => void) | undefined;
  /** The source of visibility (default: the page's document). */
  readonly page?: PageVisibility | undefined;
}

/** The last good document. */
interface Held {
  readonly flags: Flags;
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
  readonly times: ResponseTimes;
}

const LOADING: SourceSnapshot = Object.freeze({
  status: "loading",
  flags: undefined,
  error: undefined,
  digest: undefined,
  version: undefined,
  fetchedAt: undefined,
  fetching: false,
  progress: undefined,
});

/**
 * Starts to fetch a document, and keeps the last good one.
 *
 * ```js
 * import { Flags, ready } from "isoflag";
 * import { createSource } from "isoflag/source";
 *
 * const source = createSource({ url: "/flags.json", Flags, ready });
 * const { flags, error } = await source.loaded;
 * ```
 */
export function createSource(options: SourceOptions): DocumentSource {
  return new DocumentSource(options);
}

/**
 * Fetches a document, refreshes it, and keeps it if a refresh fails. Its methods neither reject nor throw: see {@link
 * DocumentSource.snapshot}, or pass `onError`.
 */
export class DocumentSource implements FlagSource {
  readonly #options: SourceOptions;
  readonly #url: string;
  readonly #page: PageVisibility | undefined;
  /** Whether the address is complete: a relative one is not on a server. */
  readonly #hasAddress: boolean;
  readonly #listeners = new Set<{ readonly call: () => void }>();
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** A source that was never subscribed to polls for callers that read its snapshot. */
  #polling: "unsubscribed" | "subscribed" | "paused" = "unsubscribed";
  #snapshot = LOADING;
  #held: Held | undefined;
  #attempt: Promise<SourceSnapshot> | undefined;
  /** Resolves after the first attempt, whether it has succeeded or not. Never rejects. */
  readonly loaded: Promise<SourceSnapshot>;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#url = String(options.url);
    this.#page = options.page ?? (globalThis as { document?: PageVisibility }).document;
    const { location } = globalThis as { location?: unknown };
    this.#hasAddress = /^[a-z][a-z\d+.-]*:/i.test(this.#url) || (this.#page ?? location) !== undefined;
    this.#resume();
    if (options.signal?.aborted) this.close();
    else options.signal?.addEventListener("abort", this.#close, { once: true });
    this.loaded = this.refresh();
  }

  /** The current state: the same object until something changes. */
  get snapshot(): SourceSnapshot {
    return this.#snapshot;
  }

  /** Whether `onError` was given: a provider then does not report the same errors again. */
  get reportsErrors(): boolean {
    return this.#options.onError !== undefined;
  }

  /**
   * Calls the listener after every change, including progress; returns a function that unsubscribes. A source whose
   * last subscriber has left stops polling until there is another one; `refresh` still works.
   */
  subscribe(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    if (this.#polling === "paused") {
      this.#resume();
      this.#poll();
    }
    this.#polling = "subscribed";
    return () => {
      this.#listeners.delete(entry);
    };
  }

  #resume(): void {
    const { intervalMs, refetchOnVisible } = this.#options;
    if (refetchOnVisible !== false) this.#page?.addEventListener("visibilitychange", this.#poll);
    // With 0 or NaN a timer would fire a thousand times a second.
    if (intervalMs === undefined || !(intervalMs > 0)) return;
    this.#timer = setInterval(this.#poll, intervalMs);
    // The timer must not keep a Node process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#page?.removeEventListener("visibilitychange", this.#poll);
  }

  /**
   * Polls the server now, or waits for the request in progress. Never rejects: the snapshot has the result. `timeoutMs`
   * limits how long this call waits, for example half of a Lambda function's `getRemainingTimeInMillis()`; the attempt
   * continues without it.
   */
  async refresh({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<SourceSnapshot> {
    if (this.#closing.signal.aborted || !this.#hasAddress) return this.#snapshot;
    this.#attempt ??= this.#fetch().finally(() => {
      this.#attempt = undefined;
    });
    if (timeoutMs === undefined) return this.#attempt;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ends = new Promise<void>(resolve => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#attempt, ends]);
    clearTimeout(timer);
    return this.#snapshot;
  }

  /** Stops, and frees the document. Objects bound to it can still be used. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#pause();
    this.#polling = "unsubscribed";
    this.#options.signal?.removeEventListener("abort", this.#close);
    const held = this.#held;
    this.#held = undefined;
    this.#change({ status: "closed", flags: undefined, fetching: false, progress: undefined });
    this.#listeners.clear();
    held?.flags.free();
  }

  readonly #close = (): void => this.close();

  readonly #poll = (): void => {
    if (this.#polling !== "unsubscribed" && this.#listeners.size === 0) {
      this.#polling = "paused";
      this.#pause();
    } else if (this.#page === undefined || this.#page.visibilityState === "visible") {
      void this.refresh();
    }
  };

  async #fetch(): Promise<SourceSnapshot> {
    const { timeoutMs = this.#page === undefined ? 2_000 : 30_000 } = this.#options;
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    this.#closing.signal.addEventListener("abort", stop);
    const timer = setTimeout(stop, timeoutMs);
    try {
      this.#change({ fetching: true });
      const [, found] = await Promise.race([
        Promise.all([
          this.#start(),
          download({
            url: this.#url,
            fetch: this.#options.fetch ?? globalThis.fetch,
            init: this.#options.request ?? {},
            etag: this.#held?.etag,
            signal: attempt.signal,
            onProgress: progress => {
              if (!attempt.signal.aborted) this.#change({ progress });
            },
          }),
        ]),
        // The application's `fetch` or `ready` may ignore the signal.
        aborted(attempt.signal),
      ]);
      if (!this.#closing.signal.aborted) this.#take(found);
    } catch (thrown) {
      if (!this.#closing.signal.aborted) {
        const isLate = attempt.signal.aborted;
        this.#refuse(
          thrown instanceof SourceError
            ? thrown
            : isLate
              ? this.#error("timeout", `did not answer within ${timeoutMs} ms`, thrown)
              : this.#error("core", `cannot be read: ${messageOf(thrown)}`, thrown),
        );
      }
    } finally {
      clearTimeout(timer);
      attempt.abort();
      this.#closing.signal.removeEventListener("abort", stop);
    }
    return this.#snapshot;
  }

  async #start(): Promise<void> {
    try {
      await this.#options.ready?.();
    } catch (cause) {
      throw this.#error(
        "core",
        `cannot be read, because isoflag could not start: ${messageOf(cause)}`,
        cause,
      );
    }
  }

  #take({ bytes, etag, digest, times }: Download): void {
    const held = this.#held;
    const { authoritative } = this.#options;
    const evidence: Evidence = { authoritative, offered: times, held: held?.times };
    if (bytes === undefined || (held !== undefined && equal(held.bytes, bytes))) {
      if (held !== undefined) {
        // A stale copy of the same document must not make the current one look older than it is.
        const isLater = held.flags.supersedes(held.flags, evidence);
        // A 304 need not repeat `Last-Modified`, and then confirms that of the response before.
        const lastModified =
          times.lastModified ?? (bytes === undefined ? held.times.lastModified : undefined);
        this.#held = {
          ...held,
          etag: etag ?? held.etag,
          times: isLater ? { ...times, lastModified } : held.times,
        };
      }
      this.#confirm();
      return;
    }
    const flags = this.#load(bytes);
    const changes = this.#changesBy(flags, held?.flags, evidence);
    this.#held = { flags, bytes, etag, times };
    this.#confirm({ ...changes, digest: changes.digest ?? digest });
    held?.flags.free();
  }

  #load(bytes: Uint8Array): Flags {
    try {
      return this.#options.Flags.fromJson(bytes);
    } catch (cause) {
      throw this.#error("document", `is not a flag document: ${messageOf(cause)}`, cause);
    }
  }

  /** Returns what changes with another document; frees that if it cannot be taken. */
  #changesBy(
    flags: Flags,
    held: Flags | undefined,
    evidence: Evidence,
  ): Pick<SourceSnapshot, "flags" | "version" | "digest" | "steppedBackAt"> {
    try {
      if (!flags.supersedes(held, evidence)) {
        throw this.#error(
          "stale-copy",
          "answered a copy that is older than the document that is held; a cache on the way is out of date",
        );
      }
      const steppedBackAt = held !== undefined && flags.stepsBackFrom(held) ? Date.now() : undefined;
      return { flags, version: flags.version, digest: digestOf(flags), steppedBackAt };
    } catch (thrown) {
      flags.free();
      throw thrown;
    }
  }

  #error(code: SourceErrorCode, message: string, cause?: unknown): SourceError {
    return new SourceError(code, this.#url, message, { cause });
  }

  #confirm(changes: Partial<SourceSnapshot> = {}): void {
    const now = Date.now();
    const { steppedBackAt } = this.#snapshot;
    this.#change({
      status: "ready",
      error: undefined,
      fetchedAt: now,
      // A clock that was set back must not keep the gate closed.
      steppedBackAt: steppedBackAt === undefined ? undefined : Math.min(steppedBackAt, now),
      fetching: false,
      progress: undefined,
      ...changes,
    });
  }

  #refuse(error: SourceError): void {
    const status = this.#held === undefined ? "error" : "stale";
    this.#change({ status, error, fetching: false, progress: undefined });
    try {
      this.#options.onError?.(error);
    } catch (thrown) {
      report(thrown);
    }
  }

  #change(changes: Partial<SourceSnapshot>): void {
    this.#snapshot = Object.freeze({ ...this.#snapshot, ...changes });
    for (const listener of [...this.#listeners]) {
      try {
        listener.call();
      } catch (thrown) {
        report(thrown);
      }
    }
  }
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Reports an error thrown by the application's callback, if the host runtime supports that. */
function report(thrown: unknown): void {
  if (typeof globalThis.reportError === "function") globalThis.reportError(thrown);
  else console.error(thrown);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
