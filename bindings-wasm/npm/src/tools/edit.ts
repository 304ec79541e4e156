/** Edits of a document's text, flags carried into it from another document, and conversions from other tools. */

import { requireTools } from "../binding/engine.js";
import { documentErrors } from "../binding/errors.js";
import { Flags } from "../binding/flags.js";
import type { JsonValue } from "../binding/json.js";
import { encodeStrictly, jsonBytes } from "../binding/json-encoding.js";
import { limits } from "../generated/constants.js";
import * as tools from "../generated/tools-glue.js";
import { type DocumentLike, during, withDocument } from "./documents.js";

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

/** The options of {@link promote}. */
export interface PromoteOptions extends EditOptions {
  /** The keys of the flags to carry; by default all. */
  readonly features?: readonly string[] | undefined;
  /** Carries percentages too: fallthroughs, rollouts of rules, and plans. */
  readonly withRollout?: boolean | undefined;
  /** Carries individual targets too. */
  readonly withTargets?: boolean | undefined;
  /** Carries whether flags are on too. */
  readonly withOn?: boolean | undefined;
}

/** The text of a document after flags of another one are carried into it. */
export interface Promotion {
  /** No byte differs beside the carried members. */
  readonly text: string;
  /** Parts that were not carried, or that need a decision, in the order of the keys. */
  readonly notes: readonly ConversionNote[];
}

/**
 * Returns the text of a document after flags of another one, the source, are carried into it. A flag that the document
 * lacks is added switched off. A flag that it has gets the definition of the source, such as variations, rules and
 * prerequisites; it keeps whether it is on, percentages, individual targets, the off variation, the salt and the status.
 *
 * @throws {DocumentError} if one of them is not a document, or a flag is missing, malformed or does not fit
 */
export function promote(
  source: DocumentLike,
  text: string | Uint8Array,
  options: PromoteOptions = {},
): Promotion {
  requireTools("promote");
  const document = jsonBytes(text, documentErrors);
  const { features = [], withRollout = false, withTargets = false, withOn = false } = options;
  const keys = encodeStrictly(features, limits.documentBytes, documentErrors);
  const now = Number(options.now ?? Date.now() / 1000);
  const promoted = withDocument(source, ({ handle }) =>
    during(documentErrors, () =>
      tools.promoteText(handle, document, keys, withRollout, withTargets, withOn, now),
    ),
  );
  return JSON.parse(promoted) as Promotion;
}

/** A part that was not converted or carried, or that needs something from the caller. */
export interface ConversionNote {
  /** The stable name, such as `unknown-action` or `untranslated-condition`. */
  readonly code: string;
  /** The path, such as `checkout.rules.eu.conditions[0]`. */
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
