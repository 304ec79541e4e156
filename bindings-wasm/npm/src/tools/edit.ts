/** Edits of a document's text, and conversions from other tools. */

import { requireTools } from "../binding/engine.js";
import { documentErrors } from "../binding/errors.js";
import { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";
import { encodeStrictly, jsonBytes } from "../binding/json-encoding.js";
import { limits } from "../generated/constants.js";
import * as tools from "../generated/tools-glue.js";
import { during } from "./documents.js";

/** One edit of a flag. */
export type Edit = { readonly key: string } & (
  | { readonly op: "on" | "remove" }
  /** `flag` has the members of the new flag, if any; by default it is a boolean flag that is off. */
  | { readonly op: "add"; readonly flag?: { readonly [member: string]: JsonValue } | undefined }
  /** With `force`, also a flag that is a prerequisite of flags that are on. */
  | { readonly op: "off"; readonly force?: boolean | undefined }
  /** `percent` is the share of `variation`, by default of the "on" variation. */
  | { readonly op: "rollout"; readonly percent: number; readonly variation?: number | undefined }
  /** The weights sum to 100,000. */
  | {
      readonly op: "rollout";
      readonly weights: readonly { readonly variation: number; readonly weight: number }[];
    }
  /** `values` are keys of contexts of `contextKind`, by default `user`; null removes them from all lists. */
  | {
      readonly op: "target";
      readonly variation: number | null;
      readonly values: readonly string[];
      readonly contextKind?: string | undefined;
    }
);

/** The options of {@link edit}. */
export interface EditOptions {
  /** The time of the change, in seconds since 1970; by default the host runtime's clock. */
  readonly now?: number | undefined;
}

/**
 * Returns the text of a document after edits, which are applied together. No other byte changes; versions are raised,
 * and flags whose answers can differ get the time of the change.
 *
 * @throws {DocumentError} if the text is not a document, or an edit is invalid or does not fit it
 */
export function edit(text: string | Uint8Array, edits: readonly Edit[], options: EditOptions = {}): string {
  requireTools("edit");
  const document = jsonBytes(text, documentErrors);
  const written = encodeStrictly(edits, limits.documentBytes, documentErrors);
  const now = Number(options.now ?? Date.now() / 1000);
  return during(documentErrors, () => tools.editText(document, written, now));
}

/** A part that was not converted, or that needs something from the caller. */
export interface ConversionNote {
  /** The stable name, such as `unknown-action` or `untranslated-condition`. */
  readonly code: string;
  /** The path in the text, such as `checkout.rules.eu.conditions[0]`. */
  readonly path: string;
  /** The reason and its effect. */
  readonly message: string;
}

/** A converted document, and what was not converted. */
export interface Conversion {
  /** The document. */
  readonly flags: Flags;
  /** In the order of the text. */
  readonly notes: readonly ConversionNote[];
}

/**
 * Converts the feature flags of Powertools for AWS Lambda, or a feature-flag profile of AWS AppConfig, to a document.
 *
 * @throws {DocumentError} if the text is not JSON or does not have the format
 */
export function convert(
  text: string | Uint8Array,
  options: { readonly source?: "powertools" | "appconfig" | undefined } = {},
): Conversion {
  requireTools("convert");
  const given = jsonBytes(text, documentErrors);
  const source = options.source ?? "powertools";
  const converted = JSON.parse(during(documentErrors, () => tools.convertText(given, source)));
  const { document, notes } = converted as { document: string; notes: ConversionNote[] };
  return { flags: Flags.fromJson(document), notes };
}
