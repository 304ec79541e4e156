import { requireTools } from "./engine.js";
import { ErrorKind, type Failure } from "./errors.js";
import { type Flags, flagsOf } from "./flags.js";
import * as tools from "./generated/tools-glue.js";
import { disposeByFreeing, FREED, Fresh, Ownership } from "./ownership.js";

const ownership = new Ownership(handle => tools.freeHistory(handle));

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

/** A document, loaded already or not. */
type DocumentLike = Flags | string | Uint8Array | object;

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
  #handle: number;
  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;

  static {
    disposeByFreeing(DocumentHistory.prototype);
  }

  constructor(limits: HistoryLimits = {}) {
    requireTools("DocumentHistory");
    this.#handle = ownership.take(this, new Fresh(tools.newHistory(limits.maxDocuments, limits.maxBytes)));
  }

  /** Takes the document that is in force at a moment, in milliseconds since 1970. */
  add(document: DocumentLike, nowMs: number): void {
    flagsOf.lend(document, flags => pinErrors.during(() => tools.historyAdd(this.#handle, flags, nowMs)));
  }

  /**
   * Keeps a document that was in force until a moment, by default until the document in force was stamped or added,
   * whichever is earlier, and returns whether it is held now.
   */
  keep(document: DocumentLike, supersededMs?: number): boolean {
    return flagsOf.lend(document, flags =>
      pinErrors.during(() => tools.historyKeep(this.#handle, flags, supersededMs, false)),
    );
  }

  /**
   * Keeps a document that was fetched for a pin, where this host may be behind: one that is stamped later than the document
   * in force is newer than it, any other is kept as by `keep`. It must not be one that was withdrawn, as by a rollback.
   */
  keepFetched(document: DocumentLike): boolean {
    return flagsOf.lend(document, flags =>
      pinErrors.during(() => tools.historyKeep(this.#handle, flags, undefined, true)),
    );
  }

  /** The document of that digest, if it is held. It is the caller's to free. */
  get(digest: string): Flags | undefined {
    const handle = pinErrors.during(() => tools.historyGet(this.#handle, digest));
    return handle === undefined ? undefined : flagsOf.fresh(new Fresh(handle));
  }

  /** The document in force, if there is one. It is the caller's to free. */
  newest(): Flags | undefined {
    const handle = pinErrors.during(() => tools.historyNewest(this.#handle));
    return handle === undefined ? undefined : flagsOf.fresh(new Fresh(handle));
  }

  /** The digests of all documents held, the newest first. */
  digests(): string[] {
    return pinErrors.during(() => tools.historyDigests(this.#handle) as string[]);
  }

  /** How many bytes of canonical JSON the documents have. */
  get size(): number {
    return pinErrors.during(() => tools.historyBytes(this.#handle));
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
          this.#handle,
          digest,
          nowMs,
          ttlSeconds,
          pollTimeoutMs,
          options.maxPinAgeMs,
        ) as Omit<Pinned, "flags"> & { readonly flags: number },
    );
    return { ...pinned, flags: flagsOf.fresh(new Fresh(pinned.flags)) };
  }

  /** Lets go of the memory at once. What was taken from it can be used afterwards. */
  free(): void {
    const handle = this.#handle;
    this.#handle = FREED;
    ownership.release(this, handle);
  }
}
