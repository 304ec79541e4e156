import { type AllFlagsState, type AllFlagsStateOptions, readState } from "./all-flags-state.js";
import { type Answer, FlagEntries, NO_FLAG, type Source } from "./answers.js";
import { bigSegmentsText, type EvaluationOptions } from "./big-segments.js";
import { BoundFlags } from "./bound-flags.js";
import type {
  Certification,
  CertificationOptions,
  Deployment,
  LifecycleChange,
  Status,
} from "./certification.js";
import { type Consistency, type ConsistencyOptions, readConsistency } from "./consistency.js";
import { type ContextLike, contextHeld } from "./context.js";
import type { EvaluationDetail } from "./detail.js";
import { makePlainContexts, requireTools } from "./engine.js";
import { argumentErrors, documentErrors, FAILED } from "./errors.js";
import type { Explanation } from "./explanation.js";
import type { FlagKey, FlagKeyOf, FlagValue } from "./flag-types.js";
import type { Evidence } from "./freshness.js";
import { limits } from "./generated/constants.js";
import * as core from "./generated/glue.js";
import { encodeLeniently, encodeStrictly } from "./host-json.js";
import { jsonBytes } from "./json-text.js";
import type { CheckOptions, Diff, Strategy, StrategyName, StrategyOptions, System } from "./lifecycle.js";
import { type DocumentText, LoadedDocument, type Loader } from "./loaded-document.js";
import { disown, disposeByFreeing, Held, owned } from "./ownership.js";
import type { PlainContexts } from "./plain-contexts.js";
import type { Receipt } from "./receipt.js";
import type { Retirement, RetirementOptions } from "./reports.js";
import { ValueType } from "./value-type.js";

/** Something that a document gets wrong, or that its author should know. */
export interface Diagnostic {
  /** `error`: it can never do what it says; `warning`: it is read otherwise than its author may think. */
  readonly severity: "error" | "warning" | "info";
  /** The stable name of the finding. */
  readonly code: string;
  /** Where, such as `flags.checkout.rules[2].clauses[0].values[1]`. */
  readonly path: string;
  /** What is wrong, in words. */
  readonly message: string;
}

/** JSON text is taken as it is; an object is written as JSON first. */
export function documentText(document: string | Uint8Array | object): DocumentText {
  return typeof document === "string" || ArrayBuffer.isView(document)
    ? (document as DocumentText)
    : encodeStrictly(document, limits.documentBytes, documentErrors);
}

/** The core's code for yes. */
const YES = 2;

/** How the rest of the package gets at what documents hold of the core. */
export const flagsOf = {
  /** What a document holds, if it is one. */
  held: (_document: unknown): LoadedDocument | undefined => undefined,
  /** The document that the core has just made, which nothing holds yet. */
  made: (_handle: number): Flags => {
    throw new TypeError("no documents yet");
  },
};

/**
 * A document of flags, ready to be asked. Immutable.
 *
 * ```js
 * const flags = Flags.fromJson(await (await fetch("/flags.json")).text());
 * flags.boolVariation("checkout", { kind: "user", key: "anna" }, false);
 * ```
 */
export class Flags {
  readonly #held: LoadedDocument;
  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;
  #diagnostics: readonly Diagnostic[] | undefined;
  readonly #entries = new FlagEntries();
  /** None where the entry does without, as a page's does: it binds. */
  readonly #plainContexts: PlainContexts | undefined = makePlainContexts?.();
  readonly #source: Source;

  static {
    disposeByFreeing(Flags.prototype);
    flagsOf.held = value =>
      typeof value === "object" && value !== null && #held in value ? value.#held : undefined;
    flagsOf.made = handle => new Flags(LoadedDocument.of(handle));
  }

