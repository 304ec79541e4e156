/** Hooks that read flags and the state of the document, and the client for event handlers. */

import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";
import type { FlagKey, FlagKeyOf, FlagValue } from "../../binding/flag-types.js";
import type { Flags } from "../../binding/flags.js";
import type { JsonValue } from "../../binding/json.js";
import { callBack } from "../callback.js";
import { jsonEqual } from "../json-equality.js";
import type { Answers, AnswersStatus } from "./answers.js";
import { type FlagAnswer, type FlagReason, type FlagType, typeOfDefault } from "./flag-answer.js";
import { useAnswers, useStable } from "./provider.js";

/** An answer with its reason. Objects and arrays are shared between renders: do not change them. */
export interface FlagDetail<T = JsonValue> {
  /** The value of the variation, or the default. */
  readonly value: T;
  /** The variation's index, from 0; null for the default, or if a bootstrap does not include it. */
  readonly variationIndex: number | null;
  /** Null if a bootstrap does not include reasons. */
  readonly reason: FlagReason | null;
}

/** Makes snapshots of the page and of the server that are the same object while they are equal. */
function snapshots<T>(
  isEqual: (one: T, other: T) => boolean,
  page: () => T,
  server: () => T,
): [page: () => T, server: () => T] {
  let last: { readonly value: T } | undefined;
  const stable = (read: () => T) => (): T => {
    const value = read();
    if (last === undefined || !isEqual(last.value, value)) last = { value };
    return last.value;
  };
  return [stable(page), stable(server)];
}

/** Returns a function that reads again only once there is another document. */
function perDocument<T>(answers: Answers, read: () => T): () => T {
  let last: { readonly document: Flags | undefined; readonly value: T } | undefined;
  return () => {
    const { document } = answers;
    if (last === undefined || last.document !== document) last = { document, value: read() };
    return last.value;
  };
}

/** Returns what a component shows of a flag's answer, and reports the answer once it is shown. */
export function useFlagAnswer<T>(
  name: string,
  key: string,
  type: FlagType,
  defaultValue: unknown,
  select: (answer: FlagAnswer) => T,
): T {
  const answers = useAnswers(name);
  const recorded = useRef<unknown>(undefined);
  const isShown = useRef(false);
  const [subscribe, page, server] = useMemo(() => {
    const read = perDocument(answers, () => answers.answer(key, type));
    const report = (): void => {
      const answer = read();
      const { committed, inputs } = answers;
      const isObserved = (committed.activity ?? committed.onEvaluation) !== undefined;
      // The same answer of another document, or for another context, is another one.
      const origin = isObserved ? [inputs.context, answers.identity().digest] : undefined;
      const shown = [key, answer.variationIndex, answer.value, answer.reason, origin];
      // Strict mode runs effects twice.
      if (jsonEqual(recorded.current, shown)) return;
      recorded.current = shown;
      committed.shown(key, answer, defaultValue, answers);
    };
    const subscribe = (listener: () => void): (() => void) => {
      isShown.current = true;
      const update = (): void => {
        callBack(report);
        listener();
      };
      update();
      return answers.committed.subscribe(update);
    };
    const { onServer } = answers;
    return [
      subscribe,
      ...snapshots(
        jsonEqual,
        () => {
          // A component that is on the screen does not suspend.
          if (!isShown.current) answers.suspendUntilReady();
          return select(read());
        },
        () => select(onServer.answer(key, type)),
      ),
    ] as const;
  }, [answers, key, type, defaultValue, select]);
  return useStable(useSyncExternalStore(subscribe, page, server));
}

/** No type for a default that is a boolean, number or string: those have signatures of their own. */
export type NotPrimitive<T> = [T] extends [boolean | number | string] ? never : unknown;

/**
 * The value of a flag for the provider's context. If the flag serves another type than that of the default, it is the
 * default; a default that is an object, an array or null allows any type. An equal object is the same object.
 *
 * The keys and values are those of `FlagTypes`. Without a declaration, name the type of a JSON flag:
 * `useFlag<Theme>("theme", { color: "grey" })`.
 */
