"use client";
/**
 * `isoflag/react`: flags in React 18 and 19. When a document changes, only components whose own values change render
 * again. Rendering changes nothing, so that React may discard, repeat and interleave renders.
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
  useCallback,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";

import type { ActivityRecorder } from "./activity.js";
import type { Bootstrap } from "./bootstrap.js";
import type { ContextLike } from "./context.js";
import { type FlagAnswer, type FlagReason, type FlagType, NOT_READY, typeOfDefault } from "./flag-answer.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";
import { jsonEqual } from "./json-equality.js";
import { Answers, type AnswersStatus, Committed } from "./live-answers.js";
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

/** Properties of every provider. */
interface CommonProps {
  /** Counts the answers that components have shown, such as an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /**
   * Called when a document cannot be loaded or a context cannot be bound; the last good answers are kept. Errors of a
   * source that has an `onError` of its own are passed to that one only.
   */
  readonly onError?: ((error: Error) => void) | undefined;
  readonly children?: ReactNode;
}

/** A provider that evaluates a document. */
interface EvaluatingProps extends CommonProps {
  /**
   * The document, or a source of it such as `createSource` makes. Free or close it yourself. Undefined if only the page
   * has it: the server then shows the bootstrap. A source that replaces another one takes over once it has a document.
   */
  readonly flags: Flags | FlagSource | undefined;
  /** The context to evaluate for. One with equal contents changes nothing, whatever its identity. */
  readonly context: ContextLike;
  /** Answers of a server, shown until the source has a document. Server and page must be given the same ones. */
  readonly bootstrap?: Bootstrap | undefined;
  /** The digest of the document that the bootstrap was evaluated from. */
  readonly digest?: string | undefined;
  /**
   * How long an instance of the back end keeps a document before it polls again, in seconds. `requireConsistent` needs
   * it: without it nothing is consistent.
   */
  readonly ttlSeconds?: number | undefined;
}

/** A provider that evaluates nothing and shows what a server has evaluated. */
interface BootstrapProps extends CommonProps {
  /** LaunchDarkly's bootstrap JSON, as `allFlagsState` returns it, or a plain object of values by key. */
  readonly bootstrap: Bootstrap;
  /** The digest of the document that the bootstrap was evaluated from. */
  readonly digest?: string | undefined;
  readonly flags?: undefined;
  readonly context?: undefined;
  readonly ttlSeconds?: undefined;
}

/** Properties of {@link IsoflagProvider}. */
export type IsoflagProviderProps = EvaluatingProps | BootstrapProps;

/** An answer with its reason. Objects and arrays are shared between renders: do not change them. */
export interface FlagDetail<T = JsonValue> {
  /** The value of the variation, or the default. */
  readonly value: T;
  /** The variation's index, from 0; null for the default, or if a bootstrap does not include it. */
  readonly variationIndex: number | null;
  /** Null if a bootstrap does not include reasons. */
  readonly reason: FlagReason | null;
}

const Provided = createContext<Answers | null>(null);
Provided.displayName = "Isoflag";

/** Returns the committed value while the next one is equal, so that an object written in place is not a change. */
function useStable<T>(value: T, isEqual: (one: T, other: T) => boolean = jsonEqual): T {
  const committed = useRef(value);
  const stable = isEqual(committed.current, value) ? committed.current : value;
  useEffect(() => {
    committed.current = stable;
  }, [stable]);
  return stable;
}

/** Provides flags to the components below. */
export function IsoflagProvider(props: IsoflagProviderProps): ReactElement {
  const { flags, digest, ttlSeconds, activity, onError, children } = props;
  const context = useStable(contentsOf(props.context));
  const bootstrap = useStable(props.bootstrap);
  const [committed] = useState(() => new Committed());
  const answers = useMemo(
    () => new Answers(committed, { flags, context, bootstrap, digest, ttlSeconds }),
    [committed, flags, context, bootstrap, digest, ttlSeconds],
  );
  useInsertionEffect(() => {
    committed.activity = activity;
    committed.onError = onError;
  });
  useEffect(() => committed.follow(answers), [committed, answers]);
  useEffect(() => () => committed.release(), [committed]);
  return createElement(Provided.Provider, { value: answers }, children);
}

/** Reads a parsed context, so that equal ones compare as equal and the application may free each of them. */
function contentsOf(context: ContextLike | undefined): ContextLike | undefined {
  if (typeof context?.toObject !== "function" || typeof context.free !== "function") return context;
  try {
    return context.toObject() as ContextLike;
  } catch {
    // It was freed already; binding it reports the error.
    return context;
  }
}

function useAnswers(name: string): Answers {
  const answers = useContext(Provided);
  if (answers === null) {
    throw new Error(
      `\`${name}\` found no flags; put an \`IsoflagProvider\` above the component, and check that the page has one copy of \`isoflag/react\``,
    );
  }
  return answers;
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
function useFlagAnswer<T>(name: string, key: string, type: FlagType, select: (answer: FlagAnswer) => T): T {
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

/** Properties of {@link Feature}. */
export interface FeatureProps {
  /** The flag's key. */
  readonly flag: string;
  /** The value that shows the children, `true` by default. */
  readonly value?: JsonValue | undefined;
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
export function Feature({
  flag,
  value = true,
  requireConsistent = false,
  fallback = null,
  children = null,
}: FeatureProps): ReactNode {
  const expected = useStable(value);
  const select = useCallback(
    (answer: FlagAnswer) => answer.served && jsonEqual(answer.value, expected),
    [expected],
  );
  const isServed = useFlagAnswer("Feature", flag, "json", select);
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

// A longer timeout would fire at once.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Calls back when answers have changed, and when the gate may have opened since. */
function watchGate(answers: Answers, key: string, listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const update = (): void => {
    clearTimeout(timer);
    const ms = answers.msUntilOpen(key);
    if (ms > 0 && ms < Number.POSITIVE_INFINITY) timer = setTimeout(update, Math.min(ms, LONGEST_TIMEOUT_MS));
    listener();
  };
  update();
  const unsubscribe = answers.committed.subscribe(update);
  return () => {
    clearTimeout(timer);
    unsubscribe();
  };
}
