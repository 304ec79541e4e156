/** The document of an OpenFeature provider. */

import type { EvaluationContext } from "@openfeature/core";

import type { BoundFlags } from "../../binding/bound-flags.js";
import type { EvaluationDetail, EvaluationReason } from "../../binding/detail.js";
import type { Flags } from "../../binding/flags.js";
import { flagsOf } from "../../binding/flags-of.js";
import * as core from "../../generated/glue.js";
import { OPENFEATURE_REASONS } from "../../generated/openfeature.js";
import type { ActivityRecorder } from "../activity.js";
import { callBack } from "../callback.js";
import { type Identity, identity, identityOf, type Observer, originalOf } from "../observation.js";
import type { FlagSource, SourceSnapshot } from "../source/source.js";
import { type Resolved, translateContext } from "./translation.js";

/** Options of a provider besides its flags. */
export interface IsoflagProviderOptions {
  /** Counts evaluations, for example an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /** Called after every evaluation; it cannot change the answer. */
  readonly onEvaluation?: Observer | undefined;
}

/** Reactions of a provider to changes of its document. */
export interface SourceEvents {
  /** A new document replaced the previous one, if there was one. */
  changed(flags: Flags, before: Flags | undefined): void;
  /** Reports that the document is the newest one, may be outdated, or is missing. */
  state(event: "Ready" | "Stale" | "Error", details?: { readonly message: string }): void;
}

/** The document of a provider: a fixed one, or that of a source. */
export class ProviderDocument {
  readonly #given: Flags | FlagSource;
  #known: SourceSnapshot | undefined;
  #unsubscribe: (() => void) | undefined;
  /** The digests of a fixed document; computing one costs a walk through the document. */
  #identity: Identity | undefined;

  constructor(given: Flags | FlagSource) {
    this.#given = given;
  }

  /** The current document. */
  get flags(): Flags | undefined {
    return isSource(this.#given) ? this.#given.snapshot.flags : this.#given;
  }

  /** The digests of the document, if they are known. */
  get identity(): Identity {
    if (isSource(this.#given)) return this.#given.snapshot;
    if (this.#identity?.digest === undefined) this.#identity = identityOf(this.#given);
    return this.#identity;
  }

  /** `meta.version` of the document, if it has one. */
  get version(): number | undefined {
    return isSource(this.#given) ? this.#given.snapshot.version : this.#given.version;
  }

  /**
   * Passes an answer to the options' listeners, and returns it with what is known of the document.
   *
   * @param evaluator the flags that were evaluated
   * @param strategy the name of the strategy that they are under, if any
   */
  resolved<T>(
    key: string,
    detail: EvaluationDetail<T>,
    defaultValue: T,
    context: EvaluationContext,
    options: IsoflagProviderOptions,
    evaluator: Flags | BoundFlags,
    strategy?: string,
  ): Resolved<T> {
    const { version } = this;
    const { digest, pin } = this.identity;
    if (strategy === undefined) options.activity?.record(key, detail.variationIndex, digest);
    else options.activity?.record(key, detail.variationIndex, digest, undefined, strategy);
    const { onEvaluation } = options;
    if (onEvaluation !== undefined) {
      const evaluation = {
        key,
        context: translateContext(context),
        defaultValue,
        detail,
        ...identity(digest, pin),
      };
      callBack(() => onEvaluation(strategy === undefined ? evaluation : { ...evaluation, strategy }));
    }
    return { detail, digest, version, strategy, reason: reasonOf(evaluator, key, detail.reason) };
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
      const details = { message: now.error?.message ?? "" };
      if (now.flags !== undefined && now.flags !== before.flags) {
        events.changed(now.flags, before.flags);
        if (before.flags === undefined) events.state("Ready");
      }
      const isNew = now.status !== before.status;
      if (now.status === "stale" && isNew) events.state("Stale", details);
      if (now.status === "ready" && before.status === "stale") events.state("Ready");
      if (now.status === "error" && (isNew || now.error !== before.error)) events.state("Error", details);
    });
  }

  /** Stops following. The document is not freed. */
  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

/** Returns OpenFeature's reason for that of an answer. */
function reasonOf(evaluator: Flags | BoundFlags, key: string, { kind, ruleIndex }: EvaluationReason): string {
  const { otherwise, split } = OPENFEATURE_REASONS[kind];
  if (otherwise === split) return otherwise;
  try {
    return isSplit(originalOf(evaluator), key, ruleIndex) ? split : otherwise;
  } catch {
    // The answer is there already, and the module starts again automatically after a trap.
    return otherwise;
  }
}

/** Whether a percentage decides what a rule serves; the fallthrough without the index of a rule. */
function isSplit(flags: Flags | BoundFlags, key: string, ruleIndex: number | undefined): boolean {
  if (!("bind" in flags)) return core.isSplit(flagsOf.bound(flags)?.handle ?? 0, key, ruleIndex);
  // Bound to any context, since bound flags keep a document that was closed.
  const bound = flags.bind({ kind: "user", key: "-" });
  try {
    return isSplit(bound, key, ruleIndex);
  } finally {
    bound.free();
  }
}

function isSource(given: Flags | FlagSource): given is FlagSource {
  return "subscribe" in given;
}
