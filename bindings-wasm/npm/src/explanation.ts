import { askedKey } from "./asked-key.js";
import { core } from "./engine.js";
import type { JsonValue } from "./json.js";

interface Trace {
  readonly json: string;
  readonly text: string;
}

/** How an answer came about: every step of the evaluation, in order, as the members of its JSON. */
export class Explanation {
  readonly #json: string;
  readonly #text: string;
  readonly [member: string]: JsonValue | (() => string);

  private constructor(trace: Trace) {
    this.#json = trace.json;
    this.#text = trace.text;
    Object.assign(this, JSON.parse(trace.json));
  }

  /** @internal */
  static of(trace: Trace): Explanation {
    return new Explanation(trace);
  }

  /** The canonical JSON text, equal to the byte on every host. */
  toJson(): string {
    return this.#json;
  }

  /** The explanation in words, indented. */
  toString(): string {
    return this.#text;
  }
}

/** Explains the answer of a flag behind a handle. */
export function readExplanation(bound: number, key: unknown): Explanation {
  const asked = askedKey(key, candidate => core.findBoundFlag(bound, candidate));
  return Explanation.of(core.explain(bound, asked) as Trace);
}
