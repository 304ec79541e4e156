/**
 * `isoflag/openfeature-web`: an OpenFeature provider for `@openfeature/web-sdk`, and so for `@openfeature/react-sdk`.
 *
 * ```js
 * import { OpenFeature } from "@openfeature/web-sdk";
 * import { IsoflagWebProvider } from "isoflag/openfeature-web";
 *
 * await OpenFeature.setContext({ targetingKey: "anna", plan: "pro" });
 * await OpenFeature.setProviderAndWait(new IsoflagWebProvider(source));
 * OpenFeature.getClient().getBooleanValue("checkout", false);
 * ```
 */

import {
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ProviderMetadata,
  type ResolutionDetails,
} from "@openfeature/web-sdk";
import type { BoundFlags } from "./binding/bound-flags.js";
import type { EvaluationDetail } from "./binding/evaluation.js";
import type { Flags } from "./binding/flags.js";
import { type DetailGetter, detailOf, retryAfterTrap } from "./sdk/evaluating.js";
import { jsonEqual } from "./sdk/json-equality.js";
import {
  type IsoflagProviderOptions,
  ProviderDocument,
  type Resolved,
  resolutionOf,
  resolutionOfObject,
  translateContext,
} from "./sdk/openfeature.js";
import type { FlagSource } from "./sdk/source/source.js";

export type { IsoflagProviderOptions } from "./sdk/openfeature.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./sdk/source/source.js";

/**
 * Evaluates a document, or that of a source, for the web SDK. Changes of the source emit `PROVIDER_STALE`,
 * `PROVIDER_READY`, `PROVIDER_ERROR`, and `PROVIDER_CONFIGURATION_CHANGED` with the keys whose answers have changed.
 */
export class IsoflagWebProvider implements Provider {
  /** The name of the provider in the SDK. */
  readonly metadata: ProviderMetadata = { name: "isoflag-web-provider" };
  readonly runsOn = "client";
  readonly events = new OpenFeatureEventEmitter();
  readonly #document: ProviderDocument;
  readonly #options: IsoflagProviderOptions;
  #context: EvaluationContext = {};
  #bound: BoundFlags | undefined;
  /** The document that `#bound` was bound from. */
  #flags: Flags | undefined;

  /**
   * @param flags the document, or a source of it such as `createSource` makes; free or close it yourself
   */
  constructor(flags: Flags | FlagSource, options: IsoflagProviderOptions = {}) {
    this.#document = new ProviderDocument(flags);
    this.#options = options;
  }

  /** Waits for the document. Called by the SDK. */
  initialize(context: EvaluationContext = {}): Promise<void> {
    this.#context = context;
    return this.#document.open({
      changed: (flags, last) => {
        const before = this.#bound;
        this.#bound = undefined;
        const bound = this.#bind(flags);
        const isFirst = last === undefined || bound === undefined;
        const flagsChanged = isFirst ? [] : retryAfterTrap(() => changedKeys(before, bound));
        before?.free();
        if (flagsChanged.length > 0) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
      },
      state: (event, details) => this.events.emit(ProviderEvents[event], details),
    });
  }

  /** Binds the new context. Called by the SDK. */
  onContextChange(_before: EvaluationContext, context: EvaluationContext): void {
    this.#context = context;
    this.#bind(this.#document.flags);
  }

  /** Frees its resources. Called by the SDK. */
  async onClose(): Promise<void> {
    this.#document.close();
    this.#bound?.free();
    this.#bound = undefined;
    this.#flags = undefined;
  }

  /** Returns the value of a boolean flag. Called by the SDK. */
  resolveBooleanEvaluation(
    key: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): ResolutionDetails<boolean> {
    return resolutionOf(this.#evaluate("boolVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of strings. Called by the SDK. */
  resolveStringEvaluation(
    key: string,
    defaultValue: string,
    context: EvaluationContext,
  ): ResolutionDetails<string> {
    return resolutionOf(this.#evaluate("stringVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of numbers. Called by the SDK. */
  resolveNumberEvaluation(
    key: string,
    defaultValue: number,
    context: EvaluationContext,
  ): ResolutionDetails<number> {
    return resolutionOf(this.#evaluate("numberVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of objects or arrays. Called by the SDK. */
  resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    defaultValue: T,
    context: EvaluationContext,
  ): ResolutionDetails<T> {
    return resolutionOfObject(
      this.#evaluate<unknown>("jsonVariationDetail", key, defaultValue, context),
      defaultValue,
    );
  }

  #bind(flags: Flags | undefined): BoundFlags | undefined {
    const before = this.#bound;
    // If binding fails, nothing is left that was bound for another context.
    this.#bound = undefined;
    this.#flags = flags;
    try {
      this.#bound = retryAfterTrap(() => flags?.bind(translateContext(this.#context)));
      return this.#bound;
    } finally {
      before?.free();
    }
  }

  #evaluate<T>(
    getter: DetailGetter,
    key: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Resolved<T> | undefined {
    const flags = this.#document.flags;
    // The SDK passes a copy of the context; another domain's, or a hook's, is a different one.
    const isBound = this.#bound !== undefined && (flags === undefined || flags === this.#flags);
    const bound = isBound && jsonEqual(context, this.#context) ? this.#bound : undefined;
    const evaluator = bound ?? flags;
    if (evaluator === undefined) return undefined;
    const detail = retryAfterTrap(() =>
      bound !== undefined
        ? detailOf(bound, getter, key, defaultValue)
        : detailOf(evaluator, getter, key, translateContext(context), defaultValue),
    ) as EvaluationDetail<T>;
    return this.#document.resolved(key, detail, defaultValue, context, this.#options, evaluator);
  }
}

/** The keys whose answers differ, in the order of the documents. */
function changedKeys(before: BoundFlags | undefined, now: BoundFlags): string[] {
  const answers = (bound: BoundFlags | undefined): Map<string, unknown> => {
    const {
      $flagsState = {},
      $valid: _,
      ...values
    } = bound?.allFlagsState({ withReasons: true, now: 0 }) ?? {};
    return new Map(
      Object.entries(values).map(([key, value]) => {
        const { variation, reason } =
          ($flagsState as Record<string, { variation?: number; reason?: unknown }>)[key] ?? {};
        return [key, [value, variation, reason]];
      }),
    );
  };
  const [old, fresh] = [answers(before), answers(now)];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter(
    key => !jsonEqual(old.get(key), fresh.get(key)),
  );
}
