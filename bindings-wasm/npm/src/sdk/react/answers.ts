/**
 * Answers for a user interface that may render ahead of the screen: {@link Answers} belong to one render and never
 * change; {@link Committed} holds what belongs to the render that is on the screen.
 */

import type { BoundFlags } from "../../binding/bound-flags.js";
import type { ContextLike } from "../../binding/context.js";
import type { EvaluationReason } from "../../binding/evaluation.js";
import type { Flags } from "../../binding/flags.js";
import type { JsonValue } from "../../binding/json.js";
import { ProblemMessages } from "../../binding/problem-messages.js";
import { isDevelopment, problems } from "../../binding/problems.js";
import type { ActivityRecorder } from "../activity.js";
import { callBack } from "../callback.js";
import { detailOf, isTrap, retryAfterTrap } from "../evaluating.js";
import { identity, identityOf as identityOfDocument, type Observer } from "../observation.js";
import type { FlagSource, SourceSnapshot, SourceStatus } from "../source/source.js";
import { timerDelay } from "../timer.js";
import {
  answerOf,
  type Bootstrap,
  bootstrapAnswer,
  bootstrapIsConsistent,
  type FlagAnswer,
  type FlagType,
  NOT_READY,
} from "./flag-answer.js";

/** The inputs of answers. */
export interface AnswerInputs {
  readonly flags: Flags | FlagSource | undefined;
  readonly context: ContextLike | undefined;
  readonly bootstrap: Bootstrap | undefined;
  /** The digest of the document that the bootstrap was evaluated from. */
  readonly digest: string | undefined;
  /** How long an instance of the back end keeps a document, in seconds. */
  readonly ttlSeconds: number | undefined;
  /** How long components wait for the first document, in milliseconds. */
  readonly deadlineMs?: number | undefined;
}

/** The state of the document that the answers come from. */
export interface AnswersStatus {
  /** The status of the source; `ready` for a document or a bootstrap without a source. */
  readonly status: SourceStatus;
  /** Why the last attempt to get a document failed. */
  readonly error: Error | undefined;
  /** The digest of the document that the answers come from, if it is known. */
  readonly digest: string | undefined;
  /**
   * The digest by which a back end finds the document, if it is not `digest`: for a projection that of the whole
   * document. Null if no back end has it, because the page overrides flags.
   */
  readonly pin?: string | null | undefined;
  /** `meta.version` of that document. */
  readonly version: number | undefined;
}

type Identity = Pick<AnswersStatus, "digest" | "pin" | "version">;

/** A document bound to a context. */
interface Binding {
  readonly flags: Flags;
  readonly context: ContextLike;
  readonly bound: BoundFlags;
  /** The document, or the snapshot of the source that held it. */
  readonly origin: Flags | SourceSnapshot;
}

/** The answers for the inputs of one render. Evaluating changes nothing, so that a render may be discarded. */
export class Answers {
  constructor(
    readonly committed: Committed,
    readonly inputs: AnswerInputs,
  ) {}

  /** The answers in a server's HTML. They depend neither on what a source has loaded nor on the time. */
  get onServer(): Answers {
    const { flags, bootstrap } = this.inputs;
    const fixed = bootstrap === undefined && !isSource(flags) ? flags : undefined;
    return new Answers(this.committed, { ...this.inputs, flags: fixed, ttlSeconds: undefined });
  }

  /** Whether the source has no document, so that the last one is kept. */
  get isKept(): boolean {
    const { flags } = this.inputs;
    return isSource(flags) && flags.snapshot.flags === undefined;
  }

  /** Where the document comes from. */
  get origin(): Flags | SourceSnapshot | undefined {
    const { flags } = this.inputs;
    if (this.isKept) return this.committed.binding?.origin;
    return isSource(flags) ? flags.snapshot : flags;
  }

  /** The document to evaluate. While it is the same object, every answer is the same object too. */
  get document(): Flags | undefined {
    const { origin } = this;
    return origin !== undefined && "status" in origin ? origin.flags : origin;
  }

