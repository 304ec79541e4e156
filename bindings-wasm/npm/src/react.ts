"use client";
/**
 * `isoflag/react`: flags in React 18 and 19. A component renders again only when its own answer has changed; on a server
 * and while hydrating, answers are there at once.
 *
 * ```jsx
 * import { Flags, ready } from "isoflag";
 * import { IsoflagProvider, useFlag } from "isoflag/react";
 *
 * await ready();
 * const flags = Flags.fromJson(text);
 *
 * <IsoflagProvider flags={flags} context={{ kind: "user", key: "anna" }}>
 *   <App />
 * </IsoflagProvider>
 *
 * const isOnePage = useFlag("checkout", false);
 * ```
 */

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";

import type { ActivityRecorder } from "./activity.js";
import type { Bootstrap } from "./bootstrap.js";
import type { ContextLike } from "./context.js";
import { type FlagAnswer, type FlagReason, type FlagType, sameAnswer, typeOfDefault } from "./flag-answer.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";
import { jsonEqual } from "./json-equality.js";
import { type AnswersStatus, LiveAnswers } from "./live-answers.js";
import type { FlagSource } from "./source.js";

export type { ActivityRecorder } from "./activity.js";
export type { Bootstrap } from "./bootstrap.js";
export {
  type DecidedWith,
  type DocumentHeader,
  documentHeader,
  type KnownDigest,
} from "./document-header.js";
export type { FlagReason, NotReadyReason } from "./flag-answer.js";
export type { AnswersStatus } from "./live-answers.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./source.js";

/** What every provider takes. */
interface CommonProps {
  /** Counts the answers that components have shown, such as an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /** Is told when a document cannot be had or a context cannot be bound; the last good answers stay. */
  readonly onError?: ((error: Error) => void) | undefined;
  readonly children?: ReactNode;
}

/** A provider that evaluates a document. */
interface EvaluatingProps extends CommonProps {
  /** The document, or a source of it such as `createSource` makes. Whoever made it frees or closes it. */
  readonly flags: Flags | FlagSource;
  /** Who is asked about. One of equal contents changes nothing, whatever its identity. */
  readonly context: ContextLike;
  /** Answers of a server: what is shown first, until the source has a document. */
  readonly bootstrap?: Bootstrap | undefined;
  /** The digest of the document that the bootstrap was evaluated from, for `activity`. */
  readonly digest?: string | undefined;
  /**
   * How long an instance of the back end keeps a document before it polls again, in seconds: what `requireConsistent`
   * goes by. Without it nothing is consistent.
   */
  readonly ttlSeconds?: number | undefined;
}

/** A provider that evaluates nothing and shows what a server has evaluated. */
interface BootstrapProps extends CommonProps {
  /** LaunchDarkly's bootstrap JSON, as `allFlagsState` gives it, or a plain object of values by key. */
  readonly bootstrap: Bootstrap;
  /** The digest of the document that the bootstrap was evaluated from, for `activity`. */
  readonly digest?: string | undefined;
  readonly flags?: undefined;
  readonly context?: undefined;
  readonly ttlSeconds?: undefined;
}

/** What {@link IsoflagProvider} takes. */
export type IsoflagProviderProps = EvaluatingProps | BootstrapProps;

/** An answer with its reason. Objects and arrays are shared between renders: do not change them. */
export interface FlagDetail<T = JsonValue> {
  /** What was served. */
  readonly value: T;
  /** The variation's place, from 0; null where the default was served, or a bootstrap does not say. */
  readonly variationIndex: number | null;
  /** Null where a bootstrap holds no reasons. */
  readonly reason: FlagReason | null;
}

const Provided = createContext<LiveAnswers | null>(null);
Provided.displayName = "Isoflag";

// On a server an effect of layout does nothing, and React 18 says so each time.
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/** Gives flags to the components below. */
export function IsoflagProvider(props: IsoflagProviderProps): ReactElement {
  const { flags, context, bootstrap, digest, ttlSeconds, activity, onError, children } = props;
  const inputs = { flags, context, bootstrap, digest, ttlSeconds, activity, onError };
  const [answers] = useState(() => new LiveAnswers(inputs));
  // So that what is rendered below in this pass has the answers for these properties; a component that is not rendered
  // in it hears of them once they are committed.
  answers.adopt(inputs);
  // Nothing is held before a commit: a render that is thrown away has nothing to free.
  useCommitEffect(() => answers.start(), [answers]);
  useCommitEffect(() => answers.settle());
  return createElement(Provided.Provider, { value: answers }, children);
}

function useAnswers(name: string): LiveAnswers {
  const answers = useContext(Provided);
  if (answers === null) {
    throw new Error(
      `\`${name}\` found no flags; put an \`IsoflagProvider\` above the component, and see that the page has one copy of \`isoflag/react\``,
    );
  }
  return answers;
}

/** Reads a flag for a component: the same object as long as the answer is the same. */
class Reading {
  readonly #read: () => FlagAnswer;
  readonly #answers: LiveAnswers;
  #moment: object | undefined;
  #answer: FlagAnswer | undefined;
  #hydrating: FlagAnswer | undefined;
  /** The answer for the page that a server has rendered. */
  readonly server: () => FlagAnswer;

  constructor(answers: LiveAnswers, key: string, type: FlagType) {
    this.#answers = answers;
    this.#read = () => answers.answer(key, type);
    this.server = () => {
      this.#hydrating ??= answers.serverAnswer(key, type);
      return this.#hydrating;
    };
  }

