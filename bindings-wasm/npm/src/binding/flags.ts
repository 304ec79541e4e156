/** Loaded flag documents: loading, patching, binding and evaluating. */

import { limits } from "../generated/constants.js";
import * as core from "../generated/glue.js";
import type { Explanation } from "../tools/explanation.js";
import type { DocumentMethods } from "../tools/methods.js";
import type { Patch } from "../tools/projection.js";
import type { Tools } from "../tools/tooling.js";
import { type Answer, type Find, FlagEntries, NO_FLAG, ValueType } from "./answers.js";
import { BoundFlags } from "./bound-flags.js";
import { type ContextLike, HOST_CONTEXT, passContext } from "./context.js";
import { makePlainContexts, requireTools } from "./engine.js";
import { argumentErrors, type Diagnostic, documentErrors } from "./errors.js";
import {
  type AllFlagsState,
  type AllFlagsStateOptions,
  bigSegmentsText,
  type EvaluationDetail,
  type EvaluationOptions,
  readState,
} from "./evaluation.js";
import type { FlagKey, FlagKeyOf, FlagValue } from "./flag-types.js";
import { flagsOf } from "./flags-of.js";
import { type Consistency, type ConsistencyOptions, type Evidence, readConsistency } from "./freshness.js";
import { disown, disposeByFreeing, Held, handlesOf, owned } from "./handles.js";
import type { ValueOptions } from "./json.js";
import { encodeStrictly, jsonBytes } from "./json-encoding.js";
import { type DocumentText, LoadedDocument, type Loader } from "./loaded-document.js";
import type { PlainContexts } from "./plain/contexts.js";

/** JSON text is used unchanged; an object is written as JSON first. */
export function documentText(document: string | Uint8Array | object): DocumentText {
  return typeof document === "string" || ArrayBuffer.isView(document)
    ? (document as DocumentText)
    : encodeStrictly(document, limits.documentBytes, documentErrors);
}

/** The methods that call the function of `tools.wasm` with their name, which other modules lack; as one text, 9 bytes less. */
const TOOLS =
  "advance certification check deployment diff finish impact receipt retirements strategyFor toJson typing withStatus withStrategy".split(
    " ",
  ) as (keyof Tools)[];

/** The core's code for yes. */
const YES = 2;

/** The methods that only `tools.wasm` implements. */
export interface Flags extends DocumentMethods {}

/** The core's object. Unlike a private member, a proxy of flags has it too: those of `observe` and of a local clock. */
const HELD = Symbol();

