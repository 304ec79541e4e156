/** Differences between documents. */

import { argumentErrors } from "../binding/errors.js";
import { type Held, handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as tools from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocument } from "./documents.js";

/** One difference; a missing value is undefined. */
export interface Change {
  /** The path in the document. */
  readonly path: string;
  /** The change, for people. */
  readonly words: string;
  /** The value before. */
  readonly before?: JsonValue;
  /** The value after. */
  readonly after?: JsonValue;
}

/** A flag or segment that changed. */
export interface ChangedItem {
  /** Its key in the document. */
  readonly key: string;
  /** The kind of change. */
  readonly change: "added" | "removed" | "changed";
  /** For a flag, whether its answers can have changed. */
  readonly answers?: boolean;
  /** The differences in it. */
  readonly changes: readonly Change[];
}

/** A comparison of two documents: members, text and Markdown. */
export class Comparison {
  /** The digest of the first document. */
  declare readonly from: string;
  /** The digest of the second document. */
  declare readonly to: string;
  readonly #text: string;
  readonly #markdown: string;

  /** @internal */
  constructor(value: object, text: string, markdown: string) {
    Object.assign(this, value);
    this.#text = text;
    this.#markdown = markdown;
  }

  /** Formats it as Markdown for a pull request. */
  toMarkdown(): string {
    return this.#markdown;
  }

  /** Formats it as text. */
  toString(): string {
    return this.#text;
  }
}

/** The differences between two documents. */
export class Diff extends Comparison {
  /** The keys of the flags whose answers can have changed. */
  declare readonly answers: readonly string[];
  /** The flags that changed. */
  declare readonly flags: readonly ChangedItem[];
  /** The segments that changed. */
  declare readonly segments: readonly ChangedItem[];
  /** The differences outside flags and segments. */
  declare readonly document: readonly Change[];
}

/** Returns the differences between two documents. */
export function diff(flags: Held, later: DocumentLike): Diff {
  const forms = withDocument(later, loaded =>
    during(argumentErrors, () => tools.diffFlags(...(handlesOf(flags, loaded) as [number, number]))),
  );
  return new Diff(...(JSON.parse(forms) as [object, string, string]));
}
