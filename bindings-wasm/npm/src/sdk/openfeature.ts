/** The parts that both OpenFeature providers share: their document, and the translation between OpenFeature's terms and LaunchDarkly's. */

import type {
  ErrorCode,
  EvaluationContext,
  EvaluationContextValue,
  FlagMetadata,
  JsonValue,
  ResolutionDetails,
} from "@openfeature/core";
import type { BoundFlags } from "../binding/bound-flags.js";
import type { ContextObject } from "../binding/context.js";
import type { EvaluationDetail, EvaluationReason } from "../binding/evaluation.js";
import type { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import * as core from "../generated/glue.js";
import { OPENFEATURE_ERRORS, OPENFEATURE_REASONS } from "../generated/openfeature.js";
import type { ActivityRecorder } from "./activity.js";
import { callBack } from "./callback.js";
import { type Identity, identity, identityOf, type Observer, originalOf } from "./observation.js";
import type { FlagSource } from "./source/source.js";

/** Options of a provider besides its flags. */
export interface IsoflagProviderOptions {
  /** Counts evaluations, for example an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /** Called after every evaluation; it cannot change the answer. */
  readonly onEvaluation?: Observer | undefined;
}

/** Reactions of a provider to changes of its document. */
export interface SourceEvents {
  /** A document replaced the previous one, each of which may be missing. */
  changed(flags: Flags | undefined, before: Flags | undefined): void;
  /** Reports that the document is the newest one, may be outdated, or is missing. */
  state(event: "Ready" | "Stale" | "Error", details?: { readonly message: string }): void;
}

/** The document of a provider: a fixed one, or that of a source. */
export class ProviderDocument {
  readonly #given: Flags | FlagSource;
  /** Identifies the last opening until it is closed. */
  #opening: object | undefined;
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
   * Waits for the first document, and reports it and every later change until it is closed. A source that fails first
   * reports undefined.
   *
   * @throws the error of the source if it failed to load
   */
  async open(events: SourceEvents): Promise<void> {
    this.close();
    const opening = {};
    this.#opening = opening;
    const source = isSource(this.#given) ? this.#given : undefined;
    if (source !== undefined) await settled(source);
    // It may have been closed in the meantime.
    if (opening === this.#opening) {
      events.changed(this.flags, undefined);
      if (source !== undefined) this.#follow(source, events);
    }
    const { status, error } = source?.snapshot ?? {};
    if (status === "error") throw error;
    if (status === "closed") throw new Error("the source of flags was closed before it had a document");
  }

  #follow(source: FlagSource, events: SourceEvents): void {
    let known = source.snapshot;
    this.#unsubscribe = source.subscribe(() => {
      const before = known;
      const now = source.snapshot;
      known = now;
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
    this.#opening = undefined;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

/** Resolves once a source has a document, has failed or was closed. */
function settled(source: FlagSource): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (source.snapshot.status === "loading") return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = source.subscribe(look);
    look();
  });
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

type Structure = { readonly [attribute: string]: EvaluationContextValue };

/**
 * Returns LaunchDarkly's context for OpenFeature's: `targetingKey`, else `key`, is the key; an empty one counts as absent; `kind` is the kind, `user`
 * unless it is a string; with the kind `multi` every structure is the context of a kind; `privateAttributes` is moved
 * to `_meta`. Values that cannot be contexts become contexts without a key.
 */
export function translateContext(context: EvaluationContext): ContextObject {
  const { kind } = context;
  if (kind !== "multi") {
    return { ...translateOne(context), kind: typeof kind === "string" ? kind : "user" } as ContextObject;
  }
  const kinds: [string, unknown][] = [["kind", kind]];
  for (const [name, one] of Object.entries(context)) {
    if (name === "kind" || typeof one !== "object" || one === null || Array.isArray(one)) continue;
    // A date here is a context without a key, which makes the whole invalid.
    kinds.push([name, translateOne(one as Structure)]);
  }
  return Object.fromEntries(kinds) as unknown as ContextObject;
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function translateOne(structure: Structure): { [attribute: string]: unknown } {
  const { targetingKey, key } = structure;
  const members: [string, unknown][] = [["key", targetingKey || key]];
  for (const [name, value] of Object.entries(structure)) {
    switch (name) {
      case "targetingKey":
      case "key":
      case "kind":
        break;
      case "privateAttributes":
        members.push(["_meta", { privateAttributes: Array.isArray(value) ? value.filter(isString) : [] }]);
        break;
      case "name":
        if (typeof value === "string") members.push([name, value]);
        break;
      case "anonymous":
        if (typeof value === "boolean") members.push([name, value]);
        break;
      default:
        members.push([name, value]);
    }
  }
  return Object.fromEntries(members);
}

/** The members of a reason that are metadata of a resolution. */
const REASON_MEMBERS = [
  "ruleIndex",
  "ruleId",
  "prerequisiteKey",
  "inExperiment",
  "bigSegmentsStatus",
] as const;

/** An answer that is resolved, and what is known of its document. */
export interface Resolved<T> {
  readonly detail: EvaluationDetail<T>;
  readonly digest: string | undefined;
  readonly version: number | undefined;
  /** The name of the strategy that the document is under. */
  readonly strategy: string | undefined;
  /** OpenFeature's reason. */
  readonly reason: string;
}

/** Returns OpenFeature's resolution of an answer; without a document, an error. */
export function resolutionOf<T>(resolved: Resolved<T> | undefined, defaultValue: T): ResolutionDetails<T> {
  return resolved === undefined ? notReady(defaultValue) : translate(resolved, resolved.detail);
}

function translate<T>(resolved: Resolved<unknown>, detail: EvaluationDetail<T>): ResolutionDetails<T> {
  const { value, variationIndex, reason } = detail;
  const { digest, version, strategy } = resolved;
  const members = REASON_MEMBERS.map(name => [name, reason[name]] as const);
  const document = [
    ["digest", digest],
    ["version", version],
    ["strategy", strategy],
  ] as const;
  const metadata = [...members, ["variationIndex", variationIndex] as const, ...document];
  const resolution: ResolutionDetails<T> = {
    value,
    reason: detail === resolved.detail ? resolved.reason : OPENFEATURE_REASONS[reason.kind].otherwise,
    flagMetadata: Object.fromEntries(metadata.filter(([_, known]) => known != null)) as FlagMetadata,
  };
  if (variationIndex !== null) resolution.variant = String(variationIndex);
  if (reason.kind === "ERROR") {
    const error = reason.errorKind && OPENFEATURE_ERRORS[reason.errorKind];
    resolution.errorCode = (error?.code ?? "GENERAL") as ErrorCode;
    if (error) resolution.errorMessage = error.message;
  }
  return resolution;
}

/** Returns the resolution of a flag requested as an object: any other value has the wrong type. */
export function resolutionOfObject<T extends JsonValue>(
  resolved: Resolved<unknown> | undefined,
  defaultValue: T,
): ResolutionDetails<T> {
  if (resolved === undefined) return notReady(defaultValue);
  const { detail } = resolved;
  const { value } = detail;
  if (detail.variationIndex !== null && (typeof value !== "object" || value === null)) {
    return translate(resolved, {
      value: defaultValue,
      variationIndex: null,
      reason: { kind: "ERROR", errorKind: "WRONG_TYPE" },
    });
  }
  return translate(resolved, detail as EvaluationDetail<T>);
}

function notReady<T>(value: T): ResolutionDetails<T> {
  return {
    value,
    reason: "ERROR",
    errorCode: OPENFEATURE_ERRORS.CLIENT_NOT_READY.code as ErrorCode,
    errorMessage: OPENFEATURE_ERRORS.CLIENT_NOT_READY.message,
  };
}