/**
 * A loaded flag document. Immutable.
 *
 * ```js
 * const flags = Flags.fromJson(await (await fetch("/flags.json")).text());
 * flags.boolVariation("checkout", { kind: "user", key: "anna" }, false);
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `tools.wasm` has these methods, and without it they throw
export class Flags {
  readonly #held: LoadedDocument;
  /** @internal */
  get [HELD](): LoadedDocument {
    return this.#held;
  }
  /** Called by `using`. */
  declare [Symbol.dispose]: () => void;
  /**
   * Returns the patch for a client that holds one document and needs another: `held.apply(patch)` has the digest of
   * `next`. Undefined if no patch does that, so that the client needs the whole document: a patch raises versions and
   * removes nothing. In a page, only `isoflag/tools` has it.
   */
  declare static readonly patchBetween: (held: Flags, next: Flags) => Patch | undefined;
  #diagnostics: readonly Diagnostic[] | undefined;
  readonly #entries = new FlagEntries();
  /** Undefined if the entry works without it, as a page's does: it binds. */
  readonly #plainContexts: PlainContexts | undefined = makePlainContexts?.();
  readonly #find: Find;

  static {
    for (const name of TOOLS) {
      Object.assign(Flags.prototype, {
        [name](this: Flags, ...rest: unknown[]): unknown {
          return this.#tool(name, ...rest);
        },
      });
    }
    disposeByFreeing(Flags.prototype);
    flagsOf.held = value => (value as Partial<Flags> | null | undefined)?.[HELD];
    flagsOf.made = handle => new Flags(LoadedDocument.of(handle));
  }

  private constructor(held: LoadedDocument) {
    this.#held = owned(this, held);
    this.#find = key => core.findFlag(held.handle, key);
  }

  static #load(loader: Loader, text: DocumentText): Flags {
    return new Flags(LoadedDocument.load(loader, text));
  }

  /**
   * Loads a document from JSON text.
   *
   * @throws {DocumentError} if it is not JSON, is not a flag document or exceeds a limit
   */
  static fromJson(text: string | Uint8Array): Flags {
    return Flags.#load(core.loadFlags, text);
  }

  /**
   * Loads a document from an object.
   *
   * @throws {DocumentError} also if a value in it has no JSON form
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
   * Loads a feature-flag profile of AWS AppConfig, as retrieved or as defined. Each of its flags becomes two: `<key>`
   * is true if it is enabled, and `<key>.attributes` serves the object of its attributes, or the default if it is not
   * enabled.
   *
   * @throws {DocumentError} as `fromJson` and `fromObject` do; its `code` is `appconfig-ion` if the profile has
   * variants and so is not JSON: AppConfig's agent decides those
   */
  static fromAppConfig(textOrObject: string | Uint8Array | object): Flags {
    return Flags.#load(requireTools("Flags.fromAppConfig").glue.loadAppConfig, documentText(textOrObject));
  }

  /**
   * Returns the document with those items of a patch applied whose `version` is higher.
   *
   * @throws {DocumentError} if the patch is invalid
   */
  apply(patch: string | Uint8Array | object): Flags {
    return new Flags(this.#held.apply(jsonBytes(documentText(patch), documentErrors)));
  }

  /** The keys of the flags, in RFC 8785 order. */
  keys(): string[] {
    return JSON.parse(documentErrors.text(core.flagKeys(this.#held.handle))) as string[];
  }

  /** `sha256:` and 64 hexadecimal digits, equal on every host runtime for equal documents. */
  get digest(): string {
    return documentErrors.text(core.flagsDigest(this.#held.handle));
  }

  /** `meta.version`, if the document has one. */
  get version(): number | undefined {
    const version = core.flagsVersion(this.#held.handle);
    if (version === Number.POSITIVE_INFINITY) throw documentErrors.last();
    return Number.isNaN(version) ? undefined : version;
  }

  /**
   * Returns whether this document, just fetched, supersedes the current one. An authoritative source is always
   * accepted; a response that may come from a cache is rejected only if the evidence shows that the origin made it
   * before the current one. A malformed header counts as absent.
   *
   * @throws {TypeError} if the evidence has another shape
   */
  supersedes(held: Flags | null | undefined, evidence: Evidence): boolean {
    const text = JSON.stringify(evidence) ?? "null";
    // The default is not the handle of a document.
    const [offered = 0, current = NO_FLAG] = handlesOf(this.#held, ...(held == null ? [] : [held[HELD]]));
    return argumentErrors.handle(core.supersedes(offered, current, text)) === YES;
  }

  /**
   * Returns whether taking this document in place of another goes back in time, as a rollback does: its latest
   * `lastModifiedTimestamp` is earlier, or missing. The gate then counts from when it was taken: `takenMs`.
   */
  stepsBackFrom(held: Flags): boolean {
    const [taken = 0, before = 0] = handlesOf(this.#held, held[HELD]);
    return argumentErrors.handle(core.stepsBackFrom(taken, before)) === YES;
  }

  /** The findings about the document, in its order. */
  get diagnostics(): readonly Diagnostic[] {
    this.#diagnostics ??= this.#tool("diagnostics") as Diagnostic[];
    return this.#diagnostics;
  }

  /**
   * Binds the document to a context. An invalid one can be bound too: every answer is then the default, with the reason
   * `USER_NOT_SPECIFIED`.
   */
  bind(context: ContextLike, options?: EvaluationOptions): BoundFlags {
    const [held, isValid] = this.#bind(context, options);
    return BoundFlags.of(held, this.#entries, isValid);
  }

  /** Returns the bound flags, and whether the context is known to be valid. */
  #bind(context: unknown, options: EvaluationOptions | undefined): [Held, boolean] {
    // The caller's code must not run after a handle is read.
    const bigSegments = bigSegmentsText(options);
    this.#plainContexts?.count();
    const { held, text } = passContext(context);
    const bind = (flags = 0, context = HOST_CONTEXT): number =>
      argumentErrors.handle(core.bindContext(flags, context, text, bigSegments));
    return [new Held([this.#held, ...held], bind, core.freeBound), held.length > 0];
  }

  /** Calls a function of `tools.wasm` for the document. */
  #tool(name: keyof Tools, ...rest: unknown[]): unknown {
    type Call = (flags: Held, ...rest: unknown[]) => unknown;
    return (requireTools(name)[name] as Call)(this.#held, ...rest);
  }

  /** Calls a function with temporary bound flags, which are freed in any case. */
  #withBound<T>(context: unknown, options: EvaluationOptions | undefined, use: (bound: Held) => T): T {
    const [bound] = this.#bind(context, options);
    try {
      return use(bound);
    } finally {
      bound.release();
    }
  }

  #evaluate(context: unknown, flag: number, type: ValueType): number {
    const { held, text } = passContext(context);
    const [flags = 0, parsed = HOST_CONTEXT] = handlesOf(this.#held, ...held);
    return core.evaluateContext(flags, parsed, text, flag, type);
  }

  #answer(key: string, context: unknown, options: EvaluationOptions | undefined, type: ValueType): Answer {
    const entry = this.#entries.get(key, this.#find);
    if (options?.bigSegments != null) {
      return this.#withBound(context, options, bound =>
        entry.answer(core.evaluate(bound.handle, entry.handle, type), type),
      );
    }
    const code =
      this.#plainContexts?.evaluate(this.#held, context, entry, type) ??
      this.#evaluate(context, entry.handle, type);
    return entry.answer(code, type, context);
  }

  /** Returns the flag's value, of any type. */
  variation<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions & ValueOptions,
  ): FlagValue<Key> | T {
    return this.#answer(key, context, options, ValueType.Any).value(defaultValue, options);
  }

  /** Returns the flag's value with its variation and reason. */
  variationDetail<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions & ValueOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, context, options, ValueType.Any).detail(defaultValue, options);
  }

  /** Returns the value of a boolean flag. */
  boolVariation(
    key: FlagKeyOf<boolean>,
    context: ContextLike,
    defaultValue: boolean,
    options?: EvaluationOptions,
  ): boolean {
    return this.#answer(key, context, options, ValueType.Bool).value(defaultValue);
  }

  /** Returns the value of a boolean flag with its variation and reason. */
  boolVariationDetail(
    key: FlagKeyOf<boolean>,
    context: ContextLike,
    defaultValue: boolean,
    options?: EvaluationOptions,
  ): EvaluationDetail<boolean> {
    return this.#answer(key, context, options, ValueType.Bool).detail(defaultValue);
  }

  /** Returns the value of a flag of numbers. */
  numberVariation(
    key: FlagKeyOf<number>,
    context: ContextLike,
    defaultValue: number,
    options?: EvaluationOptions,
  ): number {
    return this.#answer(key, context, options, ValueType.Number).value(defaultValue);
  }

  /** Returns the value of a flag of numbers with its variation and reason. */
  numberVariationDetail(
    key: FlagKeyOf<number>,
    context: ContextLike,
    defaultValue: number,
    options?: EvaluationOptions,
  ): EvaluationDetail<number> {
    return this.#answer(key, context, options, ValueType.Number).detail(defaultValue);
  }

  /** Returns the value of a flag of strings. */
  stringVariation<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): Extract<FlagValue<Key>, string> | T {
    return this.#answer(key, context, options, ValueType.String).value(defaultValue) as
      | Extract<FlagValue<Key>, string>
      | T;
  }

  /** Returns the value of a flag of strings with its variation and reason. */
  stringVariationDetail<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions,
  ): EvaluationDetail<Extract<FlagValue<Key>, string> | T> {
    return this.#answer(key, context, options, ValueType.String).detail(defaultValue);
  }

  /** Returns the value of a flag of JSON. */
  jsonVariation<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions & ValueOptions,
  ): FlagValue<Key> | T {
    return this.#answer(key, context, options, ValueType.Json).value(defaultValue, options);
  }

  /** Returns the value of a flag of JSON with its variation and reason. */
  jsonVariationDetail<Key extends FlagKey, T>(
    key: Key,
    context: ContextLike,
    defaultValue: T,
    options?: EvaluationOptions & ValueOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, context, options, ValueType.Json).detail(defaultValue, options);
  }

  /** The values of all flags in LaunchDarkly's bootstrap format. */
  allFlagsState(context: ContextLike, options?: AllFlagsStateOptions): AllFlagsState {
    return this.#withBound(context, options, bound => readState(bound, options));
  }

  /** Explains the flag's answer. */
  explain(key: FlagKey, context: ContextLike, options?: EvaluationOptions): Explanation {
    const { explain } = requireTools("explain");
    return this.#withBound(context, options, bound => explain(bound, key));
  }

  /**
   * Evaluates the consistency gate: whether every polling instance of a back end has the flag's last change, so that a
   * journey behind it may start. Invalid times return `false`, and a diagnostic.
   *
   * @param nowMs the wall clock, in milliseconds since 1970
   * @param ttlSeconds how long an instance keeps a document before it polls again; see {@link parseTtl}
   * @param pollTimeoutMs the timeout of a poll (default: 3000)
   */
  consistency(
    key: FlagKey,
    context: ContextLike,
    nowMs: number,
    ttlSeconds: number,
    pollTimeoutMs?: number,
    options?: EvaluationOptions & ConsistencyOptions,
  ): Consistency {
    return this.#withBound(context, options, bound =>
      readConsistency(bound, key, nowMs, ttlSeconds, pollTimeoutMs, options?.takenMs),
    );
  }

  /** Returns the context keys that an evaluation may need big-segment memberships for. */
  bigSegmentKeys(context: ContextLike): string[] {
    const { held, text } = passContext(context);
    const [flags = 0, parsed = HOST_CONTEXT] = handlesOf(this.#held, ...held);
    const keys = core.bigSegmentKeys(flags, parsed, text);
    return JSON.parse(argumentErrors.text(keys)) as string[];
  }

  /** Frees the memory immediately. The object cannot be used afterwards; objects bound to it can. */
  free(): void {
    disown(this, this.#held);
  }
}
