/** The document of an OpenFeature provider. */

import type { Flags } from "../../binding/flags.js";
import type { ActivityRecorder } from "../activity.js";
import { digestOf } from "../observation.js";
import type { FlagSource, SourceSnapshot } from "../source/source.js";

/** Options of a provider besides its flags. */
export interface IsoflagProviderOptions {
  /** Counts evaluations, for example an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
}

/** Reactions of a provider to changes of its document. */
export interface SourceEvents {
  /** A new document replaced the previous one. */
  changed(flags: Flags, before: Flags): void;
  /** The first document loaded after the provider had none. */
  ready(flags: Flags): void;
  /** The current document may be outdated. */
  stale(message: string): void;
  /** The current document is known to be the newest again. */
  fresh(): void;
  /** There is no document. */
  failed(message: string): void;
}

/** The document of a provider: a fixed one, or that of a source. */
export class ProviderDocument {
  readonly #given: Flags | FlagSource;
  #known: SourceSnapshot | undefined;
  #unsubscribe: (() => void) | undefined;
  #digest: { readonly flags: Flags; readonly value: string | undefined } | undefined;

  constructor(given: Flags | FlagSource) {
    this.#given = given;
  }

  /** The current document. */
  get flags(): Flags | undefined {
    return isSource(this.#given) ? this.#given.snapshot.flags : this.#given;
  }

  /** The digest of the document, if it is known. */
  get digest(): string | undefined {
    if (isSource(this.#given)) return this.#given.snapshot.digest;
    if (this.#digest === undefined) this.#digest = { flags: this.#given, value: digestOf(this.#given) };
    return this.#digest.value;
  }

  /**
   * Resolves once the first document has loaded.
   *
   * @throws the error of the source if it failed to load
   */
  async loaded(): Promise<void> {
    const source = this.#given;
    if (!isSource(source)) return;
    await new Promise<void>(resolve => {
      const look = (): void => {
        if (source.snapshot.status === "loading") return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = source.subscribe(look);
      look();
    });
    const { status, error } = source.snapshot;
    if (status === "error") throw error;
    if (status === "closed") throw new Error("the source of flags was closed before it had a document");
  }

  /** Reports changes of the source's document from now on. */
  follow(events: SourceEvents): void {
    const source = this.#given;
    if (!isSource(source)) return;
    this.close();
    this.#known = source.snapshot;
    this.#unsubscribe = source.subscribe(() => {
      const before = this.#known as SourceSnapshot;
      const now = source.snapshot;
      this.#known = now;
      const message = now.error?.message ?? "";
      if (now.flags !== undefined && now.flags !== before.flags) {
        if (before.flags === undefined) events.ready(now.flags);
        else events.changed(now.flags, before.flags);
      }
      if (now.status === before.status) {
        if (now.status === "error" && now.error !== before.error) events.failed(message);
      } else if (now.status === "stale") {
        events.stale(message);
      } else if (before.status === "stale" && now.status === "ready") {
        events.fresh();
      } else if (now.status === "error") {
        events.failed(message);
      }
    });
  }

  /** Stops following. The document is not freed. */
  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

function isSource(given: Flags | FlagSource): given is FlagSource {
  return "subscribe" in given;
}
