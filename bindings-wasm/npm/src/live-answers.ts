import type { ActivityRecorder } from "./activity.js";
import { type Bootstrap, bootstrapAnswer, bootstrapIsConsistent } from "./bootstrap.js";
import type { BoundFlags } from "./bound-flags.js";
import type { ContextLike } from "./context.js";
import type { EvaluationDetail } from "./detail.js";
import { type FlagAnswer, type FlagType, unserved } from "./flag-answer.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";
import { jsonEqual } from "./json-equality.js";
import { digestOf } from "./observation.js";
import type { FlagSource, SourceStatus } from "./source.js";
import { detailOf, detailOfBound } from "./untyped-getters.js";

/** Where answers come from. */
export interface AnswerInputs {
  readonly flags: Flags | FlagSource | undefined;
  readonly context: ContextLike | undefined;
  readonly bootstrap: Bootstrap | undefined;
  /** The digest of the document that the bootstrap was evaluated from. */
  readonly digest: string | undefined;
  /** How long an instance of the back end keeps a document, in seconds. */
  readonly ttlSeconds: number | undefined;
  readonly activity: ActivityRecorder | undefined;
  readonly onError: ((error: Error) => void) | undefined;
}

/** What the gate says of a flag at one moment. */
export interface Gate {
  /** Whether a journey may begin. */
  readonly isOpen: boolean;
  /** In how many seconds it may open, if only time has to pass. */
  readonly opensInSeconds: number | undefined;
}

/** How the document is doing. */
export interface AnswersStatus {
  /** As a source says; `ready` for a document or a bootstrap that is simply there. */
  readonly status: SourceStatus;
  /** Why the last attempt to get a document failed. */
  readonly error: Error | undefined;
  /** The document's digest, where it is known. */
  readonly digest: string | undefined;
  /** `meta.version` of the document. */
  readonly version: number | undefined;
}

/** A document, who is asked about, and the two bound where somebody will free them. */
interface Moment {
  readonly flags: Flags | undefined;
  readonly context: ContextLike | undefined;
  readonly bootstrap: Bootstrap | undefined;
  readonly bound: BoundFlags | undefined;
}

const CLOSED: Gate = { isOpen: false, opensInSeconds: undefined };

const LOADING: AnswersStatus = {
  status: "loading",
  error: undefined,
  digest: undefined,
  version: undefined,
};

/**
 * The answers for one context of a document that may be replaced. Between `start` and what it returns it holds one
 * handle; at other times it answers without leaving any behind, so that whoever only looks need not clean up.
 */
