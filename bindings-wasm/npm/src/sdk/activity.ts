/** Counts evaluations by flag, document and variation. */

import { printable } from "../binding/printable.js";
import { type Observable, observe } from "./observation.js";

/** Replaces the digest of a document if it is unknown. */
const NO_DIGEST = "none";
/** The variation of an answer that is the caller's default. */
const DEFAULT = "default";
/** The version of the format. */
const VERSION = 1;

/** The activity of one flag in JSON. */
export interface FlagActivity {
  /**
   * The number of times each variation was served, by the document's digest, then by the variation's index or
   * `default`.
   */
  readonly counts: { readonly [digest: string]: { readonly [variation: string]: number } };
  /** The first evaluation, in milliseconds since 1970. */
  readonly first: number;
  /** The last evaluation, in milliseconds since 1970. */
  readonly last: number;
  /** The number of evaluations under each strategy, by its name; absent if there were none. */
  readonly strategies?: { readonly [strategy: string]: number };
}

/** Activity as JSON. */
export interface ActivityObject {
  /** The version of the format. */
  readonly activity: 1;
  /** The evaluated flags, by key. */
  readonly flags: { readonly [key: string]: FlagActivity };
}

/** Records answers; the React provider and the OpenFeature providers call it. */
export interface ActivityRecorder {
  /**
   * Counts one answer.
   *
   * @param key the requested flag
   * @param variationIndex the served variation, null for the default
   * @param digest the document's digest, if it is known
   * @param at the time in milliseconds since 1970 (default: now)
   * @param strategy the name of the strategy that the document was evaluated under, if any
   */
  record(
    key: string,
    variationIndex: number | null,
    digest: string | undefined,
    at?: number,
    strategy?: string,
  ): void;
}

/**
 * Options of an {@link Activity}.
 */
export interface ActivityOptions {
  /** The time in milliseconds since 1970 (default: the host's clock). */
  readonly now?: (() => number) | undefined;
}

/** The target of a page's `pagehide` events: a window. */
export type PageEvents = Pick<EventTarget, "addEventListener" | "removeEventListener">;

interface Entry {
  readonly counts: Map<string, Map<string, number>>;
  readonly strategies: Map<string, number>;
  first: number;
  last: number;
}

/**
 * Counts evaluations by flag, document and variation.
 *
 * ```js
 * const activity = new Activity();
 * const flags = activity.observe(Flags.fromJson(text));
 * activity.flushOnPageHide(json => navigator.sendBeacon("/activity", json));
 * ```
 *
 * Counts of several pages or processes are added by {@link Activity.merge}. The JSON holds keys of flags, digests,
 * indices, counts and times: nothing about a context, no value and no default.
 */
export class Activity implements ActivityRecorder {
  readonly #flags = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(options: ActivityOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  /**
   * Parses activity from its JSON.
   *
   * @throws {TypeError} if the text is not valid activity
   */
  static fromJson(text: string): Activity {
    return new Activity().merge(text);
  }

  /** Whether nothing was recorded since it was created or last taken. */
  get isEmpty(): boolean {
    return this.#flags.size === 0;
  }

  /**
   * Counts one answer. One that has no JSON form is skipped, such as a key with a lone surrogate, which no flag has.
   *
   * @param at the time in milliseconds since 1970 (default: now)
   * @param strategy the name of the strategy that the document was evaluated under, if any
   */
  record(
    key: string,
    variationIndex: number | null,
    digest: string | undefined = NO_DIGEST,
    at: number = this.#now(),
    strategy?: string,
  ): void {
    const time = Math.trunc(at);
    const isIndex = variationIndex === null || (Number.isSafeInteger(variationIndex) && variationIndex >= 0);
    if (!isWellFormed(key) || !isWellFormed(digest) || !isIndex || !Number.isSafeInteger(time)) return;
    const entry = this.#entry(key, time, time);
    add(countsOf(entry, digest), variationIndex === null ? DEFAULT : String(variationIndex), 1);
    if (strategy !== undefined) add(entry.strategies, strategy, 1);
  }

  /**
   * Returns the same flags with every evaluation counted, including those of objects bound to them.
   *
   * @param digest the document's digest, if the loaded module does not compute it, or for bound flags
   */
  observe<T extends Observable>(flags: T, digest?: string): T {
    return observe(
      flags,
      ({ key, detail, digest, strategy }) =>
        this.record(key, detail.variationIndex, digest, undefined, strategy),
      digest,
    );
  }

  /**
   * Adds the counts of another activity or its JSON, completely or not at all.
   *
   * @throws {TypeError} if it is not valid activity
   */
  merge(other: Activity | string): this {
    const text = typeof other === "string" ? other : other.toJson();
    for (const [key, { counts, first, last, strategies }] of Object.entries(parseActivity(text).flags)) {
      const entry = this.#entry(key, first, last);
      for (const [digest, variations] of Object.entries(counts)) {
        const added = countsOf(entry, digest);
        for (const [variation, count] of Object.entries(variations)) add(added, variation, count);
      }
      for (const [strategy, count] of Object.entries(strategies ?? {}))
        add(entry.strategies, strategy, count);
    }
    return this;
  }

