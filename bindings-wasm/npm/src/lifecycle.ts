/** Strategies, checks and differences between documents. */

import { type ContextLike, contextHeld } from "./context.js";
import { requireTools } from "./engine.js";
import { argumentErrors, ErrorKind, type Failure } from "./errors.js";
import type { Diagnostic } from "./flags.js";
import { limits } from "./generated/constants.js";
import * as tools from "./generated/tools-glue.js";
import { encodeLeniently, encodeStrictly } from "./host-json.js";
import type { JsonValue } from "./json.js";
import { type DocumentLike, handlesOf, lend, lendAll } from "./lending.js";
import type { Held } from "./ownership.js";

/** The development and the production system each choose a strategy. */
export type System = "development" | "production";

/** What turns flags on and off over a document. */
export type StrategyName =
  | "Flush Out"
  | "Production State"
  | "Next Release"
  | "Custom"
  | "Beta"
  | "Production"
  | "Custom Production";

/** What a strategy is told beside the document, by keys of flags. */
export interface StrategyOptions {
  /** What a custom strategy turns on. */
  readonly on?: readonly string[] | undefined;
  /** What a custom strategy turns off. */
  readonly off?: readonly string[] | undefined;
  /** What the deployed artifact holds, for `Beta`; else the flags with `lifecycle.deployedTimestamp`. */
  readonly deployed?: readonly string[] | undefined;
}

/** A strategy with what it is told, as `meta.strategies` writes it. */
export interface Strategy extends StrategyOptions {
  /** The strategy's name. */
  readonly strategy: StrategyName;
}

/** Something that is no strategy for a document. */
export class StrategyError extends Error {
  /** Tells it from other errors, also across copies of the package. */
  override readonly name = "StrategyError";
  /** `not-a-strategy`, `unknown-strategy` or `unknown-flag`. */
  readonly code: string;
  /** The place in the strategy, such as `on[0]`; empty for the strategy itself. */
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

/** The handle of a document under a strategy. */
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

/** The strategy that a document chooses for a context. */
export function strategyFor(flags: Held, system: System, context: ContextLike): Strategy | undefined {
  const parsed = contextHeld(context);
  const host = parsed === undefined ? encodeLeniently(context) : undefined;
  const chosen = argumentErrors.during(() => tools.strategyFor(flags.handle, system, host, parsed?.handle));
  return chosen === undefined ? undefined : (JSON.parse(chosen) as Strategy);
}

/** What a check is told beside the document; what is missing is the document's own `meta.check`. */
export interface CheckOptions {
  /** What flags are to be called, such as `stakeholder.team.id`, or a regular expression in slashes. */
  readonly names?: string | undefined;
  /** Whether each flag needs an owner. */
  readonly owners?: boolean | undefined;
  /** The environment that the document is for, such as `prod`. */
  readonly environment?: string | undefined;
  /** The moment of the check, in seconds since 1970. */
  readonly now?: number | undefined;
  /** How many flags a team may have. */
  readonly maxFlagsPerTeam?: number | undefined;
  /** How many days a flag may be old. */
  readonly maxAgeDays?: number | undefined;
}

/** What there is to say about a document. */
export function check(flags: Held, options: CheckOptions | undefined): Diagnostic[] {
  const written = JSON.stringify(options ?? {});
  return JSON.parse(argumentErrors.during(() => tools.checkFlags(flags.handle, written))) as Diagnostic[];
}

/** What changed in one place, in words; what was not there is undefined. */
export interface Change {
  /** The place in the document. */
  readonly path: string;
  /** The change, for people. */
  readonly words: string;
  /** What was there. */
  readonly before?: JsonValue;
  /** What is there now. */
  readonly after?: JsonValue;
}

/** A flag or segment that changed. */
export interface ChangedItem {
  /** The key that it is filed under. */
  readonly key: string;
  /** Whether it came, went or stayed. */
  readonly change: "added" | "removed" | "changed";
  /** Of a flag, whether its answers can have changed. */
  readonly answers?: boolean;
  /** What changed in it. */
  readonly changes: readonly Change[];
}

/** What changed from one document to another. */
export class Diff {
  /** The digest of the one. */
  declare readonly from: string;
  /** The digest of the other. */
  declare readonly to: string;
  /** The keys of the flags whose answers can have changed. */
  declare readonly answers: readonly string[];
  /** The flags that changed. */
  declare readonly flags: readonly ChangedItem[];
  /** The segments that changed. */
  declare readonly segments: readonly ChangedItem[];
  /** What changed beside flags and segments. */
  declare readonly document: readonly Change[];
  readonly #text: string;
  readonly #markdown: string;

  /** @internal */
  constructor(value: object, text: string, markdown: string) {
    Object.assign(this, value);
    this.#text = text;
    this.#markdown = markdown;
  }

  /** Markdown for a pull request. */
  toMarkdown(): string {
    return this.#markdown;
  }

  /** Text for people. */
  toString(): string {
    return this.#text;
  }
}

/** What changed from one document to another. */
export function diff(flags: Held, later: DocumentLike): Diff {
  const forms = lend(later, lent => argumentErrors.during(() => tools.diffFlags(flags.handle, lent.handle)));
  return new Diff(...(JSON.parse(forms) as [object, string, string]));
}

/** What there is to say of the documents of several environments, each beside the others, by their names. */
export type EnvironmentDiagnostics = { readonly [name: string]: Diagnostic[] };

/**
 * As `Flags.check` for several environments of the same flags, by their names: also what is on outside development and not
 * in it.
 */
export function checkEnvironments(
  documents: { readonly [name: string]: DocumentLike },
  options?: Omit<CheckOptions, "environment">,
): EnvironmentDiagnostics {
  requireTools("checkEnvironments");
  const names = Object.keys(documents);
  const written = JSON.stringify(options ?? {});
  const found = lendAll(Object.values(documents), lent =>
    argumentErrors.during(() => tools.checkEnvironments(JSON.stringify(names), handlesOf(lent), written)),
  );
  const lists = JSON.parse(found) as Diagnostic[][];
  return Object.fromEntries(names.map((name, index) => [name, lists[index] ?? []]));
}

/** A flag's key as AWS AppConfig takes it; undefined where it would be too long. */
export function toAppConfigKey(key: string): string | undefined {
  requireTools("toAppConfigKey");
  return tools.toAppConfigKey(key);
}

/** The key that {@link toAppConfigKey} made this of; undefined for what it never makes. */
export function fromAppConfigKey(key: string): string | undefined {
  requireTools("fromAppConfigKey");
  return tools.fromAppConfigKey(key);
}