  private constructor(held: LoadedDocument) {
    this.#held = owned(this, held);
    this.#source = {
      find: (key: string): number => core.findFlag(held.handle, key),
      describe: () => core.describeAnswer(held.handle),
    };
  }

  static #load(loader: Loader, text: DocumentText): Flags {
    return new Flags(LoadedDocument.load(loader, text));
  }

  /**
   * Loads a document from JSON text.
   *
   * @throws {DocumentError} where it is not JSON, not a document, or past a limit
   */
  static fromJson(text: string | Uint8Array): Flags {
    return Flags.#load(core.loadFlags, text);
  }

  /**
   * Loads a document from an object.
   *
   * @throws {DocumentError} also where something in it has no JSON form
   */
  static fromObject(object: object): Flags {
    return Flags.#load(core.loadFlags, encodeStrictly(object, limits.documentBytes, documentErrors));
  }

  /**
   * Loads a bare map of flags: an object without `flags`, `segments` or `flagValues`.
   *
   * @throws {DocumentError} as `fromJson` and `fromObject` do
   */
  static fromFlagMap(textOrObject: string | Uint8Array | object): Flags {
    return Flags.#load(core.loadFlagMap, documentText(textOrObject));
  }

  /**
   * Loads a feature-flag profile of AWS AppConfig, as it is retrieved or as it is defined. Each of its flags becomes
   * two: `<key>` is true where it is enabled, and `<key>.attributes` serves the object of its attributes, or the
   * default where it is not.
   *
   * @throws {DocumentError} as `fromJson` and `fromObject` do; its `code` is `appconfig-ion` where the profile has
   * variants and so is no JSON: AppConfig's agent decides those
   */
  static fromAppConfig(textOrObject: string | Uint8Array | object): Flags {
    return Flags.#load(requireTools("Flags.fromAppConfig").glue.loadAppConfig, documentText(textOrObject));
  }

  /**
   * Another document: this one with those items of a patch whose `version` is higher.
   *
   * @throws {DocumentError} where the patch is none
   */
  apply(patch: string | Uint8Array | object): Flags {
    return new Flags(this.#held.apply(jsonBytes(documentText(patch), documentErrors)));
  }

  /** The keys of the flags, in RFC 8785 order. */
  keys(): string[] {
    return JSON.parse(documentErrors.text(core.flagKeys(this.#held.handle))) as string[];
  }

  /** `sha256:` and 64 hexadecimal digits, equal on every host for equal documents. */
  get digest(): string {
    return documentErrors.text(core.flagsDigest(this.#held.handle));
  }

  /** `meta.version`, where the document has one. */
  get version(): number | undefined {
    const version = core.flagsVersion(this.#held.handle);
    if (version === Number.POSITIVE_INFINITY) throw documentErrors.last();
    return Number.isNaN(version) ? undefined : version;
  }

  /**
   * Whether this document, just fetched, takes the place of the one that is held. An authoritative source is believed, in
   * whatever order it serves documents; a response that a cache may have answered is refused only if the evidence shows
   * that the origin made it before the held one. A malformed header counts as absent.
   *
   * @throws {TypeError} if the evidence has another shape
   */
  supersedes(held: Flags | null | undefined, evidence: Evidence): boolean {
    const text = JSON.stringify(evidence) ?? "null";
    // No flag and no document have this handle.
    const code = core.supersedes(this.#held.handle, held == null ? NO_FLAG : held.#held.handle, text);
    return argumentErrors.handle(code) === YES;
  }

  /**
   * Whether taking this document in place of another goes back in time, as a rollback does: its latest
   * `lastModifiedTimestamp` is earlier, or missing. The gate then counts from when it was taken: `takenMs`.
   */
  stepsBackFrom(held: Flags): boolean {
    return argumentErrors.handle(core.stepsBackFrom(this.#held.handle, held.#held.handle)) === YES;
  }

  /** What the document gets wrong, in its order. */
  get diagnostics(): readonly Diagnostic[] {
    this.#diagnostics ??= this.#readDiagnostics();
    return this.#diagnostics;
  }

  #readDiagnostics(): readonly Diagnostic[] {
    const text = requireTools("diagnostics").glue.flagsDiagnostics(this.#held.handle);
    const diagnostics = JSON.parse(documentErrors.text(text)) as Diagnostic[];
    return Object.freeze(diagnostics.map(diagnostic => Object.freeze(diagnostic)));
  }

  /**
   * Binds the document to a context. An invalid one binds too: every answer is then the default, with the reason
   * `USER_NOT_SPECIFIED`.
   */
  bind(context: ContextLike, options?: EvaluationOptions): BoundFlags {
    return BoundFlags.of(this.#bind(context, options), this.#entries);
  }

  #bind(context: unknown, options: EvaluationOptions | undefined): Held {
    // All of the caller's code runs before a handle is read.
    const bigSegments = bigSegmentsText(options);
    const parsed = contextHeld(context);
    const text = parsed === undefined ? encodeLeniently(context) : "";
    const bind = (flags = 0, context = 0): number =>
      argumentErrors.handle(
        parsed === undefined
          ? core.bindHost(flags, text, bigSegments)
          : core.bindContext(flags, context, bigSegments),
      );
    return new Held(parsed === undefined ? [this.#held] : [this.#held, parsed], bind, core.freeBound);
  }

  /** Lends bound flags that are given back whatever happens. */
  #lend<T>(context: unknown, options: EvaluationOptions | undefined, use: (bound: Held) => T): T {
    const bound = this.#bind(context, options);
    try {
      return use(bound);
    } finally {
      bound.release();
    }
  }

  #evaluate(context: unknown, flag: number, type: ValueType): number {
    const parsed = contextHeld(context);
    if (parsed !== undefined) {
      return core.evaluateContext(this.#held.handle, parsed.handle, flag, type);
    }
    const text = encodeLeniently(context);
    return core.evaluateHost(this.#held.handle, text, flag, type);
  }

  #ask(key: string, context: unknown, options: EvaluationOptions | undefined, type: ValueType): Answer {
    const entry = this.#entries.get(key, this.#source);
    if (options?.bigSegments != null) {
      return this.#lend(context, options, bound =>
        entry.answer(core.evaluate(bound.handle, entry.handle, type), this.#source),
      );
    }
    const code =
      this.#plainContexts?.evaluate(this.#held, context, entry, type) ??
      this.#evaluate(context, entry.handle, type);
    if (code === FAILED) throw argumentErrors.last();
    return entry.answer(code, this.#source);
  }

  /** The flag's value, of whatever type. */
  variation<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): FlagValue<Key> | T {
    return this.#ask(key, context, options, ValueType.Any).value(defaultValue) as FlagValue<Key> | T;
  }

  /** The flag's value with its variation and reason. */
  variationDetail<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#ask(key, context, options, ValueType.Any).detail(defaultValue) as EvaluationDetail<
      FlagValue<Key> | T
    >;
  }

  /** The value of a boolean flag. */
  boolVariation(
    key: FlagKeyOf<boolean>,
    context: ContextLike,
    defaultValue: boolean,
    options?: EvaluationOptions,
  ): boolean {
    return this.#ask(key, context, options, ValueType.Bool).value(defaultValue) as boolean;
  }

  /** The value of a boolean flag with its variation and reason. */
  boolVariationDetail(
    key: FlagKeyOf<boolean>,
    context: ContextLike,
    defaultValue: boolean,
    options?: EvaluationOptions,
  ): EvaluationDetail<boolean> {
    return this.#ask(key, context, options, ValueType.Bool).detail(defaultValue) as EvaluationDetail<boolean>;
  }

  /** The value of a flag of numbers. */
  numberVariation(
    key: FlagKeyOf<number>,
    context: ContextLike,
    defaultValue: number,
    options?: EvaluationOptions,
  ): number {
    return this.#ask(key, context, options, ValueType.Number).value(defaultValue) as number;
  }

  /** The value of a flag of numbers with its variation and reason. */
  numberVariationDetail(
    key: FlagKeyOf<number>,
    context: ContextLike,
    defaultValue: number,
    options?: EvaluationOptions,
  ): EvaluationDetail<number> {
    return this.#ask(key, context, options, ValueType.Number).detail(
      defaultValue,
    ) as EvaluationDetail<number>;
  }

  /** The value of a flag of strings. */
  stringVariation<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): Extract<FlagValue<Key>, string> | T {
    return this.#ask(key, context, options, ValueType.String).value(defaultValue) as
      | Extract<FlagValue<Key>, string>
      | T;
  }

  /** The value of a flag of strings with its variation and reason. */
  stringVariationDetail<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): EvaluationDetail<Extract<FlagValue<Key>, string> | T> {
    return this.#ask(key, context, options, ValueType.String).detail(defaultValue) as EvaluationDetail<
      Extract<FlagValue<Key>, string> | T
    >;
  }

  /** The value of a flag of JSON. */
  jsonVariation<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): FlagValue<Key> | T {
    return this.#ask(key, context, options, ValueType.Json).value(defaultValue) as FlagValue<Key> | T;
  }

  /** The value of a flag of JSON with its variation and reason. */
  jsonVariationDetail<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#ask(key, context, options, ValueType.Json).detail(defaultValue) as EvaluationDetail<
      FlagValue<Key> | T
    >;
  }

  /** The values of all flags in LaunchDarkly's bootstrap format. */
  allFlagsState(context: ContextLike, options?: AllFlagsStateOptions): AllFlagsState {
    return this.#lend(context, options, bound => readState(bound, options));
  }

  /** How the flag's answer comes about. */
  explain(key: FlagKey, context: ContextLike, options?: EvaluationOptions): Explanation {
    const { readExplanation } = requireTools("explain");
    return this.#lend(context, options, bound => readExplanation(bound, key));
  }

  /**
   * Whether every instance of a back end that polls has noticed the flag's last change, so that a journey behind it may
   * start. Time that cannot be reckoned with is answered with `false`, and a diagnostic.
   *
   * @param nowMs the wall clock, in milliseconds since 1970
   * @param ttlSeconds how long an instance keeps a document before it polls again; see {@link parseTtl}
   * @param pollTimeoutMs how long a poll may take; 3000 unless given
   */
  consistency(
    key: FlagKey,
    context: ContextLike,
    nowMs: number,
    ttlSeconds: number,
    pollTimeoutMs?: number,
    options?: EvaluationOptions & ConsistencyOptions,
  ): Consistency {
    return this.#lend(context, options, bound =>
      readConsistency(bound, key, nowMs, ttlSeconds, pollTimeoutMs, options?.takenMs),
    );
  }

  /** The flag's answer, with everything that it takes to check it with {@link replay}. */
  receipt(key: FlagKey, context: ContextLike, options?: EvaluationOptions): Receipt {
    return requireTools("receipt").readReceipt(this.#held, key, context, options);
  }

  /**
   * Another document: this one with flags turned on and off by a strategy.
   *
   * @throws {StrategyError} where it is none, or names a flag that is not there
   */
  withStrategy(strategy: StrategyName | Strategy, options?: StrategyOptions): Flags {
    return flagsOf.made(requireTools("withStrategy").withStrategy(this.#held, strategy, options));
  }

  /** The strategy that a system chooses for a context by `meta.strategies`, if it chooses one. */
  strategyFor(system: System, context: ContextLike): Strategy | undefined {
    return requireTools("strategyFor").strategyFor(this.#held, system, context);
  }

  /** What loading says of the document, and the mistakes of its authors. */
  check(options?: CheckOptions): Diagnostic[] {
    return requireTools("check").check(this.#held, options);
  }

  /** What changed from this document to a later one. */
  diff(later: Flags | string | Uint8Array | object): Diff {
    return requireTools("diff").diff(this.#held, later);
  }

  /**
   * Another document: this one with another status of a flag. One follows the other: `To Do`, `Doing`, `Staging`, `Done`,
   * `Finished`, and back to `Doing` from `Staging` and `Done`; a flag without one may get any. The `version` of the flag and
   * of the document is raised by one.
   *
   * Only the order is checked: `Done` is set without a test that has passed, and `Finished` of a flag that not everybody
   * has. {@link Flags.certification} and {@link Flags.finish} check those.
   *
   * @param now the time in seconds since 1970, as everywhere in a `lifecycle`
   * @throws {LifecycleError} where the status does not follow; its `legal` says which do
   */
  withStatus(key: FlagKey, status: Status, now: number): Flags {
    return flagsOf.made(requireTools("withStatus").withStatus(this.#held, key, status, now));
  }

  /**
   * What follows from the tests of an artifact. Where all of them pass under `Production State` it may be deployed; where
   * they pass under `Next Release` too, the features in it go from `Staging` to `Done`. With `evaluated`, tests that
   * evaluated no flag of the document count as not run, and a feature that they did not evaluate stays in `Staging`.
   */
  certification(options: CertificationOptions): Certification {
    return requireTools("certification").certification(this.#held, options);
  }

  /**
   * Which features an artifact holds that was built at a moment and is deployed now, both in seconds since 1970. Those that
   * are `Done` come into `Beta`; those that an older artifact takes away leave it.
   *
   * @throws {LifecycleError} if the document does not remember that the artifact was certified as deployable
   */
  deployment(artifactTime: number, now: number): Deployment {
    return requireTools("deployment").deployment(this.#held, artifactTime, now);
  }

  /**
   * The end of a feature's rollout: what to write, if it is not finished already.
   *
   * @param now the time in seconds since 1970
   * @param safetyPeriod how long it has to stay able to be switched off, in seconds; four weeks unless given
   * @throws {LifecycleError} if it is not `Done`, is off, or does not serve its "on" to everybody
   */
  finish(key: FlagKey, now: number, safetyPeriod?: number): LifecycleChange | undefined {
    return requireTools("finish").finish(this.#held, key, now, safetyPeriod);
  }

  /** What is known of each flag's retirement, in the order of the keys. What nothing says is unknown. */
  retirements(options: RetirementOptions): Retirement[] {
    return requireTools("retirements").retirements(this.#held, options);
  }

  /** The normalised document as canonical JSON text (RFC 8785), of which `digest` is. */
  toJson(): string {
    requireTools("toJson");
    return argumentErrors.text(core.flagsText(this.#held.handle));
  }

  /** The text of a file that types the flags: their keys, and what each serves. */
  typing(language: "typescript" | "python" = "typescript"): string {
    const { glue } = requireTools("typing");
    return argumentErrors.during(() => glue.flagsTyping(this.#held.handle, language));
  }

  /** The context keys whose memberships in big segments an evaluation may ask for. */
  bigSegmentKeys(context: ContextLike): string[] {
    const parsed = contextHeld(context);
    const text = parsed === undefined ? encodeLeniently(context) : "";
    const flags = this.#held;
    const keys =
      parsed === undefined
        ? core.bigSegmentKeysForHost(flags.handle, text)
        : core.bigSegmentKeys(flags.handle, parsed.handle);
    return JSON.parse(argumentErrors.text(keys)) as string[];
  }

  /** Lets go of the memory at once. The object cannot be used afterwards; what was bound to it can. */
  free(): void {
    disown(this, this.#held);
  }
}