  /** Returns the answer of a flag. */
  answer(key: string, type: FlagType): FlagAnswer {
    const method = `${type}VariationDetail` as const;
    const detail = this.#evaluate(
      bound => detailOf(bound, method, key, undefined),
      (flags, context) => detailOf(flags, method, key, context, undefined),
    );
    if (detail !== undefined) return answerOf(detail);
    const { bootstrap } = this.inputs;
    return bootstrap === undefined ? NOT_READY : bootstrapAnswer(bootstrap, key, type);
  }

  /** Returns the values of all flags that serve a variation, by key. */
  values(): { readonly [key: string]: JsonValue } {
    const state =
      this.#evaluate(
        bound => bound.allFlagsState(),
        (flags, context) => flags.allFlagsState(context),
      ) ??
      this.inputs.bootstrap ??
      {};
    const keys = Object.keys(state).filter(key => key !== "$flagsState" && key !== "$valid");
    const served = keys
      .map(key => [key, bootstrapAnswer(state, key, "json")] as const)
      .filter(([, { served }]) => served);
    return Object.fromEntries(served.map(([key, { value }]) => [key, value as JsonValue]));
  }

  /**
   * Suspends the component that renders until the source has a document or has failed, or until the deadline. A promise
   * that is thrown does so in every version of React.
   */
  suspendUntilReady(): void {
    const { flags, bootstrap, deadlineMs } = this.inputs;
    if (deadlineMs === undefined || bootstrap !== undefined || !isSource(flags)) return;
    if (this.committed.binding !== undefined) return;
    const promise = untilReady(flags, deadlineMs);
    if (promise !== undefined) throw promise;
  }

  /** Returns how long the consistency gate remains closed if only time passes: 0 if it is open, or Infinity. */
  msUntilOpen(key: string): number {
    const { bootstrap, ttlSeconds } = this.inputs;
    if (this.document !== undefined && ttlSeconds === undefined) return Number.POSITIVE_INFINITY;
    const { origin } = this;
    const takenMs = origin !== undefined && "status" in origin ? origin.steppedBackAt : undefined;
    const times = [Date.now(), ttlSeconds as number, undefined, { takenMs }] as const;
    const state = this.#evaluate(
      bound => bound.consistency(key, ...times),
      (flags, context) => flags.consistency(key, context, ...times),
    );
    const isOpen = state?.isBackendConsistent ?? (bootstrap && bootstrapIsConsistent(bootstrap, key));
    if (isOpen) return 0;
    if (!state?.enabled || state.remainingSeconds === null) return Number.POSITIVE_INFINITY;
    return state.remainingSeconds * 1000;
  }

  /** Returns the state of the document. */
  status(): AnswersStatus {
    const { flags, bootstrap } = this.inputs;
    const { digest, pin, version } = this.identity();
    const { status, error } = isSource(flags)
      ? flags.snapshot
      : {
          status: (flags ?? bootstrap) === undefined ? ("loading" as const) : ("ready" as const),
          error: undefined,
        };
    return { status, error, ...identity(digest, pin), version };
  }

  /** Returns what identifies the document that the answers come from. */
  identity(): Identity {
    const { bootstrap, digest } = this.inputs;
    const { origin } = this;
    return origin === undefined ? { digest: bootstrap && digest, version: undefined } : identityOf(origin);
  }

  /** Evaluates by the handle that is bound, or without leaving one behind; undefined without a document. */
  #evaluate<T>(
    byBound: (bound: BoundFlags) => T,
    byDocument: (flags: Flags, context: ContextLike) => T,
  ): T | undefined {
    const { document } = this;
    const { context } = this.inputs;
    const { binding } = this.committed;
    if (document === undefined) return undefined;
    const isBound = document === binding?.flags && context === binding.context;
    const evaluate = (): T =>
      isBound ? byBound(binding.bound) : byDocument(document, context as ContextLike);
    try {
      return retryAfterTrap(evaluate);
    } catch (error) {
      if (isTrap(error)) throw error;
      // The application has freed the document or the context.
      if (binding === undefined) throw error;
      // The last good answers are kept, but never those of another context.
      return context === binding.context ? byBound(binding.bound) : undefined;
    }
  }
}

/**
 * The resources of a provider for the render that is on the screen: the subscription to its source and one bound handle.
 * Nothing here changes while rendering, only in effects and when the source changes.
 */
export class Committed {
  /** The document and the context that are bound; the last good document if the current one cannot be. */
  binding: Binding | undefined;
  activity: ActivityRecorder | undefined;
  onEvaluation: Observer | undefined;
  onError: ((error: Error) => void) | undefined;
  #answers: Answers | undefined;
  #source: FlagSource | undefined;
  #unsubscribe: (() => void) | undefined;
  #bindingError: Error | undefined;
  #reported: Error | undefined;
  readonly #problems = new ProblemMessages();
  readonly #listeners = new Set<() => void>();

  /** Reports an answer that a component shows from now on. */
  shown(key: string, answer: FlagAnswer, defaultValue: unknown, answers: Answers): void {
    if (answer === NOT_READY) return;
    const { value, variationIndex } = answer;
    this.activity?.record(key, variationIndex, answers.identity().digest);
    // That of an answer before there is a document is left out above.
    const reason = answer.reason as EvaluationReason | null;
    const { onEvaluation } = this;
    if (onEvaluation !== undefined) {
      const detail = { value: answer.served ? value : defaultValue, variationIndex, reason };
      const { context } = answers.inputs;
      const { digest, pin } = answers.identity();
      callBack(() => onEvaluation({ key, context, defaultValue, detail, ...identity(digest, pin) }));
    }
    const message = this.#reportProblem(reason?.errorKind, key);
    // A document's own evaluation warns.
    if (message !== undefined && answers.document === undefined && isDevelopment()) {
      console.warn(`isoflag: ${message}`);
    }
  }

