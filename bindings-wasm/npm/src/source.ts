/**
 * `isoflag/source`: keeps a flag document that is served somewhere, and keeps it fresh. It is given the class `Flags`
 * of the entry that the page uses, so that there is one evaluator.
 */

import type { Flags } from "./flags.js";
import type { Evidence, ResponseTimes } from "./freshness.js";
import { digestOf } from "./observation.js";
import { type Download, download, type Progress } from "./source-download.js";
import { SourceError } from "./source-error.js";

export {
  type DecidedWith,
  type DocumentHeader,
  documentHeader,
  type KnownDigest,
} from "./document-header.js";
export type { Progress } from "./source-download.js";
export { SourceError, type SourceErrorCode } from "./source-error.js";

/**
 * How a source is doing.
 *
 * - `loading`: no document yet, and none was refused
 * - `ready`: what is held is what the server had when it was asked last
 * - `stale`: the last attempt failed; the document of an earlier one is held
 * - `error`: every attempt failed; no document is held
 * - `closed`: {@link DocumentSource.close} was called
 */
export type SourceStatus = "loading" | "ready" | "stale" | "error" | "closed";

/** A source at one moment. Two moments that differ are two objects. */
export interface SourceSnapshot {
  /** Whether there is a document, and how fresh it is. */
  readonly status: SourceStatus;
  /** The document that is held. It is freed once another has taken its place and everybody was told. */
  readonly flags: Flags | undefined;
  /** What kept the last attempt from a document. */
  readonly error: SourceError | undefined;
  /** The document's digest: as computed, or as the server said where this module does not compute it. */
  readonly digest: string | undefined;
  /** `meta.version` of the document. */
  readonly version: number | undefined;
  /** When the server last confirmed the document, in milliseconds since 1970. */
  readonly fetchedAt: number | undefined;
  /**
   * When the document took the place of a later one, as after a rollback, in milliseconds since 1970: the gate counts from
   * then (`takenMs`).
   */
  readonly steppedBackAt?: number | undefined;
  /** Whether the server is being asked now. */
  readonly fetching: boolean;
  /** How much has arrived of what is being fetched now. */
  readonly progress: Progress | undefined;
}

/** Whatever holds a document that may be replaced: a {@link DocumentSource}, or an object of the application's. */
export interface FlagSource {
  /** The present moment: the same object until something changes. */
  readonly snapshot: SourceSnapshot;
  /** Calls back after every change. What is returned ends it. */
  subscribe(listener: () => void): () => void;
  /** Whether the source itself reports errors to the application; a provider then does not report them again. */
  readonly reportsErrors?: boolean | undefined;
}

/** What is needed of the class `Flags`. */
export interface DocumentLoader {
  /** Loads a document, or throws a `DocumentError`. */
  fromJson(text: Uint8Array): Flags;
}

/** Where a page says whether it can be seen. */
export interface PageVisibility extends Pick<EventTarget, "addEventListener" | "removeEventListener"> {
  /** `visible` while the page can be seen. */
  readonly visibilityState: string;
}

/** What a source is made of. */
export interface SourceOptions {
  /**
   * The address of the document. A relative one is that of a page: where there is no page, as on a server, it is not
   * fetched and the source keeps the status `loading`.
   */
  readonly url: string | URL;
  /** The class of the entry that the page uses: `import { Flags, ready } from "isoflag"`. */
  readonly Flags: DocumentLoader;
  /** `ready` of the same entry. It may be left out where the module is ready already. */
  readonly ready?: (() => Promise<unknown>) | undefined;
  /** What fetches; the host's own unless given. */
  readonly fetch?: typeof fetch | undefined;
  /** Headers, credentials and the like for every request. */
  readonly request?: Omit<RequestInit, "signal" | "method" | "body" | "cache"> | undefined;
  /**
   * Whether no cache lies between page and server, so that each answer is believed. Otherwise an answer is refused if its
   * `Last-Modified`, else its `Date`, else its `Age` show that the origin made it before the document that is held.
   */
  readonly authoritative?: boolean | undefined;
  /** Asks again after this many milliseconds, while the page can be seen. Not unless given as a number above 0. */
  readonly intervalMs?: number | undefined;
  /** Asks again when the page becomes visible. So unless given as `false`. */
  readonly refetchOnVisible?: boolean | undefined;
  /**
   * Milliseconds for a whole attempt: the module's start, redirects and the body included. Unless given, 30,000 in a
   * page, where nothing waits for it and a network may be slow, and 2,000 elsewhere, such as in a function.
   */
  readonly timeoutMs?: number | undefined;
  /** Closes the source when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of every attempt that failed. */
  readonly onError?: ((error: SourceError) => void) | undefined;
  /** What says whether the page can be seen: the document of the page, unless given. */
  readonly page?: PageVisibility | undefined;
}

