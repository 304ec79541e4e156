/** Explanations of answers. */

import { normalisedKey } from "../binding/answers.js";
import { argumentErrors } from "../binding/errors.js";
import type { Held } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as core from "../generated/glue.js";
import { explain } from "../generated/tools-glue.js";

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
