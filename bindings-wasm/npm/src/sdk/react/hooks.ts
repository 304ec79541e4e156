/** Hooks that read flags and the state of the document. */

import { useCallback, useMemo, useRef, useSyncExternalStore } from "react";

import type { Flags } from "../../binding/flags.js";
import type { JsonValue } from "../../binding/json.js";
import { jsonEqual } from "../json-equality.js";
import type { AnswersStatus } from "./answers.js";
import { type FlagAnswer, type FlagReason, type FlagType, NOT_READY, typeOfDefault } from "./flag-answer.js";
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

/** Returns what a component shows of a flag's answer, and counts the answer once it is shown. */
export function useFlagAnswer<T>(
  name: string,
  key: string,
  type: FlagType,
  select: (answer: FlagAnswer) => T,
): T {
  const answers = useAnswers(name);
  const recorded = useRef<unknown>(undefined);
  const [subscribe, page, server] = useMemo(() => {
    let evaluated: { readonly document: Flags | undefined; readonly answer: FlagAnswer } | undefined;
    const read = (): FlagAnswer => {
      const { document } = answers;
      if (evaluated === undefined || evaluated.document !== document) {
        evaluated = { document, answer: answers.answer(key, type) };
      }
      return evaluated.answer;
    };
    const subscribe = (listener: () => void): (() => void) => {
      const update = (): void => {
        const { activity } = answers.committed;
        const answer = activity === undefined ? NOT_READY : read();
        const shown = [key, answer.variationIndex, answer.value];
        // Strict mode runs effects twice.
        if (answer !== NOT_READY && !jsonEqual(recorded.current, shown)) {
          recorded.current = shown;
          activity?.record(key, answer.variationIndex, answers.identity().digest);
        }
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
        () => select(read()),
        () => select(onServer.answer(key, type)),
      ),
    ] as const;
  }, [answers, key, type, select]);
  return useStable(useSyncExternalStore(subscribe, page, server));
}

/**
 * The value of a flag for the provider's context. If the flag serves another type than that of the default, it is the
 * default; a default that is an object, an array or null allows any type. An equal object is the same object.
 */
export function useFlag(key: string, defaultValue: boolean): boolean;
export function useFlag(key: string, defaultValue: number): number;
export function useFlag(key: string, defaultValue: string): string;
export function useFlag<T>(key: string, defaultValue: T): JsonValue | T;
export function useFlag<T>(key: string, defaultValue: T): JsonValue | T {
  const fallback = useStable(defaultValue);
  const select = useCallback(
    ({ served, value }: FlagAnswer) => (served ? (value as JsonValue) : fallback),
    [fallback],
  );
  return useFlagAnswer("useFlag", key, typeOfDefault(defaultValue), select);
}

/** Returns the value of a flag with its variation and reason. Before there is a document the reason is `CLIENT_NOT_READY`. */
export function useFlagDetail(key: string, defaultValue: boolean): FlagDetail<boolean>;
export function useFlagDetail(key: string, defaultValue: number): FlagDetail<number>;
export function useFlagDetail(key: string, defaultValue: string): FlagDetail<string>;
export function useFlagDetail<T>(key: string, defaultValue: T): FlagDetail<JsonValue | T>;
export function useFlagDetail<T>(key: string, defaultValue: T): FlagDetail<JsonValue | T> {
  const fallback = useStable(defaultValue);
  const select = useCallback(
    ({ served, value, variationIndex, reason }: FlagAnswer) => ({
      value: served ? (value as JsonValue) : fallback,
      variationIndex,
      reason,
    }),
    [fallback],
  );
  return useFlagAnswer("useFlagDetail", key, typeOfDefault(defaultValue), select);
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
