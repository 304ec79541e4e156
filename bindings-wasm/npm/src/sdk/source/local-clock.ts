/** Adds the local time of a time zone to the contexts of evaluations. Loaded by sources that have one. */

import type { BoundFlags } from "../../binding/bound-flags.js";
import { Context, type ContextLike, type ContextObject, contextHeld } from "../../binding/context.js";
import type { Flags } from "../../binding/flags.js";

const MINUTE_MS = 60_000;

/** Adds the kind `clock` to contexts, at the offset of a time zone. */
export class LocalClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const number = "numeric";
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
    });
  }

  /** The offset of the time zone at a moment, in minutes east of UTC. */
  #offset(nowMs: number): number {
    const parts = this.#format.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]);
    const { year, month, day, hour, minute, second } = Object.fromEntries(parts) as Record<string, number>;
    const local = Date.UTC(year as number, (month as number) - 1, day, hour, minute, second);
    return Math.floor((local - Math.floor(nowMs / 1000) * 1000) / MINUTE_MS);
  }

  /** Returns the attributes of the clock, which the core computes. */
  #clock(nowMs: number): unknown {
    const context = new Context("-");
    const dated = context.withClock(nowMs, this.#offset(nowMs));
    const { clock } = dated.toObject();
    context.free();
    dated.free();
    return clock;
  }

  /** Returns a context with the clock; the same one if it has a clock, or is invalid. */
  added(context: ContextLike): ContextLike {
    try {
      const object = withKind(context);
      const { kind } = object;
      if (typeof kind !== "string" || kind === "kind" || kind === "clock") return context;
      // Without another kind it is invalid.
      if (kind === "multi" && ("clock" in object || Object.keys(object).length < 2)) return context;
      const now = Date.now();
      const clock = this.#clock(now);
      // Members may have getters, which only the evaluation calls.
      const { kind: _, ...members } = Object.getOwnPropertyDescriptors(object);
      if (kind === "multi") return Object.defineProperties({ kind, clock }, members) as ContextObject;
      return { kind: "multi", clock, [kind]: Object.defineProperties({}, members) } as ContextObject;
    } catch {
      // The evaluation reports it.
      return context;
    }
  }

  /** Returns the same flags, which evaluate with the time of each evaluation. The handle is shared. */
  appliedTo(flags: Flags): Flags {
    return new Proxy(flags, {
      get: (target, name) => {
        // The class keeps its handle in a private member, which only the object itself has.
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function" || typeof name !== "string") return member;
        const index = contextIndex(name);
        return (...parameters: unknown[]): unknown => {
          if (index !== undefined) parameters[index] = this.added(parameters[index] as ContextLike);
          const result = member.apply(target, parameters) as Flags | BoundFlags;
          return name === "apply" ? this.appliedTo(result as Flags) : result;
        };
      },
    });
  }
}

/** Returns the index of the context among the parameters of a method of `Flags`; undefined if it takes none. */
function contextIndex(method: string): number | undefined {
  if (/^(bind|allFlagsState|bigSegmentKeys)$/.test(method)) return 0;
  return /ariation(Detail)?$|^(explain|consistency|receipt|strategyFor)$/.test(method) ? 1 : undefined;
}

/** Returns a context as an object with a kind, unless it is a legacy user with an empty key. */
function withKind(context: ContextLike): ContextObject {
  if (contextHeld(context) !== undefined) return (context as Context).toObject();
  const object = context as ContextObject;
  if ("kind" in object) return object;
  const parsed = Context.fromObject(object);
  const user = parsed.toObject();
  parsed.free();
  return user;
}
