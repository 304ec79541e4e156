/** Observes the evaluations of flags without changing answers. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { ContextLike } from "../binding/context.js";
import type { EvaluationDetail } from "../binding/detail.js";
import type { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";

/** One evaluation, as its caller saw it. */
export interface Evaluation {
  /** The requested flag. */
  readonly key: string;
  /** The context; undefined if the observed flags were already bound. */
  readonly context: ContextLike | undefined;
  /** The caller's default. */
  readonly defaultValue: unknown;
  /** The answer; the default if `variationIndex` is null. */
  readonly detail: EvaluationDetail<unknown>;
  /** The document's digest, if it is known. */
  readonly digest: string | undefined;
}

/** Called after every evaluation. */
export type Observer = (evaluation: Evaluation) => void;

type Observable = Flags | BoundFlags;
type DetailMethod = (...parameters: unknown[]) => EvaluationDetail<JsonValue>;

const GETTER = /^(bool|number|string|json)?[vV]ariation(Detail)?$/;

/** The document's digest; undefined if the loaded module does not compute digests. */
export function digestOf(flags: Flags): string | undefined {
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
  return isBound(flags)
    ? (observeBound(flags, undefined, observer, digest) as T)
    : (observeFlags(flags, observer, digest ?? digestOf(flags)) as T);
}

function isBound(flags: Observable): flags is BoundFlags {
  return !("bind" in flags);
}

function observeFlags(flags: Flags, observer: Observer, digest: string | undefined): Flags {
  return watched(flags, {
    get(target, name) {
      if (name !== "bind") return undefined;
      return (...parameters: Parameters<Flags["bind"]>): BoundFlags =>
        observeBound(target.bind(...parameters), parameters[0], observer, digest);
    },
    report([key, context, defaultValue], detail) {
      observer({ key: key as string, context: context as ContextLike, defaultValue, detail, digest });
    },
  });
}

function observeBound(
  bound: BoundFlags,
  context: ContextLike | undefined,
  observer: Observer,
  digest: string | undefined,
): BoundFlags {
  return watched(bound, {
    get: () => undefined,
    report([key, defaultValue], detail) {
      observer({ key: key as string, context, defaultValue, detail, digest });
    },
  });
}

interface Watcher<T> {
  /** The replacement of a member, if any. */
  get(target: T, name: string | symbol): unknown;
  report(parameters: readonly unknown[], detail: EvaluationDetail<JsonValue>): void;
}

function watched<T extends Observable>(flags: T, watcher: Watcher<T>): T {
  return new Proxy(flags, {
    get(target, name) {
      const instead = watcher.get(target, name);
      if (instead !== undefined) return instead;
      // The class keeps its handle in a private member, which only the object itself has.
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const getter = typeof name === "string" ? GETTER.exec(name) : null;
      if (getter === null) return member.bind(target);
      const wantsDetail = getter[2] !== undefined;
      const detailName = wantsDetail ? name : `${name as string}Detail`;
      return (...parameters: unknown[]): unknown => {
        const detail = (target as unknown as Record<string | symbol, DetailMethod>)[detailName]?.(
          ...parameters,
        ) as EvaluationDetail<JsonValue>;
        watcher.report(parameters, detail);
        return wantsDetail ? detail : detail.value;
      };
    },
  });
}
