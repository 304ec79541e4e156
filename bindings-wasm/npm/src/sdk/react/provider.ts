/** The component that provides flags to the components below it. */

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useInsertionEffect,
  useMemo,
  useRef,
  useState,
} from "react";

import type { ContextLike } from "../../binding/context.js";
import type { Flags } from "../../binding/flags.js";
import type { ActivityRecorder } from "../activity.js";
import { jsonEqual } from "../json-equality.js";
import type { FlagSource } from "../source/source.js";
import { Answers, Committed } from "./answers.js";
import type { Bootstrap } from "./flag-answer.js";

/** Properties of every provider. */
interface CommonProps {
  /** Counts the answers that components have shown, such as an `Activity`. */
  readonly activity?: ActivityRecorder | undefined;
  /**
   * Called when a document cannot be loaded or a context cannot be bound; the last good answers of the context are kept. Errors of a
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