  /** Passes each problem to the application once; returns its message. */
  readonly #reportProblem = (
    kind: string | undefined,
    subject: unknown,
    detail?: unknown,
  ): string | undefined => {
    const message = this.#problems.next(kind, subject, detail);
    if (message !== undefined) callBack(() => this.onError?.(new Error(message)));
    return message;
  };

  /** Subscribes to changes of the source; returns a function that unsubscribes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Binds the document of the answers on the screen, and follows its source. */
  follow(answers: Answers): void {
    const { flags } = answers.inputs;
    const source = isSource(flags) ? flags : undefined;
    this.#answers = answers;
    if (source !== this.#source) {
      this.#unsubscribe?.();
      this.#unsubscribe = source?.subscribe(this.#update);
      this.#source = source;
    }
    this.#update();
  }

  /** Follows nothing and frees the handle. */
  release(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#source = undefined;
    this.#replace(undefined);
  }

  readonly #update = (): void => {
    this.#bind();
    for (const listener of [...this.#listeners]) listener();
    this.#report();
  };

  #bind(): void {
    const { binding } = this;
    const answers = this.#answers as Answers;
    const { document: flags, origin } = answers;
    const context = answers.inputs.context as ContextLike;
    this.#bindingError = undefined;
    if (flags === undefined || origin === undefined) {
      this.#replace(undefined);
    } else if (flags !== binding?.flags || context !== binding.context) {
      try {
        const bound = retryAfterTrap(() => this.#bindTo(flags, context));
        this.#replace({ flags, context, bound, origin });
      } catch (error) {
        this.#bindingError = error as Error;
        // The last good answers are kept, but never for another context.
        if (context !== binding?.context) this.#replace(undefined);
      }
    }
  }

  /** Binds a document, and reports what its context has that is ignored. */
  #bindTo(flags: Flags, context: ContextLike): BoundFlags {
    const { report } = problems;
    problems.report = (...problem) => {
      report?.(...problem);
      this.#reportProblem(...problem);
    };
    try {
      return flags.bind(context);
    } finally {
      problems.report = report;
    }
  }

  #replace(binding: Binding | undefined): void {
    const before = this.binding;
    this.binding = binding;
    before?.bound.free();
  }

  /** Passes each error to the application once. */
  #report(): void {
    const source = this.#source;
    const error = this.#bindingError ?? (source?.reportsErrors ? undefined : source?.snapshot.error);
    if (error === this.#reported) return;
    this.#reported = error;
    if (error !== undefined) callBack(() => this.onError?.(error));
  }
}

const identities = new WeakMap<Flags, Identity>();

/** Returns what identifies a document. A digest is computed once: it costs a walk through the document. */
function identityOf(origin: Flags | SourceSnapshot): Identity {
  if ("status" in origin) return origin;
  const known = identities.get(origin);
  if (known !== undefined) return known;
  try {
    const identity = { ...identityOfDocument(origin), version: origin.version };
    if (identity.digest !== undefined) identities.set(origin, identity);
    return identity;
  } catch {
    // The application has freed the document.
    return { digest: undefined, version: undefined };
  }
}

function isSource(flags: Flags | FlagSource | undefined): flags is FlagSource {
  return flags !== undefined && "subscribe" in flags;
}

/** The waits for the first document of one source. */
interface Waits {
  /** The longest deadline that has passed. */
  waited: number;
  /** The promises that components suspend with, by deadline. */
  readonly promises: Map<number, Promise<void>>;
}

// A component that suspends while it is mounted keeps no state.
const waits = new WeakMap<FlagSource, Waits>();

function isSettled({ snapshot }: FlagSource): boolean {
  return snapshot.flags !== undefined || snapshot.status !== "loading";
}

/** Returns a promise to suspend with; undefined once the source has a document or has failed, or the time is over. */
function untilReady(source: FlagSource, deadlineMs: number): Promise<void> | undefined {
  if (isSettled(source)) return undefined;
  const known = waits.get(source) ?? { waited: Number.NEGATIVE_INFINITY, promises: new Map() };
  waits.set(source, known);
  // For NaN it is over, too.
  if (!(deadlineMs > known.waited)) return undefined;
  const promise = known.promises.get(deadlineMs) ?? begin(source, deadlineMs, known);
  known.promises.set(deadlineMs, promise);
  return promise;
}

function begin(source: FlagSource, deadlineMs: number, known: Waits): Promise<void> {
  return new Promise<void>(resolve => {
    const end = (): void => {
      known.promises.delete(deadlineMs);
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(() => {
      known.waited = Math.max(known.waited, deadlineMs);
      end();
    }, timerDelay(deadlineMs));
    const unsubscribe = source.subscribe(() => {
      if (isSettled(source)) end();
    });
  });
}
