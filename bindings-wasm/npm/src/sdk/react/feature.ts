/** A component that shows its children if a flag serves a value, and the consistency gate allows it. */

import { type ReactNode, useCallback, useMemo, useSyncExternalStore } from "react";

import type { FlagKey, FlagValue } from "../../binding/flag-types.js";
import { jsonEqual } from "../json-equality.js";
import { timerDelay } from "../timer.js";
import type { Answers } from "./answers.js";
import { type FlagAnswer, typeOfDefault } from "./flag-answer.js";
import { useFlagAnswer } from "./hooks.js";
import { useAnswers, useStable } from "./provider.js";

/** Properties of {@link Feature}. */
export interface FeatureProps<Key extends FlagKey = FlagKey> {
  /** The flag's key. */
  readonly flag: Key;
  /** The value that shows the children, `true` by default. */
  readonly value?: FlagValue<Key> | undefined;
  /** The value if the flag serves none or one of another type, as for `useFlag`; without it `fallback` is shown. */
  readonly defaultValue?: FlagValue<Key> | undefined;
  /**
   * Requires the back end to be consistent too: a journey then begins only once each of its instances has noticed that
   * the flag is on. Needs the provider's `ttlSeconds`, or a bootstrap with `isBackendConsistent`.
   */
  readonly requireConsistent?: boolean | undefined;
  /** Shown otherwise, also while there is no document; nothing by default. */
  readonly fallback?: ReactNode;
  /** Shown when the flag serves that value. */
  readonly children?: ReactNode;
}

/**
 * Shows its children if a flag serves a value.
 *
 * ```jsx
 * <Feature flag="checkout" value="one-page" fallback={<Classic />}>
 *   <OnePage />
 * </Feature>
 * ```
 */
export function Feature<Key extends FlagKey>({
  flag,
  value = true as FlagValue<Key>,
  defaultValue,
  requireConsistent = false,
  fallback = null,
  children = null,
}: FeatureProps<Key>): ReactNode {
  const expected = useStable<unknown>(value);
  const otherwise = useStable<unknown>(defaultValue);
  const select = useCallback(
    (answer: FlagAnswer) => jsonEqual(answer.served ? answer.value : otherwise, expected),
    [expected, otherwise],
  );
  const isServed = useFlagAnswer("Feature", flag, typeOfDefault(otherwise), otherwise, select);
  const isOpen = useGate(flag, requireConsistent);
  return isServed && isOpen ? children : fallback;
}

/** Returns whether a journey may begin; always if consistency is not required. */
function useGate(key: string, isRequired: boolean): boolean {
  const answers = useAnswers("Feature");
  const [subscribe, page, server] = useMemo(() => {
    const { onServer } = answers;
    return [
      (listener: () => void) => (isRequired ? watchGate(answers, key, listener) : () => undefined),
      () => !isRequired || answers.msUntilOpen(key) === 0,
      () => !isRequired || onServer.msUntilOpen(key) === 0,
    ] as const;
  }, [answers, key, isRequired]);
  return useSyncExternalStore(subscribe, page, server);
}

/** Calls back when answers have changed, and when the gate may have opened since. */
function watchGate(answers: Answers, key: string, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = (): void => {
    clearTimeout(timer);
    const ms = answers.msUntilOpen(key);
    if (ms > 0 && ms < Number.POSITIVE_INFINITY) timer = setTimeout(update, timerDelay(ms));
    listener();
  };
  update();
  const unsubscribe = answers.committed.subscribe(update);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