export function useFlag(key: FlagKeyOf<boolean>, defaultValue: boolean): boolean;
export function useFlag(key: FlagKeyOf<number>, defaultValue: number): number;
export function useFlag<Key extends FlagKeyOf<string>, T extends string>(
  key: Key,
  defaultValue: T,
): Extract<FlagValue<Key>, string> | T;
export function useFlag<Key extends FlagKey, T>(
  key: Key,
  defaultValue: T & NotPrimitive<T>,
): FlagValue<Key> | T;
export function useFlag<T extends object | null>(key: FlagKey, defaultValue: T): T;
export function useFlag(key: string, defaultValue: unknown): unknown {
  const fallback = useStable(defaultValue);
  const select = useCallback(({ served, value }: FlagAnswer) => (served ? value : fallback), [fallback]);
  return useFlagAnswer("useFlag", key, typeOfDefault(defaultValue), fallback, select);
}

/** Returns the value of a flag with its variation and reason. Before there is a document the reason is `CLIENT_NOT_READY`. */
export function useFlagDetail(key: FlagKeyOf<boolean>, defaultValue: boolean): FlagDetail<boolean>;
export function useFlagDetail(key: FlagKeyOf<number>, defaultValue: number): FlagDetail<number>;
export function useFlagDetail<Key extends FlagKeyOf<string>, T extends string>(
  key: Key,
  defaultValue: T,
): FlagDetail<Extract<FlagValue<Key>, string> | T>;
export function useFlagDetail<Key extends FlagKey, T>(
  key: Key,
  defaultValue: T & NotPrimitive<T>,
): FlagDetail<FlagValue<Key> | T>;
export function useFlagDetail<T extends object | null>(key: FlagKey, defaultValue: T): FlagDetail<T>;
export function useFlagDetail(key: string, defaultValue: unknown): FlagDetail<unknown> {
  const fallback = useStable(defaultValue);
  const select = useCallback(
    ({ served, value, variationIndex, reason }: FlagAnswer) => ({
      value: served ? value : fallback,
      variationIndex,
      reason,
    }),
    [fallback],
  );
  return useFlagAnswer("useFlagDetail", key, typeOfDefault(defaultValue), fallback, select);
}

/** The values of all flags, by key: those of `FlagTypes`, or any JSON. */
export type FlagValues = {
  readonly [Key in FlagKey]?: FlagValue<Key>;
};

/**
 * The values of all flags for the provider's context; empty before there is a document. The component renders again when
 * any of them changes: prefer `useFlag`.
 */
export function useFlags(): FlagValues {
  const answers = useAnswers("useFlags");
  const isShown = useRef(false);
  const [subscribe, page, server] = useMemo(() => {
    const { committed, onServer } = answers;
    const read = perDocument(answers, () => answers.values());
    const subscribe = (listener: () => void): (() => void) => {
      isShown.current = true;
      return committed.subscribe(listener);
    };
    return [
      subscribe,
      ...snapshots(
        jsonEqual,
        () => {
          // A component that is on the screen does not suspend.
          if (!isShown.current) answers.suspendUntilReady();
          return read();
        },
        perDocument(onServer, () => onServer.values()),
      ),
    ] as const;
  }, [answers]);
  return useStable(useSyncExternalStore(subscribe, page, server)) as FlagValues;
}

/** The state of the document: for a spinner, or to say that it is old. */
export function useIsoflag(): AnswersStatus {
  const answers = useAnswers("useIsoflag");
  const [page, server] = useMemo(() => {
    const { onServer } = answers;
    return snapshots(
      sameStatus,
      () => answers.status(),
      () => onServer.status(),
    );
  }, [answers]);
  return useStable(useSyncExternalStore(answers.committed.subscribe, page, server), sameStatus);
}

/** Each failed poll creates a new error: equal ones look the same. */
function sameStatus(one: AnswersStatus, other: AnswersStatus): boolean {
  return jsonEqual({ ...one, error: String(one.error) }, { ...other, error: String(other.error) });
}

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
      const shown = this.#detail(key, undefined) as FlagDetail<FlagValue<Key> | undefined>;
      if (!isSame) callBack(() => listener(shown));
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
