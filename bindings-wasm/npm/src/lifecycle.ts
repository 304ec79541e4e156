/** Strategies, checks and differences between documents. */

import { type ContextLike, contextHeld } from "./context.js";
import { requireTools } from "./engine.js";
import { argumentErrors, ErrorKind, type Failure } from "./errors.js";
import type { Diagnostic } from "./flags.js";
import { limits } from "./generated/constants.js";
import * as tools from "./generated/tools-glue.js";
import { type DocumentLike, handlesOf, withDocument, withDocuments } from "./handle-scope.js";
import { encodeLeniently, encodeStrictly } from "./host-json.js";
import type { JsonValue } from "./json.js";
import type { Held } from "./ownership.js";

/** The development and the production system each choose a strategy. */
export type System = "development" | "production";

/** The name of a strategy, which turns flags on and off over a document. */
export type StrategyName =
  | "Flush Out"
  | "Production State"
  | "Next Release"
  | "Custom"
  | "Beta"
  | "Production"
  | "Custom Production";

/** The parameters of a strategy: keys of flags. */
export interface StrategyOptions {
  /** The flags that a custom strategy turns on. */
  readonly on?: readonly string[] | undefined;
  /** The flags that a custom strategy turns off. */
  readonly off?: readonly string[] | undefined;
  /** The features in the deployed artifact, for `Beta` (default: the flags with `lifecycle.deployedTimestamp`). */
  readonly deployed?: readonly string[] | undefined;
}

/** A strategy with its parameters, as in `meta.strategies`. */
export interface Strategy extends StrategyOptions {
  /** The strategy's name. */
  readonly strategy: StrategyName;
}

/** An invalid strategy for a document. */
export class StrategyError extends Error {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "StrategyError";
  /** `not-a-strategy`, `unknown-strategy` or `unknown-flag`. */
  readonly code: string;
  /** The path in the strategy, such as `on[0]`; empty for the strategy itself. */
  readonly path: string;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.code = failure.code;
    this.path = failure.path;
  }
}

const strategyErrors = new ErrorKind(
  (failure, options) => new StrategyError(failure, options),
  "not-a-strategy",
);

/** Returns the handle of a document under a strategy. */
export function withStrategy(
  flags: Held,
  strategy: StrategyName | Strategy,
  options: StrategyOptions | undefined,
): number {
  const isName = typeof strategy !== "object" || strategy === null;
  const given = options === undefined ? strategy : { ...(isName ? { strategy } : strategy), ...options };
  const written = given === undefined ? "null" : encodeStrictly(given, limits.documentBytes, strategyErrors);
  return strategyErrors.handle(tools.withStrategy(flags.handle, written));
}

/** Returns the strategy that a document chooses for a context. */
export function strategyFor(flags: Held, system: System, context: ContextLike): Strategy | undefined {
  const parsed = contextHeld(context);
  const host = parsed === undefined ? encodeLeniently(context) : undefined;
  const chosen = argumentErrors.during(() => tools.strategyFor(flags.handle, system, host, parsed?.handle));
  return chosen === undefined ? undefined : (JSON.parse(chosen) as Strategy);
}

/** The options of a check; missing ones are taken from the document's own `meta.check`. */
export interface CheckOptions {
  /** The naming pattern, such as `stakeholder.team.id`, or a regular expression in slashes. */
  readonly names?: string | undefined;
  /** Whether each flag needs an owner. */
  readonly owners?: boolean | undefined;
  /** The environment that the document is for, such as `prod`. */
  readonly environment?: string | undefined;
  /** The moment of the check, in seconds since 1970. */
  readonly now?: number | undefined;
  /** The maximum number of flags of a team. */
  readonly maxFlagsPerTeam?: number | undefined;
  /** The maximum age of a flag in days. */
  readonly maxAgeDays?: number | undefined;
}

/** Returns all findings about a document. */
export function check(flags: Held, options: CheckOptions | undefined): Diagnostic[] {
  const written = JSON.stringify(options ?? {});
  return JSON.parse(argumentErrors.during(() => tools.checkFlags(flags.handle, written))) as Diagnostic[];
}

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

/** The differences between two documents. */
export class Diff {
  /** The digest of the first document. */
  declare readonly from: string;
  /** The digest of the second document. */
  declare readonly to: string;
  /** The keys of the flags whose answers can have changed. */
  declare readonly answers: readonly string[];
  /** The flags that changed. */
  declare readonly flags: readonly ChangedItem[];
  /** The segments that changed. */
  declare readonly segments: readonly ChangedItem[];
  /** The differences outside flags and segments. */
  declare readonly document: readonly Change[];
  readonly #text: string;
  readonly #markdown: string;

  /** @internal */
  constructor(value: object, text: string, markdown: string) {
    Object.assign(this, value);
    this.#text = text;
    this.#markdown = markdown;
  }

  /** Formats the differences as Markdown for a pull request. */
  toMarkdown(): string {
    return this.#markdown;
  }

  /** Formats the differences as text. */
  toString(): string {
    return this.#text;
  }
}

/** Returns the differences between two documents. */
export function diff(flags: Held, later: DocumentLike): Diff {
  const forms = withDocument(later, loaded =>
    argumentErrors.during(() => tools.diffFlags(flags.handle, loaded.handle)),
  );
  return new Diff(...(JSON.parse(forms) as [object, string, string]));
}

/** The findings about the documents of several environments, by their names. */
export type EnvironmentDiagnostics = { readonly [name: string]: Diagnostic[] };

/**
 * Like `Flags.check`, for several named environments of the same flags: also reports flags that are on outside
 * development but off in it.
 */
export function checkEnvironments(
  documents: { readonly [name: string]: DocumentLike },
  options?: Omit<CheckOptions, "environment">,
): EnvironmentDiagnostics {
  requireTools("checkEnvironments");
  const names = Object.keys(documents);
  const written = JSON.stringify(options ?? {});
  const found = withDocuments(Object.values(documents), loaded =>
    argumentErrors.during(() => tools.checkEnvironments(JSON.stringify(names), handlesOf(loaded), written)),
  );
  const lists = JSON.parse(found) as Diagnostic[][];
  return Object.fromEntries(names.map((name, index) => [name, lists[index] ?? []]));
}

/** Converts a flag's key to the form that AWS AppConfig accepts; undefined if it would be too long. */
export function toAppConfigKey(key: string): string | undefined {
  requireTools("toAppConfigKey");
  return tools.toAppConfigKey(key);
}

/**
 * Returns the key that {@link toAppConfigKey} converted to this one; undefined if it never produces this text.
 */
export function fromAppConfigKey(key: string): string | undefined {
  requireTools("fromAppConfigKey");
  return tools.fromAppConfigKey(key);
}
