/** Evaluates the provider's flags outside rendering, such as in an event handler. */

import { useMemo } from "react";

import type { FlagKey, FlagKeyOf, FlagValue } from "../../binding/flag-types.js";
import type { Flags } from "../../binding/flags.js";
import { jsonEqual } from "../json-equality.js";
import type { Answers } from "./answers.js";
import { typeOfDefault } from "./flag-answer.js";
import type { FlagDetail, NotPrimitive } from "./hooks.js";
import { useAnswers } from "./provider.js";

/** Evaluates flags for the context of a provider, with its current document or bootstrap. */
export class IsoflagClient {
  readonly #answers: Answers;

  /** @internal */
  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** The current document: for another context, or to see all flags. Undefined before there is one. */
  get flags(): Flags | undefined {
    return this.#answers.document;
  }

  /** Returns the value of a flag, like `useFlag`. */
  variation(key: FlagKeyOf<boolean>, defaultValue: boolean): boolean;
  variation(key: FlagKeyOf<number>, defaultValue: number): number;
  variation<Key extends FlagKeyOf<string>>(key: Key, defaultValue: string): string;
  variation<Key extends FlagKey, T>(key: Key, defaultValue: T & NotPrimitive<T>): FlagValue<Key> | T;
  variation(key: string, defaultValue: unknown): unknown {
    return this.#detail(key, defaultValue).value;
  }

  /** Returns the value of a flag with its variation and reason, like `useFlagDetail`. */
  variationDetail(key: FlagKeyOf<boolean>, defaultValue: boolean): FlagDetail<boolean>;
  variationDetail(key: FlagKeyOf<number>, defaultValue: number): FlagDetail<number>;
  variationDetail<Key extends FlagKeyOf<string>>(key: Key, defaultValue: string): FlagDetail<string>;
  variationDetail<Key extends FlagKey, T>(
    key: Key,
    defaultValue: T & NotPrimitive<T>,
  ): FlagDetail<FlagValue<Key> | T>;
  variationDetail(key: string, defaultValue: unknown): FlagDetail<unknown> {
    return this.#detail(key, defaultValue);
  }

  /** Calls the listener whenever the value of a flag has changed; returns a function that unsubscribes. */
  subscribe<Key extends FlagKey>(
    key: Key,
    listener: (detail: FlagDetail<FlagValue<Key> | undefined>) => void,
  ): () => void {
    let last = this.#detail(key, undefined);
    return this.#answers.committed.subscribe(() => {
      const detail = this.#detail(key, undefined);
      const isSame = jsonEqual(detail.value, last.value);
      last = detail;
      // The listener may keep and change its own.
      if (!isSame) listener(this.#detail(key, undefined) as FlagDetail<FlagValue<Key> | undefined>);
    });
  }

  #detail(key: string, defaultValue: unknown): FlagDetail<unknown> {
    const answer = this.#answers.answer(key, typeOfDefault(defaultValue));
    const { served, value, variationIndex, reason } = answer;
    return { value: served ? value : defaultValue, variationIndex, reason };
  }
}

/** Returns an evaluator for event handlers. It is another one if the provider's context or document source changes. */
export function useIsoflagClient(): IsoflagClient {
  const answers = useAnswers("useIsoflagClient");
  return useMemo(() => new IsoflagClient(answers), [answers]);
}
