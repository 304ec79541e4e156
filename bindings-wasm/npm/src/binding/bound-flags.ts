/** A document bound to one context. */

import * as core from "../generated/glue.js";
import type { Explanation } from "../tools/explanation.js";
import { type AllFlagsState, readState, type StateOptions } from "./all-flags-state.js";
import type { Answer, FlagEntries, Source } from "./answers.js";
import { ValueType } from "./answers.js";
import type { EvaluationDetail } from "./detail.js";
import { requireTools } from "./engine.js";
import type { FlagKey, FlagKeyOf, FlagValue } from "./flag-types.js";
import { flagsOf } from "./flags-of.js";
import { type Consistency, type ConsistencyOptions, readConsistency } from "./freshness.js";
import { disown, disposeByFreeing, type Held, owned } from "./handles.js";

/**
 * A document bound to one context, which is converted once: use it to evaluate many flags for one context.
 *
 * ```js
 * const bound = flags.bind({ kind: "user", key: "anna" });
 * bound.boolVariation("checkout", false);
 * ```
 */
export class BoundFlags {
  readonly #held: Held;
  /** Called by `using`. */
  declare [Symbol.dispose]: () => void;
  readonly #entries: FlagEntries;
  readonly #source: Source;

  static {
    disposeByFreeing(BoundFlags.prototype);
    flagsOf.bound = value =>
      typeof value === "object" && value !== null && #held in value ? value.#held : undefined;
  }

  private constructor(held: Held, entries: FlagEntries) {
    this.#held = owned(this, held);
    this.#entries = entries;
    this.#source = {
      find: (key: string): number => core.findBoundFlag(this.#held.handle, key),
      describe: () => core.describeBoundAnswer(this.#held.handle),
    };
  }

  /** @internal */
  static of(held: Held, entries: FlagEntries): BoundFlags {
    return new BoundFlags(held, entries);
  }

  #answer(key: string, type: ValueType): Answer {
    const entry = this.#entries.get(key, this.#source);
    return entry.answer(core.evaluate(this.#held.handle, entry.handle, type), this.#source);
  }

  /** Returns the flag's value, of any type. */
  variation<Key extends FlagKey, T>(key: Key, defaultValue: T): FlagValue<Key> | T {
    return this.#answer(key, ValueType.Any).value(defaultValue);
  }

  /** Returns the flag's value with its variation and reason. */
  variationDetail<Key extends FlagKey, T>(key: Key, defaultValue: T): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, ValueType.Any).detail(defaultValue);
  }

  /** Returns the value of a boolean flag. */
  boolVariation(key: FlagKeyOf<boolean>, defaultValue: boolean): boolean {
    return this.#answer(key, ValueType.Bool).value(defaultValue);
  }

  /** Returns the value of a boolean flag with its variation and reason. */
  boolVariationDetail(key: FlagKeyOf<boolean>, defaultValue: boolean): EvaluationDetail<boolean> {
    return this.#answer(key, ValueType.Bool).detail(defaultValue);
  }

  /** Returns the value of a flag of numbers. */
  numberVariation(key: FlagKeyOf<number>, defaultValue: number): number {
    return this.#answer(key, ValueType.Number).value(defaultValue);
  }

  /** Returns the value of a flag of numbers with its variation and reason. */
  numberVariationDetail(key: FlagKeyOf<number>, defaultValue: number): EvaluationDetail<number> {
    return this.#answer(key, ValueType.Number).detail(defaultValue);
  }

  /** Returns the value of a flag of strings. */
  stringVariation<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    defaultValue: T,
  ): Extract<FlagValue<Key>, string> | T {
    return this.#answer(key, ValueType.String).value(defaultValue);
  }

  /** Returns the value of a flag of strings with its variation and reason. */
  stringVariationDetail<Key extends FlagKeyOf<string>, T extends string>(
    key: Key,
    defaultValue: T,
  ): EvaluationDetail<Extract<FlagValue<Key>, string> | T> {
    return this.#answer(key, ValueType.String).detail(defaultValue);
  }

  /** Returns the value of a flag of JSON. */
  jsonVariation<Key extends FlagKey, T>(key: Key, defaultValue: T): FlagValue<Key> | T {
    return this.#answer(key, ValueType.Json).value(defaultValue);
  }

  /** Returns the value of a flag of JSON with its variation and reason. */
  jsonVariationDetail<Key extends FlagKey, T>(
    key: Key,
    defaultValue: T,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, ValueType.Json).detail(defaultValue);
  }

  /** The values of all flags in LaunchDarkly's bootstrap format. */
  allFlagsState(options?: StateOptions): AllFlagsState {
    return readState(this.#held, options);
  }

  /** Explains the flag's answer. */
  explain(key: FlagKey): Explanation {
    return requireTools("explain").explain(this.#held, key);
  }

  /** Evaluates the consistency gate for a flag: see `Flags.consistency`. */
  consistency(
    key: FlagKey,
    nowMs: number,
    ttlSeconds: number,
    pollTimeoutMs?: number,
    options?: ConsistencyOptions,
  ): Consistency {
    return readConsistency(this.#held, key, nowMs, ttlSeconds, pollTimeoutMs, options?.takenMs);
  }

  /** Frees the memory immediately. The object cannot be used afterwards. */
  free(): void {
    disown(this, this.#held);
  }
}
