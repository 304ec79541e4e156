/** Observes the evaluations of flags without changing answers. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { ContextLike } from "../binding/context.js";
import type { EvaluationDetail, EvaluationReason } from "../binding/evaluation.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";
import { printable } from "../binding/printable.js";
import type { SystemFlags, UnderStrategy } from "../tools/strategy.js";

/** An answer, as its caller saw it. */
export interface ObservedDetail {
  /** The value of the variation, or the default. */
  readonly value: unknown;
  /** The variation's index, from 0; null for the default, or if a bootstrap does not include it. */
  readonly variationIndex: number | null;
  /** Null if a component shows a bootstrap that does not include reasons. */
  readonly reason: EvaluationReason | null;
}

/** One evaluation, as its caller saw it. */
export interface Evaluation {
  /** The requested flag. */
  readonly key: string;
  /** The context; undefined if the observed flags were already bound. */
  readonly context: ContextLike | undefined;
  /** The caller's default. */
  readonly defaultValue: unknown;
  /** The answer; the default if `variationIndex` is null. */
  readonly detail: ObservedDetail;
  /** The document's digest, if it is known. */
  readonly digest: string | undefined;
  /** The name of the strategy that the document was evaluated under; absent without a strategy. */
  readonly strategy?: string | undefined;
  /** For a projection, the digest of the whole document, if it is known. */
  readonly pin?: string | null | undefined;
}

/** Called after every evaluation. */
export type Observer = (evaluation: Evaluation) => void;

/** Flags whose evaluations can be observed. */
export type Observable = Flags | BoundFlags | SystemFlags;

const originals = new WeakMap<Observable, Observable>();

/** Returns the flags that observed ones evaluate with, and others unchanged. */
export function originalOf<T extends Observable>(flags: T): T {
  return (originals.get(flags) as T | undefined) ?? flags;
}

type Getter = (...parameters: unknown[]) => EvaluationDetail<JsonValue>;

const GETTER = /^(bool|number|string|json)?[vV]ariation(Detail)?$/;

/** The digests by which a document is known. */
export type Identity = Pick<Evaluation, "digest" | "pin">;

/** Returns the digests of a document, as far as the loaded module computes them. */
export function identityOf(flags: Flags | SystemFlags): Identity {
  const digest = digestOf(flags);
  return identity(digest, digest && "parentDigest" in flags ? flags.parentDigest : undefined);
}

/** Returns digests without a member for a `pin` that there is not. */
export function identity(digest: string | undefined, pin: string | null | undefined): Identity {
  return pin === undefined ? { digest } : { digest, pin };
}

/** The document's digest; undefined if the loaded module does not compute digests. */
export function digestOf(flags: Flags | SystemFlags): string | undefined {
  try {
    return flags.digest;
  } catch {
    return undefined;
  }
}

/**
 * Returns the same flags, observed: the result evaluates like `flags` and calls the observer, and so do objects bound
 * to it. `allFlagsState` and `explain` do not count as evaluations. The handle is shared with `flags`: freeing one
 * frees both.
 *
 * @param digest the document's digest, if the loaded module does not compute it, or for bound flags
 */
export function observe<T extends Observable>(flags: T, observer: Observer, digest?: string): T {
  if (!("bind" in flags)) return observed(flags, undefined, observer, { digest }, undefined);
  const known = identityOf(flags);
  return observed(flags, undefined, observer, { ...known, digest: digest ?? known.digest }, undefined);
}

/** The name of the strategy that a system has chosen for a context. */
function strategyOf(flags: Observable, ...parameters: unknown[]): string | undefined {
  type Under = (...parameters: unknown[]) => UnderStrategy;
  return "under" in flags ? (flags.under as Under).apply(flags, parameters).strategy?.strategy : undefined;
}

function observed<T extends Observable>(
  flags: T,
  boundTo: ContextLike | undefined,
  observer: Observer,
  digests: Identity,
  boundStrategy: string | undefined,
): T {
  const proxy = new Proxy<T>(flags, {
    get(target, name) {
      // The class keeps its handle in a private member, which only the object itself has.
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "bind") {
        const { bind } = target as Flags;
        return (...parameters: Parameters<Flags["bind"]>): BoundFlags => {
          const bound = bind.apply(target as Flags, parameters);
          return observed(bound, parameters[0], observer, digests, strategyOf(target, ...parameters));
        };
      }
      const getter = typeof name === "string" ? GETTER.exec(name) : null;
      if (getter === null) return member.bind(target);
      const wantsDetail = getter[2] !== undefined;
      const getDetail = (target as unknown as Record<string, Getter>)[
        wantsDetail ? getter[0] : `${getter[0]}Detail`
      ] as Getter;
      return (...parameters: unknown[]): unknown => {
        const detail = getDetail.apply(target, parameters);
        const [key, ...rest] = parameters as [string, ...unknown[]];
        const [context, defaultValue, options] = "bind" in target ? rest : [boundTo, ...rest];
        const evaluation = {
          key,
          context: context as ContextLike | undefined,
          defaultValue,
          detail,
          ...digests,
        };
        const strategy = boundStrategy ?? strategyOf(target, context, options);
        observer(strategy === undefined ? evaluation : { ...evaluation, strategy });
        return wantsDetail ? detail : detail.value;
      };
    },
  });
  originals.set(proxy, originalOf(flags));
  return proxy;
}

/**
 * Returns an observer that passes on a share of the evaluations: `onEvaluation={sampled(report, 0.01)}`.
 *
 * @param sampling the share, from 0 to 1
 * @param random returns a number from 0 to below 1
 * @throws {RangeError} if the share is not a number from 0 to 1
 */
export function sampled(observer: Observer, sampling: number, random = Math.random): Observer {
  if (!(sampling >= 0 && sampling <= 1)) {
    throw new RangeError(
      `invalid \`sampling\` \`${printable(String(sampling))}\`: expected a share from 0 to 1`,
    );
  }
  return evaluation => {
    if (random() < sampling) observer(evaluation);
  };
}
