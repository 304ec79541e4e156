/** Reports the answers that a page used, so that its back end compares them with its own. */

import type { BoundFlags } from "../binding/bound-flags.js";
import type { Context, ContextLike } from "../binding/context.js";
import type { Flags } from "../binding/flags.js";
import { jsonEqual } from "./json-equality.js";
import { type Evaluation, observe } from "./observation.js";

/** The longest header, and the most flags in it, that a back end reads. */
const MAX_LENGTH = 4096;
const MAX_FLAGS = 64;

/** The required part of a document. */
export interface HashedAnswers {
  /** The document's digest. */
  readonly digest: string;
  /** Frees its memory. */
  free(): void;
}

/** The required part of the class `Flags`. */
export interface AnswerHasher {
  /** Loads a document. */
  fromObject(document: object): HashedAnswers;
}

/** Options of a {@link ParityReporter}. */
export interface ParityOptions {
  /** The class of the entry that the page uses: `import { Flags } from "isoflag"`. */
  readonly Flags: AnswerHasher;
  /** The share of the requests that report, from 0 to 1 (default: 0.01). */
  readonly sampling?: number | undefined;
  /** Returns a number from 0 to below 1 (default: `Math.random`). */
  readonly random?: (() => number) | undefined;
}

/** The headers that {@link ParityReporter.header} returns, for `fetch`. */
export interface AnswersHeader {
  /** The document's digest, the hash of the answers, and the keys of their flags. */
  readonly "Isoflag-Answers"?: string;
}

/**
 * Records the answers of a page, and reports them with a share of its requests. `ParityCheck` of the Python package
 * evaluates the same flags and counts disagreements, of which there must be none.
 *
 * ```jsx
 * const parity = new ParityReporter({ Flags });
 * <IsoflagProvider flags={source} context={user} onEvaluation={parity.record}>…</IsoflagProvider>;
 * await fetch("/submit", { method: "POST", headers: { ...parity.header() }, body });
 * ```
 *
 * The header has keys of flags, a digest (of a projection, that of the whole document) and a hash: nothing about the context. Answers are those of the last document
 * and the last context; errors are left out, and a default counts as null.
 */
export class ParityReporter {
  readonly #answers = new Map<string, unknown>();
  readonly #options: ParityOptions;
  #digest: string | undefined;
  #context: ContextLike | undefined;

  constructor(options: ParityOptions) {
    this.#options = options;
  }

  /** Records one evaluation; pass it as `onEvaluation`. */
  readonly record = ({ key, context, detail, digest: own, pin }: Evaluation): void => {
    // A back end has the whole document of a projection. One with overrides is in no back end, and counts there as another.
    const digest = pin ?? own;
    if (digest !== this.#digest || !isSame(context, this.#context)) this.#answers.clear();
    this.#digest = digest;
    this.#context = context;
    const { value, variationIndex, reason } = detail;
    if (digest === undefined || reason?.kind === "ERROR") return;
    // A plain bootstrap's value, whose key may be a name in the page alone.
    if (variationIndex === null && !reason) return;
    this.#answers.set(key, variationIndex === null ? null : value);
  };

  /**
   * Returns the same flags with every evaluation recorded, including those of objects bound to them.
   *
   * @param digest the document's digest, for bound flags
   */
  observe<T extends Flags | BoundFlags>(flags: T, digest?: string): T {
    return observe(flags, this.record, digest);
  }

  /** Returns the header for a request; empty unless this request is one of the share, or without answers. */
  header(): AnswersHeader {
    const { Flags: hasher, sampling = 0.01, random = Math.random } = this.#options;
    if (this.#answers.size === 0 || !(random() < sampling)) return {};
    const keys = [...this.#answers.keys()];
    // Every flag has its turn if there are too many.
    const first = Math.floor(random() * keys.length);
    const answers: [string, unknown][] = [];
    const parts = [this.#digest, ""];
    let length = 2 * "sha256:".length + 2 * 64 + 1;
    for (const key of [...keys.slice(first), ...keys.slice(0, first)]) {
      const name = encodeURIComponent(key);
      if (length + 1 + name.length > MAX_LENGTH) continue;
      if (answers.length === MAX_FLAGS) break;
      length += 1 + name.length;
      parts.push(name);
      answers.push([key, this.#answers.get(key)]);
    }
    if (answers.length === 0) return {};
    const hashed = hasher.fromObject({ flags: {}, answers: Object.fromEntries(answers) });
    parts[1] = hashed.digest;
    hashed.free();
    return { "Isoflag-Answers": parts.join() };
  }
}

function isSame(one: ContextLike | undefined, other: ContextLike | undefined): boolean {
  return one === other || jsonEqual(plain(one), plain(other));
}

function plain(context: ContextLike | undefined): unknown {
  const { toObject } = (context ?? {}) as Partial<Context>;
  return typeof toObject === "function" ? toObject.call(context) : context;
}
