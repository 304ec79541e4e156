/** Answers, as the core gives them: an integer code per answer of a flag, each decoded once per document. */

import { type EvaluationDetail, type EvaluationReason, LazyDetail } from "./detail.js";
import { argumentErrors, FAILED } from "./errors.js";
import { isWellFormed } from "./host-json.js";
import { JsonText, type JsonValue } from "./json.js";
import type { PlainPart } from "./plain-part.js";

/** The handle of a key that no flag has. */
export const NO_FLAG = 0xffff_ffff;
/** The code of an answer that does not fit into one. */
const UNCODED = 0xffff_ffff;

/** Who can be asked about a document's flags. */
export interface Source {
  /** The handle of a well-formed key. */
  find(key: string): number;
  /** Describes the answer that the core has just given, in three lines: variation index, reason and value. */
  describe(): string | undefined;
}

/** A decoded answer. */
export class Answer {
  /** Undefined where the default is served. */
  readonly #value: JsonText | JsonValue | undefined;
  readonly #variationIndex: number | null;
  readonly #reason: EvaluationReason;

  /** Takes the three lines that describe it; the first and the last are empty where the default is served. */
  constructor(description: string) {
    // Canonical JSON has no line breaks.
    const [index = "", reason = "", value = ""] = description.split("\n");
    this.#variationIndex = index === "" ? null : Number(index);
    this.#reason = JSON.parse(reason) as EvaluationReason;
    this.#value = value === "" ? undefined : decode(value);
  }

  value<T>(defaultValue: T): JsonValue | T {
    const value = this.#value;
    if (value === undefined) return defaultValue;
    return value instanceof JsonText ? value.copy() : value;
  }

  detail<T>(defaultValue: T): EvaluationDetail<JsonValue | T> {
    const value = this.#value;
    const reason = { ...this.#reason };
    if (value instanceof JsonText) return new LazyDetail(value, this.#variationIndex, reason);
    return {
      value: value === undefined ? defaultValue : value,
      variationIndex: this.#variationIndex,
      reason,
    };
  }
}

function decode(text: string): JsonText | JsonValue {
  return text.startsWith("{") || text.startsWith("[") ? new JsonText(text) : (JSON.parse(text) as JsonValue);
}

/** A flag as it was looked up, with its answers as they were decoded. */
export class FlagEntry {
  readonly #answers = new Map<number, Answer>();
  /** What of a plain object its answers depend on, once that was asked for. */
  part: PlainPart | undefined;

  constructor(readonly handle: number) {}

  answer(code: number, source: Source): Answer {
    return this.#answers.get(code) ?? this.#decode(code, source);
  }

  #decode(code: number, source: Source): Answer {
    const answer = new Answer(argumentErrors.text(source.describe()));
    if (code !== UNCODED) this.#answers.set(code, answer);
    return answer;
  }
}

/** The flags of one document that were asked for. */
export class FlagEntries {
  readonly #entries = new Map<string, FlagEntry>();
  /** Whatever key is unknown: the answers say nothing of it. */
  readonly #unknown = new FlagEntry(NO_FLAG);

  get(key: string, source: Source): FlagEntry {
    return this.#entries.get(key) ?? this.#find(key, source);
  }

  #find(key: unknown, source: Source): FlagEntry {
    // Text that crosses has its lone surrogates replaced, and might then be the key of another flag.
    if (typeof key !== "string" || !isWellFormed(key)) return this.#unknown;
    const handle = source.find(key);
    if (handle === FAILED) throw argumentErrors.last();
    // Unknown keys are not kept: there is no end to them.
    if (handle === NO_FLAG) return this.#unknown;
    const entry = new FlagEntry(handle);
    this.#entries.set(key, entry);
    return entry;
  }
}
