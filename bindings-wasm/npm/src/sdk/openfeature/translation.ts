/** Translates between OpenFeature and LaunchDarkly's terms, like LaunchDarkly's own providers. */

import type {
  ErrorCode,
  EvaluationContext,
  EvaluationContextValue,
  JsonValue,
  ResolutionDetails,
} from "@openfeature/core";

import type { ContextObject } from "../../binding/context.js";
import type { EvaluationDetail, EvaluationReason } from "../../binding/detail.js";
import { limits } from "../../generated/constants.js";

type Structure = { readonly [attribute: string]: EvaluationContextValue };

/**
 * Returns LaunchDarkly's context for OpenFeature's: `targetingKey`, else `key`, is the key; `kind` is the kind, `user`
 * unless it is a string; with the kind `multi` every structure is the context of a kind; `privateAttributes` is moved
 * to `_meta`; dates become ISO 8601 text. Values that cannot be contexts become contexts without a key.
 */
export function translateContext(context: EvaluationContext): ContextObject {
  const { kind } = context;
  if (kind !== "multi") {
    return { ...translateOne(context), kind: typeof kind === "string" ? kind : "user" };
  }
  const kinds: [string, unknown][] = [["kind", kind]];
  for (const [name, one] of Object.entries(context)) {
    if (name === "kind" || typeof one !== "object" || one === null || Array.isArray(one)) continue;
    // A date here is a context without a key, which makes the whole invalid.
    kinds.push([name, translateOne(one as Structure)]);
  }
  return Object.fromEntries(kinds);
}

function translateOne(structure: Structure): { [attribute: string]: unknown } {
  const { targetingKey, key } = structure;
  const members: [string, unknown][] = [["key", targetingKey ?? key]];
  for (const [name, value] of Object.entries(structure)) {
    switch (name) {
      case "targetingKey":
      case "key":
      case "kind":
        break;
      case "privateAttributes":
        members.push(["_meta", { privateAttributes: value }]);
        break;
      case "name":
        if (typeof value === "string") members.push([name, value]);
        break;
      case "anonymous":
        if (typeof value === "boolean") members.push([name, value]);
        break;
      default:
        members.push([name, withDatesAsText(value, [structure], new Map())]);
    }
  }
  return Object.fromEntries(members);
}

function isStructure(value: EvaluationContextValue): value is { [key: string]: EvaluationContextValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * Cyclic values are omitted. Values nested too deep are kept, for the core to decide. A structure that occurs several
 * times is copied once.
 */
function withDatesAsText(
  value: EvaluationContextValue,
  within: readonly unknown[],
  copies: Map<object, unknown>,
): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (!isStructure(value) || within.length > limits.nesting) return value;
  if (within.includes(value)) return undefined;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const inner = [...within, value];
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withDatesAsText(member, inner, copies)]),
  );
  copies.set(value, copy);
  return copy;
}

/** OpenFeature's error codes, by LaunchDarkly's. */
const ERROR_CODES = {
  FLAG_NOT_FOUND: "FLAG_NOT_FOUND",
  MALFORMED_FLAG: "PARSE_ERROR",
  USER_NOT_SPECIFIED: "TARGETING_KEY_MISSING",
  WRONG_TYPE: "TYPE_MISMATCH",
} as const satisfies { [kind in NonNullable<EvaluationReason["errorKind"]>]: `${ErrorCode}` };

const ERROR_MESSAGES = {
  FLAG_NOT_FOUND: "the document has no flag of this key",
  MALFORMED_FLAG: "the flag is malformed; the document's diagnostics say where",
  USER_NOT_SPECIFIED: "the context has no key; set `targetingKey`",
  WRONG_TYPE: "the flag serves a value of another type",
} as const satisfies { [kind in NonNullable<EvaluationReason["errorKind"]>]: string };

/** Returns OpenFeature's resolution of an answer; without a document, an error. */
export function resolutionOf<T>(
  detail: EvaluationDetail<T> | undefined,
  defaultValue: T,
): ResolutionDetails<T> {
  return detail === undefined ? notReady(defaultValue) : translateDetail(detail);
}

function translateDetail<T>(detail: EvaluationDetail<T>): ResolutionDetails<T> {
  const { value, variationIndex, reason } = detail;
  const resolution: ResolutionDetails<T> = { value, reason: reason.kind };
  if (variationIndex !== null) resolution.variant = String(variationIndex);
  if (reason.kind === "ERROR") {
    const code = reason.errorKind === undefined ? "GENERAL" : ERROR_CODES[reason.errorKind];
    resolution.errorCode = code as ErrorCode;
    if (reason.errorKind !== undefined) resolution.errorMessage = ERROR_MESSAGES[reason.errorKind];
  }
  return resolution;
}

/** Returns the resolution of a flag requested as an object: any other value has the wrong type. */
export function resolutionOfObject<T extends JsonValue>(
  detail: EvaluationDetail<unknown> | undefined,
  defaultValue: T,
): ResolutionDetails<T> {
  if (detail === undefined) return notReady(defaultValue);
  const { value } = detail;
  if (detail.variationIndex !== null && (typeof value !== "object" || value === null)) {
    return translateDetail({
      value: defaultValue,
      variationIndex: null,
      reason: { kind: "ERROR", errorKind: "WRONG_TYPE" },
    });
  }
  return translateDetail(detail as EvaluationDetail<T>);
}

function notReady<T>(value: T): ResolutionDetails<T> {
  return {
    value,
    reason: "ERROR",
    errorCode: "PROVIDER_NOT_READY" as ErrorCode,
    errorMessage: "there is no flag document yet",
  };
}
