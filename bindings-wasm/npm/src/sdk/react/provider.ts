/** The component that provides flags to the components below it. */

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
} from "react";

import type { Context, ContextLike } from "../../binding/context.js";
import type { Flags } from "../../binding/flags.js";
import type { ActivityRecorder } from "../activity.js";
import { jsonEqual } from "../json-equality.js";
import type { Observer } from "../observation.js";
import type { FlagSource } from "../source/source.js";
import { Answers, Committed } from "./answers.js";
import type { Bootstrap } from "./flag-answer.js";
import type { FlagValues } from "./hooks.js";

/** Properties of every provider. */
interface CommonProps {
  /** Counts the answers that components have shown, such as an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /** Called for each answer that a component shows, and again when it changes. */
  readonly onEvaluation?: Observer | undefined;
  /**
   * Called when a document cannot be loaded or a context cannot be bound; the last good answers of the context are kept. Errors of a
   * source that has an `onError` of its own are passed to that one only. Also called once for each unknown key, wrong type,
   * malformed flag, invalid context and ignored attribute.
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
  /**
   * Suspends components that read flags until the first document, at most for this many milliseconds; then they show
   * defaults. Without it they do not suspend, unless `fallback` is given.
   */
  readonly deadlineMs?: number | undefined;
  /** Shown instead of the children while components suspend; without it the `Suspense` above applies. */
  readonly fallback?: ReactNode;
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
  readonly deadlineMs?: undefined;
  readonly fallback?: undefined;
}

/** Properties of {@link IsoflagProvider}. */
export type IsoflagProviderProps = EvaluatingProps | BootstrapProps;

/** The deadline of a provider with a `fallback`. */
const DEFAULT_DEADLINE_MS = 3_000;

const Provided = createContext<Answers | null>(null);
Provided.displayName = "Isoflag";

/** Returns the committed value while the next one is equal, so that an object written in place is not a change. */
export function useStable<T>(value: T, isEqual: (one: T, other: T) => boolean = jsonEqual): T {
  const committed = useRef(value);
  const stable = isEqual(committed.current, value) ? committed.current : value;
  useEffect(() => {
    committed.current = stable;
  }, [stable]);
  return stable;
}

/** Provides flags to the components below. */
export function IsoflagProvider(props: IsoflagProviderProps): ReactElement {
  const { digest, ttlSeconds, activity, onEvaluation, onError, fallback, children } = props;
  // A loader that has neither may pass null.
  const flags = props.flags ?? undefined;
  const { deadlineMs = fallback === undefined ? undefined : DEFAULT_DEADLINE_MS } = props;
  const context = useStable(contentsOf(props.context));
  const bootstrap = useStable(props.bootstrap ?? undefined);
  const [committed] = useState(() => new Committed());
  const answers = useMemo(
    () => new Answers(committed, { flags, context, bootstrap, digest, ttlSeconds, deadlineMs }),
    [committed, flags, context, bootstrap, digest, ttlSeconds, deadlineMs],
  );
  useInsertionEffect(() => {
    committed.activity = activity;
    committed.onEvaluation = onEvaluation;
    committed.onError = onError;
  });
  useEffect(() => committed.follow(answers), [committed, answers]);
  useEffect(() => () => committed.release(), [committed]);
  const content = fallback === undefined ? children : createElement(Suspense, { fallback }, children);
  return createElement(Provided.Provider, { value: answers }, content);
}

/** Properties of {@link IsoflagTestProvider}. */
export interface IsoflagTestProviderProps {
  /** The values of flags, by key; others serve their defaults. */
  readonly values: FlagValues;
  /** The components under test. */
  readonly children?: ReactNode;
}

/** Provides fixed values to the components of a test, without a document and a context. */
export function IsoflagTestProvider({ values, children }: IsoflagTestProviderProps): ReactElement {
  return createElement(IsoflagProvider, { bootstrap: values as Bootstrap, children });
}

/** Reads a parsed context, so that equal ones compare as equal and the application may free each of them. */
function contentsOf(context: ContextLike | undefined): ContextLike | undefined {
  const parsed = context as Context | undefined;
  if (typeof parsed?.toObject !== "function" || typeof parsed.free !== "function") return context;
  try {
    return parsed.toObject();
  } catch {
    // It was freed already; binding it reports the error.
    return context;
  }
}

/** Returns the answers of the provider above the component, for a hook or component of that name. */
export function useAnswers(name: string): Answers {
  const answers = useContext(Provided);
  if (answers === null) {
    throw new Error(
      `\`${name}\` found no flags; put an \`IsoflagProvider\` above the component, and check that the page has one copy of \`isoflag/react\``,
    );
  }
  return answers;
}