/** What is held of the last good document. */
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
 * A document that is fetched, asked for again, and kept where a newer one fails. Nothing that it does rejects or
 * throws: look at {@link DocumentSource.snapshot}, or give `onError`.
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
  /** A source that was never subscribed to polls for those who read its snapshot. */
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

  /** How the source is doing now: the same object until something changes. */
  get snapshot(): SourceSnapshot {
    return this.#snapshot;
  }

  /** Whether `onError` was given: a provider then does not report the same errors again. */
  get reportsErrors(): boolean {
    return this.#options.onError !== undefined;
  }

  /**
   * Calls back after every change, progress included. What is returned ends it. A source whose last subscriber has left
   * stops polling until there is another one; `refresh` still works.
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
    // With 0 or NaN a timer would ask a thousand times a second.
    if (intervalMs === undefined || !(intervalMs > 0)) return;
    this.#timer = setInterval(this.#poll, intervalMs);
    // A program in Node may end although it holds a source.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#page?.removeEventListener("visibilitychange", this.#poll);
  }

  /**
   * Asks the server now, or waits for the answer to a question that is under way. Never rejects: the snapshot says how
   * it went. `timeoutMs` is how long this call waits at most, such as half of what `getRemainingTimeInMillis()` of a
   * Lambda function gives: the attempt goes on without it.
   */
  async refresh({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<SourceSnapshot> {
    if (this.#closing.signal.aborted || !this.#hasAddress) return this.#snapshot;
    this.#attempt ??= this.#ask().finally(() => {
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

  /** Stops, and frees the document. What was bound to it can still be used. */
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

  async #ask(): Promise<SourceSnapshot> {
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
        // Whatever fetches, or makes ready, may not look at the signal.
        aborted(attempt.signal),
      ]);
      if (!this.#closing.signal.aborted) this.#take(found);
    } catch (thrown) {
      if (!this.#closing.signal.aborted) {
        this.#refuse(
          thrown instanceof SourceError
            ? thrown
            : new SourceError("timeout", this.#url, `did not answer within ${timeoutMs} ms`, {
                cause: thrown,
              }),
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
      throw new SourceError(
        "core",
        this.#url,
        `cannot be read, because isoflag could not start: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }

  #take({ bytes, etag, digest, times }: Download): void {
    const held = this.#held;
    const { authoritative } = this.#options;
    const evidence: Evidence = { authoritative, offered: times, held: held?.times };
    if (bytes === undefined || (held !== undefined && equal(held.bytes, bytes))) {
      if (held !== undefined) {
        // A stale copy of the same document must not make the held one look older than it is.
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
    let flags: Flags;
    try {
      flags = this.#options.Flags.fromJson(bytes);
    } catch (cause) {
      throw new SourceError(
        "document",
        this.#url,
        `is no flag document: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
    if (!flags.supersedes(held?.flags, evidence)) {
      flags.free();
      throw new SourceError(
        "stale-copy",
        this.#url,
        "answered a copy that is older than the document that is held; a cache on the way is out of date",
      );
    }
    const steppedBackAt = held !== undefined && flags.stepsBackFrom(held.flags) ? Date.now() : undefined;
    this.#held = { flags, bytes, etag, times };
    const { version } = flags;
    this.#confirm({ flags, version, digest: digestOf(flags) ?? digest, steppedBackAt });
    held?.flags.free();
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

/** Says that a callback of the application has thrown, where the host says such things. */
function report(thrown: unknown): void {
  if (typeof globalThis.reportError === "function") globalThis.reportError(thrown);
  else console.error(thrown);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
