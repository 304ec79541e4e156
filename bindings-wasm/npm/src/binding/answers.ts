/** Decodes and caches answers of the core: an integer code per answer of a flag, decoded once per document. */

import * as core from "../generated/glue.js";
import { argumentErrors, FAILED } from "./errors.js";
import { type EvaluationDetail, type EvaluationReason, LazyDetail } from "./evaluation.js";
import { JsonText, type JsonValue, type ValueOptions } from "./json.js";
import { isWellFormed } from "./json-encoding.js";
import type { PlainPart } from "./plain/contexts.js";
import { problems } from "./problems.js";

/** The handle of a key that is not in the document. */
export const NO_FLAG = 0xffff_ffff;
/** The bit of a code whose answer every valid context gets; the codes below do not have it. */
export const CONSTANT = 1 << 6;
/** The code of an answer that does not fit into one. */
const UNCODED = 0xffff_ffbf;

/** Returns the handle of a well-formed key in a document or in bound flags. */
export type Find = (key: string) => number;

/** A decoded answer. */
export class Answer {
  /** Undefined if the default is served. */
  readonly #value: JsonText | JsonValue | undefined;
  readonly #variationIndex: number | null;
  readonly reason: EvaluationReason;

  /** Takes the three lines that describe it; the first and the last are empty if the default is served. */
  constructor(description: string) {
    // Canonical JSON has no line breaks.
    const [index = "", reason = "", value = ""] = description.split("\n");
    this.#variationIndex = index === "" ? null : Number(index);
    this.reason = JSON.parse(reason) as EvaluationReason;
    this.#value = value === "" ? undefined : decode(value);
  }

  /** Returns the value, of the type that the getter promises. */
  value<T>(defaultValue: unknown, options?: ValueOptions): T {
    const value = this.#value;
    if (value === undefined) return defaultValue as T;
    return (value instanceof JsonText ? value.read(options) : value) as T;
  }

  /** Returns the value with its variation and reason. */
  detail<T>(defaultValue: unknown, options?: ValueOptions): EvaluationDetail<T> {
    const value = this.#value;
    const variationIndex = this.#variationIndex;
    const reason = { ...this.reason };
    const detail =
      value instanceof JsonText && !options?.shared
        ? new LazyDetail(value, variationIndex, reason)
        : { value: this.value(defaultValue, options), variationIndex, reason };
    return detail as EvaluationDetail<T>;
  }
}

function decode(text: string): JsonText | JsonValue {
  return text.startsWith("{") || text.startsWith("[") ? new JsonText(text) : (JSON.parse(text) as JsonValue);
}

/** A flag that was looked up, with its decoded answers. */
export class FlagEntry {
  readonly #answers = new Map<number, Answer>();
  /** The last answer and its code: often the next one too. */
  #answer: Answer | undefined;
  #code = -1;
  /** By the type of the getter: the answer that the core gives every valid context, once it has been given. */
  readonly constants: (Answer | undefined)[] = [];
  /** The dependencies of its answers in a plain object, once they were requested. */
  part: PlainPart | undefined;

  /** The answers of all flags of the document, by their descriptions: many flags have equal ones. */
  readonly #described: Map<string, Answer>;

  constructor(
    described: Map<string, Answer>,
    readonly handle: number,
    readonly key?: string,
  ) {
    this.#described = described;
  }

  /** Returns the answer of a code that the core has just returned to a getter of a type for a context. */
  answer(code: number, type: ValueType, context?: unknown): Answer {
    if (code !== this.#code) {
      this.#answer = this.#answers.get(code) ?? this.#decode(code, context);
      // An answer without a code of its own is described every time.
      this.#code = code === UNCODED ? -1 : code;
    }
    const answer = this.#answer as Answer;
    if (code & CONSTANT) this.constants[type] = answer;
    return answer;
  }

  #decode(code: number, context: unknown): Answer {
    if (code === FAILED) throw argumentErrors.last();
    const description = argumentErrors.text(core.describeAnswer());
    const answer = this.#described.get(description) ?? new Answer(description);
    problems.report?.(answer.reason.errorKind, this.key, context);
    if (code !== UNCODED) {
      this.#answers.set(code, answer);
      this.#described.set(description, answer);
    }
    return answer;
  }
}

/** The flags of one document that were evaluated. */
export class FlagEntries {
  readonly #entries = new Map<string, FlagEntry>();
  readonly #described = new Map<string, Answer>();
  /** Shared by all unknown keys: their answers are the same. */
  readonly #unknown = new FlagEntry(this.#described, NO_FLAG);

  get(key: string, find: Find): FlagEntry {
    return this.#entries.get(key) ?? this.#find(key, find);
  }

  #find(key: unknown, find: Find): FlagEntry {
    // Lone surrogates are replaced in strings passed to the module, which might produce the key of another flag.
    const handle = typeof key === "string" && isWellFormed(key) ? find(key) : NO_FLAG;
    if (handle === FAILED) throw argumentErrors.last();
    if (handle === NO_FLAG) {
      problems.report?.("FLAG_NOT_FOUND", key);
      // Unknown keys are not cached: their number is unlimited.
      return this.#unknown;
    }
    const entry = new FlagEntry(this.#described, handle, key as string);
    this.#entries.set(key as string, entry);
    return entry;
  }
}

/** The types that a typed getter expects, as the binding's Rust side numbers them. */
export const ValueType = { Any: 0, Bool: 1, Number: 2, String: 3, Json: 4 } as const;

export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** Returns the key, or a key that no flag has if the value is not a well-formed string. */
export function normalisedKey(key: unknown, find: Find): string {
  let normalised = typeof key === "string" ? key : "";
  if (typeof key !== "string" || !isWellFormed(key)) {
    do normalised += "\ufffd";
    while (find(normalised) !== NO_FLAG);
  }
  return normalised;
}