  /** The answer now. */
  readonly current = (): FlagAnswer => {
    const { moment } = this.#answers;
    if (this.#answer !== undefined && this.#moment === moment) return this.#answer;
    const answer = this.#read();
    const known = this.#answer ?? this.#hydrating;
    this.#moment = moment;
    this.#answer = known !== undefined && sameAnswer(known, answer) ? known : answer;
    return this.#answer;
  };
}

function useAnswer(name: string, key: string, type: FlagType): FlagAnswer {
  const answers = useAnswers(name);
  const reading = useMemo(() => new Reading(answers, key, type), [answers, key, type]);
  const answer = useSyncExternalStore(answers.subscribe, reading.current, reading.server);
  const recorded = useRef<FlagAnswer>(undefined);
  useEffect(() => {
    const { reason } = answer;
    const isReady = reason?.kind !== "ERROR" || reason.errorKind !== "CLIENT_NOT_READY";
    // Strict mode runs effects twice.
    if (recorded.current === answer || !isReady) return;
    recorded.current = answer;
    answers.activity?.record(key, answer.variationIndex, answers.digest);
  }, [answers, key, answer]);
  return answer;
}

/** One object for defaults of equal contents, so that a default written in place is no change. */
function useStable<T>(value: T): T {
  const kept = useRef(value);
  if (!jsonEqual(kept.current, value)) kept.current = value;
  return kept.current;
}

/**
 * The value of a flag for the provider's context. A flag that serves another type than that of the default answers the
 * default; a default that is an object, an array or null takes any.
 */
export function useFlag(key: string, defaultValue: boolean): boolean;
export function useFlag(key: string, defaultValue: number): number;
export function useFlag(key: string, defaultValue: string): string;
export function useFlag<T>(key: string, defaultValue: T): JsonValue | T;
export function useFlag<T>(key: string, defaultValue: T): JsonValue | T {
  const { served, value } = useAnswer("useFlag", key, typeOfDefault(defaultValue));
  const stable = useStable(defaultValue);
  return served ? (value as JsonValue) : stable;
}

/** The value of a flag with its variation and reason. Before there is a document the reason is `CLIENT_NOT_READY`. */
export function useFlagDetail(key: string, defaultValue: boolean): FlagDetail<boolean>;
export function useFlagDetail(key: string, defaultValue: number): FlagDetail<number>;
export function useFlagDetail(key: string, defaultValue: string): FlagDetail<string>;
export function useFlagDetail<T>(key: string, defaultValue: T): FlagDetail<JsonValue | T>;
export function useFlagDetail<T>(key: string, defaultValue: T): FlagDetail<JsonValue | T> {
  const answer = useAnswer("useFlagDetail", key, typeOfDefault(defaultValue));
  const stable = useStable(defaultValue);
  return useMemo(() => {
    const { served, value, variationIndex, reason } = answer;
    return { value: served ? (value as JsonValue) : stable, variationIndex, reason };
  }, [answer, stable]);
}

/** How the document is doing: for a spinner, or to say that it is old. */
export function useIsoflag(): AnswersStatus {
  const answers = useAnswers("useIsoflag");
  return useSyncExternalStore(answers.subscribe, answers.status, answers.serverStatus);
}

/** What {@link Feature} takes. */
export interface FeatureProps {
  /** The flag's key. */
  readonly flag: string;
  /** The value that shows the children: true unless given. */
  readonly value?: JsonValue | undefined;
  /**
   * Whether the back end has to be consistent too: then a journey begins only where each of its instances has noticed
   * that the flag is on. The provider wants `ttlSeconds`, or a bootstrap that says `isBackendConsistent`.
   */
  readonly requireConsistent?: boolean | undefined;
  /** What is shown otherwise, also while there is no document: nothing unless given. */
  readonly fallback?: ReactNode;
  /** What is shown when the flag serves that value. */
  readonly children?: ReactNode;
}

/**
 * Shows its children where a flag serves a value.
 *
 * ```jsx
 * <Feature flag="checkout" value="one-page" fallback={<Classic />}>
 *   <OnePage />
 * </Feature>
 * ```
 */
export function Feature({
  flag,
  value = true,
  requireConsistent = false,
  fallback = null,
  children = null,
}: FeatureProps): ReactNode {
  const answer = useAnswer("Feature", flag, "json");
  const isOpen = useGate(flag, requireConsistent);
  return isOpen && answer.served && jsonEqual(answer.value, value) ? children : fallback;
}

/** Whether a journey may begin; always, where that is not asked. */
function useGate(key: string, isAsked: boolean): boolean {
  const answers = useAnswers("Feature");
  const [subscribe, current, server] = useMemo(
    () =>
      isAsked
        ? ([
            (listener: () => void) => watchGate(answers, key, listener),
            () => answers.gate(key).isOpen,
            () => answers.serverGate(key).isOpen,
          ] as const)
        : ([answers.subscribe, always, always] as const),
    [answers, key, isAsked],
  );
  return useSyncExternalStore(subscribe, current, server);
}

const always = (): boolean => true;

// A longer time would be none at all.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls back when answers have changed, and when the gate may have opened since. */
function watchGate(answers: LiveAnswers, key: string, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    const { opensInSeconds } = answers.gate(key);
    if (opensInSeconds === undefined) return;
    // It opens after these seconds, not with them.
    timer = setTimeout(look, Math.min(opensInSeconds * 1000 + 1, LONGEST_TIMEOUT_MS));
  };
  const look = (): void => {
    wait();
    listener();
  };
  const ignore = answers.subscribe(look);
  wait();
  return () => {
    clearTimeout(timer);
    ignore();
  };
}
