/** A document bound to one context. */

import * as core from "../generated/glue.js";
import type { Explanation } from "../tools/explanation.js";
import { type Answer, CONSTANT, type Find, type FlagEntries, type FlagEntry, ValueType } from "./answers.js";
import { requireTools } from "./engine.js";
import type { EvaluationDetail } from "./evaluation.js";
import { type AllFlagsState, readState, type StateOptions } from "./evaluation.js";
import type { FlagKey, FlagKeyOf, FlagValue } from "./flag-types.js";
import { flagsOf } from "./flags-of.js";
import { type Consistency, type ConsistencyOptions, readConsistency } from "./freshness.js";
import { disown, disposeByFreeing, type Held, owned } from "./handles.js";
import type { ValueOptions } from "./json.js";

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
  readonly #find: Find;
  /** Whether the context is known to be valid, and not freed: constant answers then need no call. */
  #isValid: boolean;

  static {
    disposeByFreeing(BoundFlags.prototype);
    flagsOf.bound = value =>
      typeof value === "object" && value !== null && #held in value ? value.#held : undefined;
  }

  private constructor(held: Held, entries: FlagEntries, isValid: boolean) {
    this.#held = owned(this, held);
    this.#entries = entries;
    this.#isValid = isValid;
    this.#find = key => core.findBoundFlag(held.handle, key);
  }

  /** @internal */
  static of(held: Held, entries: FlagEntries, isValid: boolean): BoundFlags {
    return new BoundFlags(held, entries, isValid);
  }

  #answer(key: string, type: ValueType): Answer {
    const entry = this.#entries.get(key, this.#find);
    const constant = this.#isValid ? entry.constants[type] : undefined;
    return constant ?? this.#evaluate(entry, type);
  }

  #evaluate(entry: FlagEntry, type: ValueType): Answer {
    const code = core.evaluate(this.#held.handle, entry.handle, type);
    // Only a valid context gets a constant answer.
    if (code & CONSTANT) this.#isValid = true;
    return entry.answer(code, type);
  }

  /** Returns the flag's value, of any type. */
  variation<Key extends FlagKey, T>(key: Key, defaultValue: T, options?: ValueOptions): FlagValue<Key> | T {
    return this.#answer(key, ValueType.Any).value(defaultValue, options);
  }

  /** Returns the flag's value with its variation and reason. */
  variationDetail<Key extends FlagKey, T>(
    key: Key,
    defaultValue: T,
    options?: ValueOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, ValueType.Any).detail(defaultValue, options);
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
  jsonVariation<Key extends FlagKey, T>(
    key: Key,
    defaultValue: T,
    options?: ValueOptions,
  ): FlagValue<Key> | T {
    return this.#answer(key, ValueType.Json).value(defaultValue, options);
  }

  /** Returns the value of a flag of JSON with its variation and reason. */
  jsonVariationDetail<Key extends FlagKey, T>(
    key: Key,
    defaultValue: T,
    options?: ValueOptions,
  ): EvaluationDetail<FlagValue<Key> | T> {
    return this.#answer(key, ValueType.Json).detail(defaultValue, options);
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
    this.#isValid = false;
    disown(this, this.#held);
  }
}
