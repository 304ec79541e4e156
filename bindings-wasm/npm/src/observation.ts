/** Watching what a program asks of its flags, without changing an answer. */

import type { BoundFlags } from "./bound-flags.js";
import type { ContextLike } from "./context.js";
import type { EvaluationDetail } from "./detail.js";
import type { Flags } from "./flags.js";
import type { JsonValue } from "./json.js";

/** One evaluation, as its caller saw it. */
export interface Evaluation {
  /** The flag that was asked for. */
  readonly key: string;
  /** Who was asked about; undefined where what is watched was bound before. */
  readonly context: ContextLike | undefined;
  /** What would have been served instead. */
  readonly defaultValue: unknown;
  /** What was answered; the default where `variationIndex` is null. */
  readonly detail: EvaluationDetail<unknown>;
  /** The document's digest, where it is known. */
  readonly digest: string | undefined;
}

/** Is told of every evaluation, after it. */
export type Observer = (evaluation: Evaluation) => void;

type Asked = Flags | BoundFlags;
type DetailMethod = (...parameters: unknown[]) => EvaluationDetail<JsonValue>;

const GETTER = /^(bool|number|string|json)?[vV]ariation(Detail)?$/;

/** The document's digest; undefined where the module that is loaded does not compute digests. */
export function digestOf(flags: Flags): string | undefined {
  try {
    return flags.digest;
  } catch {
    return undefined;
  }
}

/**
 * The same flags, watched: what is returned answers as `flags` does and tells the observer; so does what is bound to it.
 * `allFlagsState` and `explain` are no evaluations. The handle stays with `flags`: freeing one frees both.
 *
 * @param digest the document's digest, where the module that is loaded does not compute it, or of what is bound
 */
export function observe<T extends Asked>(flags: T, observer: Observer, digest?: string): T {
  return isBound(flags)
    ? (observeBound(flags, undefined, observer, digest) as T)
    : (observeFlags(flags, observer, digest ?? digestOf(flags)) as T);
}

function isBound(flags: Asked): flags is BoundFlags {
  return !("bind" in flags);
}

function observeFlags(flags: Flags, observer: Observer, digest: string | undefined): Flags {
  return watched(flags, {
    get(target, name) {
      if (name !== "bind") return undefined;
      return (...parameters: Parameters<Flags["bind"]>): BoundFlags =>
        observeBound(target.bind(...parameters), parameters[0], observer, digest);
    },
    told([key, context, defaultValue], detail) {
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
    told([key, defaultValue], detail) {
      observer({ key: key as string, context, defaultValue, detail, digest });
    },
  });
}

interface Watcher<T> {
  /** What stands in place of a member, if anything does. */
  get(target: T, name: string | symbol): unknown;
  told(parameters: readonly unknown[], detail: EvaluationDetail<JsonValue>): void;
}

function watched<T extends Asked>(flags: T, watcher: Watcher<T>): T {
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
        watcher.told(parameters, detail);
        return wantsDetail ? detail : detail.value;
      };
    },
  });
}
