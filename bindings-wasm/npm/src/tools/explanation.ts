/** Explanations of answers, and receipts, which verify an answer elsewhere. */

import { normalisedKey } from "../binding/answers.js";
import { type ContextLike, passContext } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { argumentErrors, ErrorKind, type Failure, InputError } from "../binding/errors.js";
import { bigSegmentsText, type EvaluationOptions } from "../binding/evaluation.js";
import { type Held, handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import { jsonBytes } from "../binding/json-encoding.js";
import * as core from "../generated/glue.js";
import { explain, receipt as receiptOf, replayReceipt } from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocument } from "./documents.js";

/** Explains an answer: every step of the evaluation, in order, as the members of its JSON. */
export class Explanation {
  readonly #json: string;
  readonly #text: string;
  readonly [member: string]: JsonValue | (() => string);

  private constructor(trace: string) {
    const end = trace.indexOf("\n");
    this.#json = trace.slice(0, end);
    this.#text = trace.slice(end + 1);
    Object.assign(this, JSON.parse(this.#json));
  }

  /**
   * Parses a line of JSON and the text that follows it. @internal
   */
  static of(trace: string): Explanation {
    return new Explanation(trace);
  }

  /** The canonical JSON text, byte-for-byte identical on every host runtime. */
  toJson(): string {
    return this.#json;
  }

  /** The explanation in words, indented. */
  toString(): string {
    return this.#text;
  }
}

/** Explains the answer of a flag of bound flags. */
export function readExplanation(bound: Held, key: unknown): Explanation {
  const normalised = normalisedKey(key, candidate => core.findBoundFlag(bound.handle, candidate));
  return Explanation.of(argumentErrors.text(explain(bound.handle, normalised)));
}

/**
 * A receipt that does not match the evaluation: `not-a-receipt`, `other-rules`, `other-document`, `other-context` or
 * `other-answer`. Its `path` is the first step that differs, such as `trace.rules[2].clauses[0].match`.
 */
export class ReceiptError extends InputError {
  /** `ReceiptError`. */
  override readonly name = "ReceiptError";
  /** The value that the receipt claims there; undefined if it claims none. */
  readonly claimed: JsonValue | undefined;
  /** The value of the evaluation there; undefined if there is no value. */
  readonly found: JsonValue | undefined;

  constructor(
    failure: Failure & { readonly claimed?: string | undefined; readonly found?: string | undefined },
    options?: ErrorOptions,
  ) {
    super(failure, options);
    this.claimed = failure.claimed === undefined ? undefined : (JSON.parse(failure.claimed) as JsonValue);
    this.found = failure.found === undefined ? undefined : (JSON.parse(failure.found) as JsonValue);
  }
}

const receiptErrors = new ErrorKind(
  (failure, options) => new ReceiptError(failure, options),
  "not-a-receipt",
);

/** An answer with everything needed to verify it elsewhere: its members, and its canonical text. */
export class Receipt {
  readonly #json: string;
  readonly [member: string]: JsonValue | (() => string);

  /** @internal */
  constructor(json: string) {
    this.#json = json;
    Object.assign(this, JSON.parse(json));
  }

  /** The canonical JSON text, byte-for-byte identical on every host runtime. */
  toJson(): string {
    return this.#json;
  }

  /** The canonical JSON text. */
  toString(): string {
    return this.#json;
  }
}

/** Returns the receipt for a flag of a document. */
export function readReceipt(
  flags: Held,
  key: unknown,
  context: ContextLike,
  options: EvaluationOptions | undefined,
): Receipt {
  const bigSegments = bigSegmentsText(options);
  const { held, text } = passContext(context);
  const normalised = normalisedKey(key, candidate => core.findFlag(flags.handle, candidate));
  const [document = 0, parsed] = handlesOf(flags, ...held);
  return new Receipt(
    during(argumentErrors, () => receiptOf(document, normalised, text, parsed, bigSegments)),
  );
}

/**
 * Evaluates again with the document and the context of a receipt, and returns the receipt if the result is
 * byte-for-byte identical.
 *
 * @throws {ReceiptError} if it differs; the error names the first step that differs
 */
export function replay(
  receipt: Receipt | string | Uint8Array,
  document: DocumentLike,
  context: ContextLike,
  options?: EvaluationOptions,
): Receipt {
  requireTools("replay");
  const claim = jsonBytes(receipt instanceof Receipt ? receipt.toJson() : receipt, receiptErrors);
  const bigSegments = bigSegmentsText(options);
  const { held, text } = passContext(context);
  return withDocument(document, loaded => {
    const [handle = 0, parsed] = handlesOf(loaded, ...held);
    return new Receipt(during(receiptErrors, () => replayReceipt(claim, handle, text, parsed, bigSegments)));
  });
}
