/** The smallest change of a context's attributes after which a flag serves a variation. */

import { normalisedKey } from "../binding/answers.js";
import { type ContextLike, type ContextObject, passContext } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { argumentErrors } from "../binding/errors.js";
import { bigSegmentsText, type EvaluationOptions } from "../binding/evaluation.js";
import { handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as core from "../generated/glue.js";
import { suggestChanges } from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocument } from "./documents.js";

/** One changed attribute. A kind that is added or removed is a change of its key. */
export interface AttributeChange {
  /** The kind of the context that has the attribute. */
  readonly kind: string;
  /** The attribute, such as `country` or `/address/city`. */
  readonly attribute: string;
  /** The value before; without it, the context lacks the attribute. */
  readonly before?: JsonValue;
  /** The value after; without it, the attribute is removed. */
  readonly after?: JsonValue;
}

/** The result of {@link suggest}. */
export type Suggestion =
  | {
      /** The context gets the variation with these changes; the list is empty if it gets it already. */
      readonly status: "found";
      /** The changes, sorted by kind and attribute. */
      readonly changes: readonly AttributeChange[];
      /** The context with the changes. */
      readonly context: ContextObject;
    }
  | {
      /** `unreachable`: no context gets the variation. `not-found`: the search found none; there may be one. */
      readonly status: "unreachable" | "not-found";
    };

/**
 * Returns the smallest change of the context's attributes that a search finds, after which the flag serves the
 * variation with this index. The suggested context has been evaluated.
 *
 * @throws {Error} if the context is invalid, or the flag or its variation is missing
 */
export function suggest(
  document: DocumentLike,
  key: string,
  context: ContextLike,
  variation: number,
  options?: EvaluationOptions,
): Suggestion {
  requireTools("suggest");
  if (!Number.isInteger(variation) || variation < 0 || variation > 0xffff_ffff) {
    throw argumentErrors.at("variation", "expected the index of a variation");
  }
  const bigSegments = bigSegmentsText(options);
  const { held, text } = passContext(context);
  return withDocument(document, loaded => {
    const normalised = normalisedKey(key, candidate => core.findFlag(loaded.handle, candidate));
    const [handle = 0, parsed] = handlesOf(loaded, ...held);
    const found = during(argumentErrors, () =>
      suggestChanges(handle, normalised, text, parsed, variation, bigSegments),
    );
    return JSON.parse(found) as Suggestion;
  });
}