  /** Returns the entry of a flag that was evaluated between two times. */
  #entry(key: string, first: number, last: number): Entry {
    let entry = this.#flags.get(key);
    if (entry === undefined) {
      entry = { counts: new Map(), strategies: new Map(), first, last };
      this.#flags.set(key, entry);
    }
    entry.first = Math.min(entry.first, first);
    entry.last = Math.max(entry.last, last);
    return entry;
  }

  /** Returns the canonical JSON text (RFC 8785): equal counts have identical text on every host runtime. */
  toJson(): string {
    const flags = members(this.#flags, ({ counts, strategies, first, last }) => {
      const byDigest = members(counts, variations => members(variations, String));
      const byStrategy = strategies.size === 0 ? "" : `,"strategies":${members(strategies, String)}`;
      return `{"counts":${byDigest},"first":${first},"last":${last}${byStrategy}}`;
    });
    return `{"activity":${VERSION},"flags":${flags}}`;
  }

  /** Returns the counts as an object that the caller owns. */
  toObject(): ActivityObject {
    return JSON.parse(this.toJson()) as ActivityObject;
  }

  /** Returns the counts as JSON and resets them; undefined if nothing was counted. */
  take(): string | undefined {
    if (this.isEmpty) return undefined;
    const text = this.toJson();
    this.#flags.clear();
    return text;
  }

  /**
   * Passes the counts to a callback whenever the page is hidden or unloaded. The callback must be synchronous: use
   * `navigator.sendBeacon`. If it throws or returns false, as `sendBeacon` does if the browser refuses the data, the
   * counts are kept for the next time.
   *
   * @param page the source of `pagehide` events (default: the window); on a server, without one, the callback is never
   * called
   * @returns a function that unsubscribes
   */
  flushOnPageHide(callback: (json: string) => unknown, page: PageEvents = globalThis): () => void {
    if (typeof page.addEventListener !== "function") return () => undefined;
    const flush = (): void => {
      const text = this.take();
      if (text === undefined) return;
      try {
        if (callback(text) === false) this.merge(text);
      } catch (error) {
        this.merge(text);
        throw error;
      }
    };
    page.addEventListener("pagehide", flush);
    return () => page.removeEventListener("pagehide", flush);
  }
}

function countsOf({ counts }: Entry, digest: string): Map<string, number> {
  let variations = counts.get(digest);
  if (variations === undefined) {
    variations = new Map();
    counts.set(digest, variations);
  }
  return variations;
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, Math.min((counts.get(name) ?? 0) + count, Number.MAX_SAFE_INTEGER));
}

function isWellFormed(text: unknown): text is string {
  return typeof text === "string" && !/\p{Surrogate}/u.test(text);
}

/** Writes a JSON object with its members in RFC 8785 order, the order of UTF-16 code units. */
function members<T>(map: ReadonlyMap<string, T>, write: (value: T) => string): string {
  const names = [...map.keys()].sort();
  return `{${names.map(name => `${JSON.stringify(name)}:${write(map.get(name) as T)}`).join(",")}}`;
}

function parseActivity(text: string): ActivityObject {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw new TypeError("activity: not JSON; pass the text of `toJson`", { cause });
  }
  const { activity, flags } = object(read, "activity");
  if (activity !== VERSION) {
    throw invalid(`activity: version \`${JSON.stringify(activity)}\` is unknown; expected \`${VERSION}\``);
  }
  for (const [key, flag] of Object.entries(object(flags, "flags"))) {
    const path = `flags[${JSON.stringify(key)}]`;
    if (!isWellFormed(key)) throw invalid(`\`${path}\`: a lone surrogate has no JSON form`);
    const { counts, first, last, strategies } = object(flag, path);
    if (integer(first, `${path}.first`) > integer(last, `${path}.last`)) {
      throw invalid(`\`${path}.last\`: earlier than \`first\``);
    }
    const digests = entries(counts, `${path}.counts`);
    for (const [digest, variations] of digests) {
      const at = `${path}.counts[${JSON.stringify(digest)}]`;
      if (!isWellFormed(digest)) throw invalid(`\`${at}\`: a lone surrogate has no JSON form`);
      for (const [variation, count] of entries(variations, at)) {
        const name = `${at}[${JSON.stringify(variation)}]`;
        if (!/^(default|0|[1-9][0-9]*)$/.test(variation)) {
          throw invalid(`\`${name}\`: expected a variation's index or \`default\``);
        }
        checkCount(count, name);
      }
    }
    if (strategies === undefined) continue;
    for (const [strategy, count] of entries(strategies, `${path}.strategies`)) {
      const at = `${path}.strategies[${JSON.stringify(strategy)}]`;
      if (!isWellFormed(strategy)) throw invalid(`\`${at}\`: a lone surrogate has no JSON form`);
      checkCount(count, at);
    }
  }
  return read as ActivityObject;
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(`\`${path}\`: expected an object`);
}

/** Returns the members of an object that must not be empty: each count is at least one. */
function entries(value: unknown, path: string): [string, unknown][] {
  const found = Object.entries(object(value, path));
  if (found.length === 0) throw invalid(`\`${path}\`: expected at least one member`);
  return found;
}

function checkCount(count: unknown, path: string): void {
  if (integer(count, path) < 1) throw invalid(`\`${path}\`: expected a count of 1 or more`);
}

function integer(value: unknown, path: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw invalid(`\`${path}\`: expected an integer`);
}

function invalid(message: string): TypeError {
  return new TypeError(printable(message));
}
