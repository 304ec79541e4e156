/**
 * `isoflag/openfeature-server`: an OpenFeature provider for `@openfeature/server-sdk`.
 *
 * ```js
 * import { OpenFeature } from "@openfeature/server-sdk";
 * import { Flags } from "isoflag";
 * import { IsoflagServerProvider } from "isoflag/openfeature-server";
 *
 * await OpenFeature.setProviderAndWait(new IsoflagServerProvider(Flags.fromJson(text)));
 * await OpenFeature.getClient().getBooleanValue("checkout", false, { targetingKey: "anna" });
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
} from "@openfeature/server-sdk";
import type { EvaluationDetail } from "./binding/evaluation.js";
import type { Flags } from "./binding/flags.js";
import { type DetailGetter, detailOf, retryAfterTrap } from "./sdk/evaluating.js";
import {
  type IsoflagProviderOptions,
  ProviderDocument,
  type Resolved,
  resolutionOf,
  resolutionOfObject,
  translateContext,
} from "./sdk/openfeature.js";
import type { FlagSource } from "./sdk/source/source.js";
import type { System, SystemFlags } from "./tools/strategy.js";

export type { IsoflagProviderOptions } from "./sdk/openfeature.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./sdk/source/source.js";

/** Options of a server's provider besides its flags. */
export interface IsoflagServerProviderOptions extends IsoflagProviderOptions {
  /** Evaluates under the strategy that this system chooses for the context by `meta.strategies`. */
  readonly system?: System | undefined;
}

/**
 * Evaluates a document, or that of a source, for the server SDK. Changes of the source emit `PROVIDER_STALE`,
 * `PROVIDER_READY`, `PROVIDER_ERROR`, and `PROVIDER_CONFIGURATION_CHANGED` with every key of both documents: without a
 * context any answer may differ.
 */
export class IsoflagServerProvider implements Provider {
  /** The name of the provider in the SDK. */
  readonly metadata: ProviderMetadata = { name: "isoflag-server-provider" };
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  readonly #document: ProviderDocument;
  readonly #options: IsoflagServerProviderOptions;
  /** The current document as the system evaluates it. */
  #systemFlags: SystemFlags | undefined;
  readonly #ownsSystemFlags: boolean;

  /**
   * @param flags the document, or a source of it such as `createSource` makes; free or close it yourself
   */
  constructor(flags: Flags | FlagSource | SystemFlags, options: IsoflagServerProviderOptions = {}) {
    const isOfSystem = "under" in flags;
    this.#document = new ProviderDocument(isOfSystem ? flags.flags : flags);
    this.#ownsSystemFlags = !isOfSystem;
    if (isOfSystem) this.#systemFlags = flags;
    this.#options = options;
  }

  /** Waits for the document. Called by the SDK. */
  initialize(): Promise<void> {
    return this.#document.open({
      changed: (flags, before) => {
        if (flags === undefined || before === undefined) return;
        const flagsChanged = [...new Set([...before.keys(), ...flags.keys()])];
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
      },
      state: (event, details) => this.events.emit(ProviderEvents[event], details),
    });
  }

  /** Frees its resources. Called by the SDK. */
  async onClose(): Promise<void> {
    this.#document.close();
    this.#freeSystemFlags();
  }

  #freeSystemFlags(): void {
    if (!this.#ownsSystemFlags) return;
    this.#systemFlags?.free();
    this.#systemFlags = undefined;
  }

  /** Returns the document as the system evaluates it; undefined without a system. */
  #ofSystem(flags: Flags): SystemFlags | undefined {
    const { system } = this.#options;
    if (!this.#ownsSystemFlags || system === undefined) return this.#systemFlags;
    if (this.#systemFlags?.flags !== flags) {
      this.#freeSystemFlags();
      if (flags.forSystem === undefined) throw new Error("`system` needs `isoflag/tools`; import that");
      this.#systemFlags = flags.forSystem(system);
    }
    return this.#systemFlags;
  }

  /** Returns the value of a boolean flag. Called by the SDK. */
  async resolveBooleanEvaluation(
    key: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return resolutionOf(this.#evaluate("boolVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of strings. Called by the SDK. */
  async resolveStringEvaluation(
    key: string,
    defaultValue: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return resolutionOf(this.#evaluate("stringVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of numbers. Called by the SDK. */
  async resolveNumberEvaluation(
    key: string,
    defaultValue: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return resolutionOf(this.#evaluate("numberVariationDetail", key, defaultValue, context), defaultValue);
  }

  /** Returns the value of a flag of objects or arrays. Called by the SDK. */
  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return resolutionOfObject(
      this.#evaluate<unknown>("jsonVariationDetail", key, defaultValue, context),
      defaultValue,
    );
  }

  #evaluate<T>(
    getter: DetailGetter,
    key: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Resolved<T> | undefined {
    const { flags } = this.#document;
    if (flags === undefined) return undefined;
    const translated = translateContext(context);
    const [under, detail] = retryAfterTrap(() => {
      const under = this.#ofSystem(flags)?.under(translated) ?? { flags, strategy: undefined };
      return [under, detailOf(under.flags, getter, key, translated, defaultValue)] as const;
    });
    return this.#document.resolved(
      key,
      detail as EvaluationDetail<T>,
      defaultValue,
      context,
      this.#options,
      under.flags,
      under.strategy?.strategy,
    );
  }
}
