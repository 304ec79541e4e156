import { requireTools } from "./engine.js";
import { ErrorKind, type Failure } from "./errors.js";
import { type Flags, flagsOf } from "./flags.js";
import { flagsDigest } from "./generated/glue.js";
import * as tools from "./generated/tools-glue.js";
import { type DocumentLike, lend } from "./lending.js";
import type { LoadedDocument } from "./loaded-document.js";
import { disown, disposeByFreeing, Held, owned } from "./ownership.js";

/** A pin that cannot be answered by its own document. */
export class PinError extends Error {
  /** Tells it from other errors, also across copies of the package. */
  override readonly name = "PinError";
  /** `not-a-digest`, `document-not-held` or `pin-too-old`. */
  readonly code: string;
  /** The digests of the documents held, the newest first. */
  readonly held: readonly string[];

  constructor(failure: Failure & { readonly held?: readonly string[] }, options?: ErrorOptions) {
    super(failure.message, options);
    this.code = failure.code;
    this.held = failure.held ?? [];
  }
}

const pinErrors = new ErrorKind((failure, options) => new PinError(failure, options), "not-a-digest");

/** How much a history holds. */
export interface HistoryLimits {
  /** 16 unless given. */
  readonly maxDocuments?: number | undefined;
  /** Bytes of canonical JSON, of all documents together; 64 MiB unless given. */
  readonly maxBytes?: number | undefined;
}

/** What answers a pin. */
export interface Pinned {
  /** The pinned document, with what was switched off since off in it. It is the caller's to free. */
  readonly flags: Flags;
  /** The digest that was pinned. */
  readonly digest: string;
  /** The keys of the flags that were switched off since. */
  readonly switchedOff: readonly string[];
}

/** How old a pin may be. */
export interface PinOptions {
  /** Two times to live and a poll's timeout unless given. */
  readonly maxPinAgeMs?: number | undefined;
}

/** Gives a document to a history. */
type Take = (history: number, flags: number) => unknown;

/**
 * Documents by digest: the one in force, and those that were before it. The oldest leave when a limit is passed; the newest
 * never does. It holds what it is given and fetches nothing.
 *
 * ```js
 * history.add(flags, Date.now());
 * const { flags: pinned } = history.pinned(request.headers["isoflag-document"], Date.now(), 45);
 * ```
 */
export class DocumentHistory {
  readonly #held: Held;
  /** The documents held, and how each was taken: what it is made of again after a trap. */
  readonly #documents: LoadedDocument[] = [];
  readonly #takes: Take[] = [];
  readonly #digests: string[] = [];
  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;

  static {
    disposeByFreeing(DocumentHistory.prototype);
  }

  constructor(limits: HistoryLimits = {}) {
    requireTools("DocumentHistory");
    const { maxDocuments, maxBytes } = limits;
    // Nothing of this may refer to the history itself, which would never be garbage then.
    const takes = this.#takes;
    const make = (...documents: number[]): number => {
      const history = tools.newHistory(maxDocuments, maxBytes);
      documents.forEach((flags, place) => {
        takes[place]?.(history, flags);
      });
      return history;
    };
    this.#held = owned(this, new Held(this.#documents, make, tools.freeHistory));
  }

  #take<T>(document: DocumentLike, take: (history: number, flags: number) => T): T {
    return lend(document, lent => {
      const taken = pinErrors.during(() => take(this.#held.handle, lent.handle));
      this.#documents.push(lent);
      this.#takes.push(take);
      this.#digests.push(pinErrors.text(flagsDigest(lent.handle)));
      this.#forgetDropped();
      return taken;
    });
  }

  #forgetDropped(): void {
    const held = new Set(this.digests());
    for (let place = this.#documents.length - 1; place >= 0; place--) {
      if (held.has(this.#digests[place] as string)) continue;
      for (const list of [this.#documents, this.#takes, this.#digests]) list.splice(place, 1);
    }
  }

  /** Takes the document that is in force at a moment, in milliseconds since 1970. */
  add(document: DocumentLike, nowMs: number): void {
    const now = Number(nowMs);
    this.#take(document, (history, flags) => tools.historyAdd(history, flags, now));
  }

  /**
   * Keeps a document that was in force until a moment, by default until the document in force was stamped or added,
   * whichever is earlier, and returns whether it is held now.
   */
  keep(document: DocumentLike, supersededMs?: number): boolean {
    const superseded = supersededMs == null ? undefined : Number(supersededMs);
    return this.#take(document, (history, flags) => tools.historyKeep(history, flags, superseded, false));
  }

  /**
   * Keeps a document that was fetched for a pin, where this host may be behind: one that is stamped later than the document
   * in force is newer than it, any other is kept as by `keep`. It must not be one that was withdrawn, as by a rollback.
   */
  keepFetched(document: DocumentLike): boolean {
    return this.#take(document, (history, flags) => tools.historyKeep(history, flags, undefined, true));
  }

  /** The document of that digest, if it is held. It is the caller's to free. */
  get(digest: string): Flags | undefined {
    const handle = pinErrors.during(() => tools.historyGet(this.#held.handle, digest));
    return handle === undefined ? undefined : flagsOf.made(handle);
  }

  /** The document in force, if there is one. It is the caller's to free. */
  newest(): Flags | undefined {
    const handle = pinErrors.during(() => tools.historyNewest(this.#held.handle));
    return handle === undefined ? undefined : flagsOf.made(handle);
  }

  /** The digests of all documents held, the newest first. */
  digests(): string[] {
    return pinErrors.during(() => tools.historyDigests(this.#held.handle) as string[]);
  }

  /** How many bytes of canonical JSON the documents have. */
  get size(): number {
    return pinErrors.during(() => tools.historyBytes(this.#held.handle));
  }

  /**
   * The document of a pin: that very one. A flag that is off or gone in the newest document is off in it, unless the newest
   * says `lifecycle.offWaitsForPins`. The age of a pin is the time since its document is no longer in force; that of a newer
   * document that was fetched, the time since its own timestamp.
   *
   * A pin is never a security decision: whoever sends one chooses among the documents held.
   *
   * @throws {PinError} where that document is not held or the pin is too old
   */
  pinned(
    digest: string,
    nowMs: number,
    ttlSeconds: number,
    pollTimeoutMs?: number,
    options: PinOptions = {},
  ): Pinned {
    const pinned = pinErrors.during(
      () =>
        tools.historyPinned(
          this.#held.handle,
          digest,
          nowMs,
          ttlSeconds,
          pollTimeoutMs,
          options.maxPinAgeMs,
        ) as Omit<Pinned, "flags"> & { readonly flags: number },
    );
    return { ...pinned, flags: flagsOf.made(pinned.flags) };
  }

  /** Lets go of the memory at once. What was taken from it can be used afterwards. */
  free(): void {
    disown(this, this.#held);
  }
}
