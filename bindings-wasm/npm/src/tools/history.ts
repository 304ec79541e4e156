/** The history of documents, and pins. */

import { requireTools } from "../binding/engine.js";
import { ErrorKind, type Failure } from "../binding/errors.js";
import type { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import { disown, disposeByFreeing, Held, handlesOf, owned } from "../binding/handles.js";
import type { LoadedDocument } from "../binding/loaded-document.js";
import { flagsDigest } from "../generated/glue.js";
import * as tools from "../generated/tools-glue.js";
import { type DocumentLike, withDocument } from "./documents.js";
import { during } from "./failures.js";

/** A pin whose document is not available. */
export class PinError extends Error {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "PinError";
  /** `not-a-digest`, `document-not-held` or `pin-too-old`. */
  readonly code: string;
  /** The digests of the documents in the history, the newest first. */
  readonly held: readonly string[];

  constructor(failure: Failure & { readonly held?: readonly string[] }, options?: ErrorOptions) {
    super(failure.message, options);
    this.code = failure.code;
    this.held = failure.held ?? [];
  }
}

const pinErrors = new ErrorKind((failure, options) => new PinError(failure, options), "not-a-digest");

/** The limits of a history. */
export interface HistoryLimits {
  /** The number of documents (default: 16). */
  readonly maxDocuments?: number | undefined;
  /** Bytes of canonical JSON of all documents together (default: 64 MiB). */
  readonly maxBytes?: number | undefined;
}

/** The document of a pin. */
export interface Pinned {
  /** The pinned document, in which flags that were switched off since are off. The caller frees it. */
  readonly flags: Flags;
  /** The digest that was pinned. */
  readonly digest: string;
  /** The keys of the flags that were switched off since. */
  readonly switchedOff: readonly string[];
}

/** Options for the age of a pin. */
export interface PinOptions {
  /** The maximum age (default: two times to live and one poll timeout). */
  readonly maxPinAgeMs?: number | undefined;
}

/** Adds a document to a history. */
type Take = (history: number, flags: number) => unknown;

/**
 * Documents by digest: the current one, and those before it. The oldest are dropped when a limit is exceeded; the newest is
 * always kept. It fetches nothing.
 *
 * ```js
 * history.add(flags, Date.now());
 * const { flags: pinned } = history.pinned(request.headers["isoflag-document"], Date.now(), 45);
 * ```
 */
export class DocumentHistory {
  readonly #held: Held;
  /** The documents in the history, and how each was added, to create it again after a trap. */
  readonly #documents: LoadedDocument[] = [];
  readonly #takes: Take[] = [];
  readonly #digests: string[] = [];
  /** Called by `using`. */
  declare [Symbol.dispose]: () => void;

  static {
    disposeByFreeing(DocumentHistory.prototype);
  }

  constructor(limits: HistoryLimits = {}) {
    requireTools("DocumentHistory");
    const { maxDocuments, maxBytes } = limits;
    // These must not refer to the history itself, which could then never be collected.
    const takes = this.#takes;
    const make = (...documents: number[]): number => {
      const history = tools.newHistory(maxDocuments, maxBytes);
      documents.forEach((flags, index) => {
        takes[index]?.(history, flags);
      });
      return history;
    };
    this.#held = owned(this, new Held(this.#documents, make, tools.freeHistory));
  }

  #take<T>(document: DocumentLike, take: (history: number, flags: number) => T): T {
    return withDocument(document, loaded => {
      // First: after the document was taken, no call may fail before it is listed.
      const digest = pinErrors.text(flagsDigest(loaded.handle));
      const [history = 0, flags = 0] = handlesOf(this.#held, loaded);
      const taken = during(pinErrors, () => take(history, flags));
      this.#documents.push(loaded);
      this.#takes.push(take);
      this.#digests.push(digest);
      this.#forgetDropped();
      return taken;
    });
  }

  #forgetDropped(): void {
    const held = new Set(this.digests());
    for (let index = this.#documents.length - 1; index >= 0; index--) {
      if (held.has(this.#digests[index] as string)) continue;
      for (const list of [this.#documents, this.#takes, this.#digests]) list.splice(index, 1);
    }
  }

  /** Adds the document that is current from a moment on, in milliseconds since 1970. */
  add(document: DocumentLike, nowMs: number): void {
    const now = Number(nowMs);
    this.#take(document, (history, flags) => tools.historyAdd(history, flags, now));
  }

  /**
   * Keeps a document that was current until a moment, by default until the timestamp of the current document or until
   * that one was added, whichever is earlier; returns whether it is in the history now.
   */
  keep(document: DocumentLike, supersededMs?: number): boolean {
    const superseded = supersededMs == null ? undefined : Number(supersededMs);
    return this.#take(document, (history, flags) => tools.historyKeep(history, flags, superseded, false));
  }

  /**
   * Keeps a document that was fetched for a pin by an instance that may be behind: one with a later timestamp than the
   * current document is newer than it, any other is kept as by `keep`. It must not be a withdrawn one, as by a
   * rollback.
   */
  keepFetched(document: DocumentLike): boolean {
    return this.#take(document, (history, flags) => tools.historyKeep(history, flags, undefined, true));
  }

  /** Returns the document with that digest, if it is in the history. The caller frees it. */
  get(digest: string): Flags | undefined {
    const handle = during(pinErrors, () => tools.historyGet(this.#held.handle, digest));
    return handle === undefined ? undefined : flagsOf.made(handle);
  }

  /** Returns the current document, if there is one. The caller frees it. */
  newest(): Flags | undefined {
    const handle = during(pinErrors, () => tools.historyNewest(this.#held.handle));
    return handle === undefined ? undefined : flagsOf.made(handle);
  }

  /** The digests of all documents in the history, the newest first. */
  digests(): string[] {
    return JSON.parse(during(pinErrors, () => tools.historyDigests(this.#held.handle))) as string[];
  }

  /** The bytes of canonical JSON of all documents. */
  get size(): number {
    return during(pinErrors, () => tools.historyBytes(this.#held.handle));
  }

  /**
   * Returns the document of a pin. A flag that is off or missing in the newest document is off in it, unless the newest
   * says `lifecycle.offWaitsForPins`. The age of a pin is the time since its document was superseded; for a newer,
   * fetched document, the time since its own timestamp.
   *
   * A pin is never a security decision: its sender chooses among the documents in the history.
   *
   * @throws {PinError} if that document is not in the history or the pin is too old
   */
  pinned(
    digest: string,
    nowMs: number,
    ttlSeconds: number,
    pollTimeoutMs?: number,
    options: PinOptions = {},
  ): Pinned {
    const times = [Number(nowMs), Number(ttlSeconds)] as const;
    const limits = [pollTimeoutMs, options.maxPinAgeMs].map(ms => (ms == null ? undefined : Number(ms)));
    const pinned = JSON.parse(
      during(pinErrors, () =>
        tools.historyPinned(this.#held.handle, digest, ...times, ...(limits as [number, number])),
      ),
    ) as Omit<Pinned, "flags"> & { readonly flags: number };
    return { ...pinned, flags: flagsOf.made(pinned.flags) };
  }

  /** Frees the memory immediately. Documents that were taken from it remain valid. */
  free(): void {
    disown(this, this.#held);
  }
}
