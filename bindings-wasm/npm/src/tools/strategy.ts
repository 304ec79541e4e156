/** Strategies: flags turned on and off over a document for tests, previews and releases. */

import { type ContextLike, passContext } from "../binding/context.js";
import { argumentErrors, ErrorKind, InputError } from "../binding/errors.js";
import type { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import { type Held, handlesOf } from "../binding/handles.js";
import { encodeStrictly } from "../binding/json-encoding.js";
import { limits } from "../generated/constants.js";
import * as tools from "../generated/tools-glue.js";
import { during } from "./failures.js";

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

/** An invalid strategy for a document: `not-a-strategy`, `unknown-strategy` or `unknown-flag`. */
export class StrategyError extends InputError {
  /** `StrategyError`. */
  override readonly name = "StrategyError";
}

const strategyErrors = new ErrorKind(
  (failure, options) => new StrategyError(failure, options),
  "not-a-strategy",
);

/** Returns the document under a strategy. */
export function withStrategy(
  flags: Held,
  strategy: StrategyName | Strategy,
  options: StrategyOptions | undefined,
): Flags {
  const isName = typeof strategy !== "object" || strategy === null;
  const given = options === undefined ? strategy : { ...(isName ? { strategy } : strategy), ...options };
  const written = encodeStrictly(given ?? null, limits.documentBytes, strategyErrors);
  return flagsOf.made(strategyErrors.handle(tools.withStrategy(flags.handle, written)));
}

/** Returns the strategy that a document chooses for a context. */
export function strategyFor(flags: Held, system: System, context: ContextLike): Strategy | undefined {
  const { held, text } = passContext(context);
  const [document = 0, parsed] = handlesOf(flags, ...held);
  const chosen = during(argumentErrors, () => tools.strategyFor(document, system, text, parsed));
  return chosen === undefined ? undefined : (JSON.parse(chosen) as Strategy);
}
