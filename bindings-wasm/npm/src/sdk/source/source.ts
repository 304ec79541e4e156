/** Fetches a flag document and keeps it up to date. */

import type { ContextLike } from "../../binding/context.js";
import type { FlagKey } from "../../binding/flag-types.js";
import type { Flags } from "../../binding/flags.js";
import type { Evidence, ResponseTimes } from "../../binding/freshness.js";
import { callBack } from "../callback.js";
import { digestOf } from "../observation.js";
import { timerDelay } from "../timer.js";
import { type Download, download } from "./download.js";
import { checkTimezone, messageOf, SourceError, type SourceErrorCode } from "./errors.js";
import { type FlagListener, followFlag } from "./flag-listener.js";
import type { PageVisibility, SourceOptions, StoredDocument } from "./interface.js";
import { type FlagSource, LOADING, type SourceSnapshot } from "./interface.js";
import type { LocalClock } from "./local-clock.js";
import { pinOf } from "./pin.js";
import { Schedule } from "./schedule.js";

export type * from "./interface.js";

/** How late a timer may be in a process that is not frozen. */
const TIMER_DELAY_MS = 1_000;

/** The last good document. */
interface Held {
  readonly flags: Flags;
  /** The text, to recognize it; undefined for an `initial` object. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string | undefined;
  /** Undefined for the `initial` document. */
  readonly times: ResponseTimes | undefined;
}

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
  readonly #schedule: Schedule;
  /** A source that was never subscribed to polls for callers that read its snapshot. */
  #polling: "unsubscribed" | "subscribed" | "paused" = "unsubscribed";
  #clock: LocalClock | undefined;
  #snapshot = LOADING;
  #held: Held | undefined;
  #attempt: Promise<SourceSnapshot> | undefined;
  /** Ends the attempt. */
  #stop = (): void => {};
  /**
   * When the attempt has taken too long by the wall clock. A process that was frozen gets there, for example between
   * requests of a Lambda function: timers may stand still meanwhile, and connections die.
   */
  #expiresMs = Number.POSITIVE_INFINITY;
  /** Whether an event came during the attempt. */
  #isOutdated = false;
  /** Resolves after the first attempt, whether it has succeeded or not. Never rejects. */
  readonly loaded: Promise<SourceSnapshot>;

  readonly #close = (): void => this.close();

  readonly #poll = (): void => {
    if (this.#polling !== "unsubscribed" && this.#listeners.size === 0) {
      this.#polling = "paused";
      this.#schedule.close();
    } else if (this.#page === undefined || this.#page.visibilityState === "visible") {
      void this.refresh();
    }
  };

  /** Refreshes because of an event; a request in progress may have read the document before. */
  readonly #changed = async (): Promise<void> => {
    if (this.#polling !== "unsubscribed" && this.#listeners.size === 0) return this.#poll();
    this.#isOutdated = this.#attempt !== undefined;
    await this.refresh();
    if (this.#isOutdated) await this.#changed();
  };

  constructor(given: SourceOptions) {
    // In a configuration null is absent.
    const present = Object.entries(given).filter(([_, option]) => option !== null);
    const options = Object.fromEntries(present) as unknown as SourceOptions;
    if (options.timezone !== undefined) checkTimezone(options.timezone);
    this.#options = options;
    // A variable of the environment may be missing. On a server the text `undefined` would be a relative address.
    this.#url = String(options.url ?? "");
    if (this.#url === "") throw new TypeError("`url` is missing: pass the address of the flag document");
    this.#page = options.page ?? (globalThis as { document?: PageVisibility }).document;
    const { location } = globalThis as { location?: unknown };
    this.#hasAddress = /^[a-z][a-z\d+.-]*:/i.test(this.#url) || (this.#page ?? location) !== undefined;
    this.#schedule = new Schedule(options, this.#page, this.#poll, this.#changed);
    this.#schedule.open(this.#hasAddress);
    if (options.signal?.aborted) this.close();
    else options.signal?.addEventListener("abort", this.#close, { once: true });
    void this.#offer();
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
  subscribe(listener: () => void): () => void;
  /**
   * Calls the listener whenever the value of a flag has changed for a context, also by the first document.
   *
   * ```js
   * source.subscribe("checkout", ({ value }) => render(value), { kind: "user", key: "anna" });
   * ```
   */
  subscribe<Key extends FlagKey>(key: Key, listener: FlagListener<Key>, context: ContextLike): () => void;
  subscribe(
    ...parameters: [() => void] | [key: FlagKey, listener: FlagListener<FlagKey>, context: ContextLike]
  ): () => void {
    return parameters.length === 1 ? this.#listen(parameters[0]) : followFlag(this, ...parameters);
  }

  #listen(listener: () => void): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    if (this.#polling === "paused") {
      this.#schedule.open(this.#hasAddress);
      this.#poll();
    }
    this.#polling = "subscribed";
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /**
   * Polls the server now, or waits for the request in progress. Never rejects: the snapshot has the result. `timeoutMs`
   * limits how long this call waits, for example half of a Lambda function's `getRemainingTimeInMillis()`; the attempt
   * continues without it.
   */
  async refresh({ timeoutMs }: { readonly timeoutMs?: number | undefined } = {}): Promise<SourceSnapshot> {
    if (this.#closing.signal.aborted || !this.#hasAddress) return this.#snapshot;
    if (Date.now() > this.#expiresMs) {
      this.#stop();
      await this.#attempt;
    }
    this.#attempt ??= this.#fetch().finally(() => {
      this.#attempt = undefined;
      this.#schedule.ended(this.#snapshot.error);
    });
    if (timeoutMs === undefined) return this.#attempt;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ends = new Promise<void>(resolve => {
      timer = setTimeout(resolve, timerDelay(timeoutMs));
    });
    await Promise.race([this.#attempt, ends]);
    clearTimeout(timer);
    return this.#snapshot;
  }

  /** Stops, and frees the document. Objects bound to it can still be used. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#schedule.close(true);
    this.#polling = "unsubscribed";
    this.#options.signal?.removeEventListener("abort", this.#close);
    const held = this.#held;
    this.#held = undefined;
    this.#change({ status: "closed", flags: undefined, fetching: false, progress: undefined });
    this.#listeners.clear();
    held?.flags.free();
  }

  async #fetch(): Promise<SourceSnapshot> {
    const { timeoutMs: given = 0 } = this.#options;
    // With 0 or NaN every attempt would fail.
    const timeoutMs = given > 0 ? given : this.#page === undefined ? 2_000 : 30_000;
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    this.#stop = stop;
    this.#expiresMs = Date.now() + timeoutMs + TIMER_DELAY_MS;
    this.#closing.signal.addEventListener("abort", stop);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      this.#change({ fetching: true });
      // Outside of a request, an edge runtime refuses timers.
      timer = setTimeout(stop, timerDelay(timeoutMs));
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
      this.#expiresMs = Number.POSITIVE_INFINITY;
      attempt.abort();
      this.#closing.signal.removeEventListener("abort", stop);
    }
    return this.#snapshot;
  }

  /** Answers with the `initial` and the persisted document until the server has answered. */
  async #offer(): Promise<void> {
    const { initial = embedded(this.#url), persist } = this.#options;
    if (initial === undefined && persist === undefined) return;
    const reading = this.#stored();
    try {
      await this.#ready();
    } catch {
      // The attempt reports it.
      return;
    }
    if (initial !== undefined) this.#tryOffered(initial);
    const stored = await reading;
    if (stored != null) this.#tryOffered(stored.bytes, stored);
  }

  /** Returns the persisted document. A store that fails has none. */
  async #stored(): Promise<StoredDocument | undefined> {
    try {
      return await this.#options.persist?.read(this.#url);
    } catch {
      return undefined;
    }
  }

  /** Keeps a document for the next visit. A full or forbidden store does not make the attempt fail. */
  async #store(document: StoredDocument): Promise<void> {
    try {
      await this.#options.persist?.write(this.#url, document);
    } catch {}
  }

  #tryOffered(document: string | Uint8Array | object, stored?: StoredDocument): void {
    try {
      this.#takeOffered(document, stored);
    } catch (thrown) {
      // A persisted one is damaged.
      const isReported = stored === undefined && thrown instanceof SourceError;
      if (isReported) callBack(() => this.#options.onError?.(thrown));
    }
  }

  /** Takes a document that the server has not confirmed, unless it has sent one. */
  #takeOffered(document: string | Uint8Array | object, stored?: StoredDocument): void {
    if (this.#closing.signal.aborted || this.#snapshot.fetchedAt !== undefined) return;
    const flags = this.#load(document);
    const bytes = typeof document === "string" ? new TextEncoder().encode(document) : document;
    const held = this.#held;
    const digest = digestOf(flags);
    const isDamaged = stored !== undefined && stored.digest !== digest;
    if (isDamaged || (held !== undefined && flags.stepsBackFrom(held.flags))) {
      flags.free();
      return;
    }
    this.#held = {
      flags,
      bytes: bytes instanceof Uint8Array ? bytes : undefined,
      etag: undefined,
      times: stored?.times,
    };
    const pin = pinOf(document);
    this.#change({ status: "stale", flags: this.#evaluated, digest, pin, version: flags.version });
    held?.flags.free();
  }

  async #start(): Promise<void> {
    try {
      await this.#ready();
    } catch (cause) {
      throw this.#error(
        "core",
        `cannot be read, because isoflag could not start: ${messageOf(cause)}`,
        cause,
      );
    }
  }

  async #ready(): Promise<void> {
    const { ready, timezone } = this.#options;
    const clock = timezone === undefined ? undefined : import("./local-clock.js");
    const [loaded] = await Promise.all([clock, ready?.()]);
    if (loaded !== undefined) this.#clock ??= new loaded.LocalClock(timezone as string);
  }

  /** The document as evaluations use it. With a clock it is another object, so that they are made again. */
  get #evaluated(): Flags | undefined {
    const flags = this.#held?.flags;
    return flags && (this.#clock?.appliedTo(flags) ?? flags);
  }

  #take({ bytes, etag, digest, times }: Download): void {
    const held = this.#held;
    const { authoritative } = this.#options;
    const evidence: Evidence = { authoritative, offered: times, held: held?.times };
    if (bytes === undefined || (held?.bytes !== undefined && equal(held.bytes, bytes))) {
      if (held !== undefined) {
        // A stale copy of the same document must not make the current one look older than it is.
        const isLater = held.flags.supersedes(held.flags, evidence);
        // A 304 need not repeat `Last-Modified`, and then confirms that of the response before.
        const lastModified =
          times.lastModified ?? (bytes === undefined ? held.times?.lastModified : undefined);
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
    this.#confirm({ ...changes, digest: changes.digest ?? digest, pin: pinOf(bytes) });
    held?.flags.free();
    if (changes.digest !== undefined) void this.#store({ bytes, digest: changes.digest, times });
  }

  #load(document: string | Uint8Array | object): Flags {
    const { Flags } = this.#options;
    try {
      return typeof document === "string" || ArrayBuffer.isView(document)
        ? Flags.fromJson(document as string | Uint8Array)
        : Flags.fromObject(document);
    } catch (cause) {
      throw this.#error("document", `is not a flag document: ${messageOf(cause)}`, cause);
    }
  }

  /** Returns what changes with another document; frees that if it cannot be taken. */
  #changesBy(
    flags: Flags,
    held: Flags | undefined,
    evidence: Evidence,
  ): Pick<SourceSnapshot, "version" | "digest" | "steppedBackAt"> {
    try {
      if (!flags.supersedes(held, evidence)) {
        throw this.#error(
          "stale-copy",
          "answered a copy that is older than the document that is held; a cache on the way is out of date",
        );
      }
      const steppedBackAt = held !== undefined && flags.stepsBackFrom(held) ? Date.now() : undefined;
      return { version: flags.version, digest: digestOf(flags), steppedBackAt };
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
      flags: this.#evaluated,
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
    this.#change({ flags: this.#evaluated, status, error, fetching: false, progress: undefined });
    callBack(() => this.#options.onError?.(error));
  }

  #change(changes: Partial<SourceSnapshot>): void {
    this.#snapshot = Object.freeze({ ...this.#snapshot, ...changes });
    for (const listener of [...this.#listeners]) callBack(listener.call);
  }
}

/** Rejects when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Returns the text of the document that the page embeds for an address, as the plugin `isoflag/vite` writes it. */
function embedded(url: string): string | undefined {
  const { document } = globalThis as { document?: Document };
  const scripts = document?.querySelectorAll?.<HTMLElement>('script[type="application/json"][data-isoflag]');
  const resolved = (address: string | undefined): string | undefined => {
    try {
      return new URL(address ?? "", document?.baseURI).href;
    } catch {
      return address;
    }
  };
  const isForAddress = ({ dataset }: HTMLElement): boolean => resolved(dataset["isoflag"]) === resolved(url);
  return Array.from(scripts ?? []).find(isForAddress)?.textContent ?? undefined;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