export class LiveAnswers {
  #inputs: AnswerInputs;
  #moment: Moment;
  #started = false;
  /** What `#unsubscribe` is of. */
  #followed: Flags | FlagSource | undefined;
  #unsubscribe: (() => void) | undefined;
  /** The moment that everybody knows. */
  #told: object | undefined;
  #toldTtl: number | undefined;
  /** Why the moment could not be bound. */
  #unbindable: Error | undefined;
  #reported: Error | undefined;
  #status: AnswersStatus | undefined;
  #described: { readonly flags: Flags; readonly status: AnswersStatus } | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(inputs: AnswerInputs) {
    this.#inputs = inputs;
    this.#moment = this.#unbound();
  }

  /** Who takes the answers that were shown. */
  get activity(): ActivityRecorder | undefined {
    return this.#inputs.activity;
  }

  /** Calls back whenever an answer may have changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Binds, and follows the source. What is returned ends both. */
  start(): () => void {
    this.#started = true;
    this.settle();
    return () => {
      this.#started = false;
      this.#unfollow();
      const { bound } = this.#moment;
      this.#moment = this.#unbound();
      bound?.free();
    };
  }

  /**
   * Takes other inputs, from which every answer comes from now on. Equal ones change nothing, whatever their identity.
   * Nobody is told before `settle`, so that it may be called while components are being rendered.
   */
  adopt(inputs: AnswerInputs): void {
    const { context, bootstrap } = this.#inputs;
    this.#inputs = {
      ...inputs,
      context: sameContext(context, inputs.context) ? context : inputs.context,
      bootstrap: jsonEqual(bootstrap, inputs.bootstrap) ? bootstrap : inputs.bootstrap,
    };
  }

  /** Follows the source that was adopted, and tells everybody where answers may have changed. */
  settle(): void {
    if (!this.#started) return;
    const { flags } = this.#inputs;
    if (flags !== this.#followed) {
      this.#unfollow();
      this.#followed = flags;
      this.#unsubscribe = isSource(flags) ? flags.subscribe(this.#tell) : undefined;
    }
    if (this.moment !== this.#told || this.#inputs.ttlSeconds !== this.#toldTtl) this.#tell();
    else this.#report();
  }

  /** What changes with the answers: while it is the same object, every answer is the same. */
  get moment(): object {
    const { context, bootstrap } = this.#inputs;
    const moment = this.#moment;
    const flags = this.#flags();
    const isBound = moment.bound !== undefined || !this.#started || flags === undefined;
    const isSame = moment.flags === flags && moment.context === context && moment.bootstrap === bootstrap;
    if (isSame && (isBound || this.#unbindable !== undefined)) return moment;
    if (!this.#started || flags === undefined) {
      this.#moment = this.#unbound();
    } else {
      try {
        this.#moment = { flags, context, bootstrap, bound: flags.bind(context as ContextLike) };
      } catch (error) {
        // The answers that there are stay; asking again would fail again.
        this.#moment = { ...moment, flags, context, bootstrap };
        this.#unbindable = error as Error;
        return this.#moment;
      }
    }
    this.#unbindable = undefined;
    moment.bound?.free();
    return this.#moment;
  }

  /** What a flag answers at this moment. */
  answer(key: string, type: FlagType): FlagAnswer {
    const { flags, context, bootstrap, bound } = this.moment as Moment;
    const method = `${type}VariationDetail` as const;
    if (bound !== undefined) return served(detailOfBound(bound, method, key, undefined));
    if (flags !== undefined) return served(detailOf(flags, method, key, context as ContextLike, undefined));
    if (bootstrap !== undefined) return bootstrapAnswer(bootstrap, key, type);
    return unserved({ kind: "ERROR", errorKind: "CLIENT_NOT_READY" });
  }

  /** What a server has answered, or would: the bootstrap's answer where there is one. */
  serverAnswer(key: string, type: FlagType): FlagAnswer {
    const { bootstrap } = this.#inputs;
    return bootstrap === undefined ? this.answer(key, type) : bootstrapAnswer(bootstrap, key, type);
  }

  /** Whether the back end is consistent for a flag at this moment. */
  gate(key: string): Gate {
    const { flags, context, bootstrap, bound } = this.moment as Moment;
    if (flags === undefined) return this.#gateOfServer(bootstrap, key);
    const { ttlSeconds } = this.#inputs;
    if (ttlSeconds === undefined) return CLOSED;
    const now = Date.now();
    const { enabled, isBackendConsistent, remainingSeconds } =
      bound === undefined
        ? flags.consistency(key, context as ContextLike, now, ttlSeconds)
        : bound.consistency(key, now, ttlSeconds);
    const waits = enabled && !isBackendConsistent && remainingSeconds !== null;
    return { isOpen: isBackendConsistent, opensInSeconds: waits ? remainingSeconds : undefined };
  }

  /** What a server has said of the gate, or would. */
  serverGate(key: string): Gate {
    const { bootstrap } = this.#inputs;
    return bootstrap === undefined ? this.gate(key) : this.#gateOfServer(bootstrap, key);
  }

  #gateOfServer(bootstrap: Bootstrap | undefined, key: string): Gate {
    const isOpen = bootstrap !== undefined && bootstrapIsConsistent(bootstrap, key);
    return { isOpen, opensInSeconds: undefined };
  }

  /** How the document is doing: the same object until that changes. */
  readonly status = (): AnswersStatus => {
    const status = this.#readStatus();
    const known = this.#status;
    const same =
      known !== undefined &&
      known.status === status.status &&
      known.error === status.error &&
      known.digest === status.digest &&
      known.version === status.version;
    if (!same) this.#status = status;
    return this.#status as AnswersStatus;
  };

  /** How the document was doing on the server that has rendered the page. */
  readonly serverStatus = (): AnswersStatus => {
    const { flags, bootstrap } = this.#inputs;
    return bootstrap !== undefined && isSource(flags) ? LOADING : this.status();
  };

  #readStatus(): AnswersStatus {
    const { flags, digest } = this.#inputs;
    if (isSource(flags)) {
      const { status, error, digest: known, version } = flags.snapshot;
      return { status, error, digest: known, version };
    }
    if (flags === undefined) return { status: "ready", error: undefined, digest, version: undefined };
    // Read once: it costs a walk through the document, and the application may free it.
    if (this.#described?.flags !== flags) {
      const status = { status: "ready", error: undefined, digest: digestOf(flags), version: flags.version };
      this.#described = { flags, status: status as AnswersStatus };
    }
    return this.#described.status;
  }

  /** The digest of the document that the answers come from, where it is known. */
  get digest(): string | undefined {
    return this.#moment.flags === undefined ? this.#inputs.digest : this.status().digest;
  }

  #unfollow(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#followed = undefined;
  }

  readonly #tell = (): void => {
    this.#told = this.moment;
    this.#toldTtl = this.#inputs.ttlSeconds;
    for (const listener of [...this.#listeners]) listener();
    this.#report();
  };

  /** Tells the application of each error once. */
  #report(): void {
    const { flags, onError } = this.#inputs;
    const error = this.#unbindable ?? (isSource(flags) ? flags.snapshot.error : undefined);
    if (error === this.#reported) return;
    this.#reported = error;
    if (error !== undefined) onError?.(error);
  }

  /** The document there is. Of a source that was closed what was bound last stays. */
  #flags(): Flags | undefined {
    const { flags } = this.#inputs;
    if (!isSource(flags)) return flags;
    const { status, flags: held } = flags.snapshot;
    return status === "closed" && this.#moment.bound !== undefined ? this.#moment.flags : held;
  }

  #unbound(): Moment {
    const { flags, context, bootstrap } = this.#inputs;
    return { flags: isSource(flags) ? flags.snapshot.flags : flags, context, bootstrap, bound: undefined };
  }
}

function isSource(flags: Flags | FlagSource | undefined): flags is FlagSource {
  return flags !== undefined && "subscribe" in flags;
}

function served({ value, variationIndex, reason }: EvaluationDetail<JsonValue>): FlagAnswer {
  return variationIndex === null
    ? { served: false, value: undefined, variationIndex, reason }
    : { served: true, value, variationIndex, reason };
}

/** Whether two contexts are equal by what they hold. */
function sameContext(one: ContextLike | undefined, other: ContextLike | undefined): boolean {
  if (one === other) return true;
  try {
    return jsonEqual(contents(one), contents(other));
  } catch {
    // One of them was freed.
    return false;
  }
}

function contents(context: ContextLike | undefined): unknown {
  const toObject: unknown = context?.toObject;
  const isParsed = typeof toObject === "function" && typeof context?.free === "function";
  return isParsed ? toObject.call(context) : context;
}
