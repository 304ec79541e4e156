/** Translates between OpenFeature and LaunchDarkly's terms, like LaunchDarkly's own providers. */

import type {
  ErrorCode,
  EvaluationContext,
  EvaluationContextValue,
  FlagMetadata,
  JsonValue,
  ResolutionDetails,
} from "@openfeature/core";

import type { ContextObject } from "../../binding/context.js";
import type { EvaluationDetail, EvaluationReason } from "../../binding/detail.js";
import { OPENFEATURE_REASONS } from "../../generated/openfeature.js";

type Structure = { readonly [attribute: string]: EvaluationContextValue };

/**
 * Returns LaunchDarkly's context for OpenFeature's: `targetingKey`, else `key`, is the key; `kind` is the kind, `user`
 * unless it is a string; with the kind `multi` every structure is the context of a kind; `privateAttributes` is moved
 * to `_meta`. Values that cannot be contexts become contexts without a key.
 */
export function translateContext(context: EvaluationContext): ContextObject {
  const { kind } = context;
  if (kind !== "multi") {
    return { ...translateOne(context), kind: typeof kind === "string" ? kind : "user" } as ContextObject;
  }
  const kinds: [string, unknown][] = [["kind", kind]];
  for (const [name, one] of Object.entries(context)) {
    if (name === "kind" || typeof one !== "object" || one === null || Array.isArray(one)) continue;
    // A date here is a context without a key, which makes the whole invalid.
    kinds.push([name, translateOne(one as Structure)]);
  }
  return Object.fromEntries(kinds) as unknown as ContextObject;
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
        members.push([name, value]);
    }
  }
  return Object.fromEntries(members);
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

/** The members of a reason that are metadata of a resolution. */
const REASON_MEMBERS = [
  "ruleIndex",
  "ruleId",
  "prerequisiteKey",
  "inExperiment",
  "bigSegmentsStatus",
] as const;

/** An answer that is resolved, and what is known of its document. */
export interface Resolved<T> {
  readonly detail: EvaluationDetail<T>;
  readonly digest: string | undefined;
  readonly version: number | undefined;
  /** The name of the strategy that the document is under. */
  readonly strategy: string | undefined;
  /** OpenFeature's reason. */
  readonly reason: string;
}

/** Returns OpenFeature's resolution of an answer; without a document, an error. */
export function resolutionOf<T>(resolved: Resolved<T> | undefined, defaultValue: T): ResolutionDetails<T> {
  return resolved === undefined ? notReady(defaultValue) : translate(resolved, resolved.detail);
}

function translate<T>(resolved: Resolved<unknown>, detail: EvaluationDetail<T>): ResolutionDetails<T> {
  const { value, variationIndex, reason } = detail;
  const { digest, version, strategy } = resolved;
  const members = REASON_MEMBERS.map(name => [name, reason[name]] as const);
  const document = [
    ["digest", digest],
    ["version", version],
    ["strategy", strategy],
  ] as const;
  const metadata = [...members, ["variationIndex", variationIndex] as const, ...document];
  const resolution: ResolutionDetails<T> = {
    value,
    reason: detail === resolved.detail ? resolved.reason : OPENFEATURE_REASONS[reason.kind].otherwise,
    flagMetadata: Object.fromEntries(metadata.filter(([_, known]) => known != null)) as FlagMetadata,
  };
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
  resolved: Resolved<unknown> | undefined,
  defaultValue: T,
): ResolutionDetails<T> {
  if (resolved === undefined) return notReady(defaultValue);
  const { detail } = resolved;
  const { value } = detail;
  if (detail.variationIndex !== null && (typeof value !== "object" || value === null)) {
    return translate(resolved, {
      value: defaultValue,
      variationIndex: null,
      reason: { kind: "ERROR", errorKind: "WRONG_TYPE" },
    });
  }
  return translate(resolved, detail as EvaluationDetail<T>);
}

function notReady<T>(value: T): ResolutionDetails<T> {
  return {
    value,
    reason: "ERROR",
    errorCode: "PROVIDER_NOT_READY" as ErrorCode,
    errorMessage: "there is no flag document yet",
  };
}
