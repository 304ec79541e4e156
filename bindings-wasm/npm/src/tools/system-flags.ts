/** A document as a system evaluates it: each context gets the answers under its strategy. */

import { normalisedKey } from "../binding/answers.js";
import { bigSegmentsText, type EvaluationOptions } from "../binding/big-segments.js";
import { type ContextLike, passContext } from "../binding/context.js";
import { requireTools } from "../binding/engine.js";
import { argumentErrors } from "../binding/errors.js";
import { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import { disown, disposeByFreeing, Held, handlesOf, owned } from "../binding/handles.js";
import * as core from "../generated/glue.js";
import * as tools from "../generated/tools-glue.js";
import { during } from "./failures.js";
import { Receipt } from "./receipt.js";
import type { Strategy, System } from "./strategy.js";

/** A document under the strategy of a context. */
export interface UnderStrategy {
  /** The document to evaluate. It belongs to the {@link SystemFlags}: do not free it. */
  readonly flags: Flags;
  /** The strategy; undefined if none is chosen. */
  readonly strategy: Strategy | undefined;
}

/** The methods of `Flags` that evaluate, with the positions of their context and of their options. */
const EVALUATING = {
  allFlagsState: [0, 1],
  bind: [0, 1],
  boolVariation: [1, 3],
  boolVariationDetail: [1, 3],
  consistency: [1, 5],
  explain: [1, 2],
  jsonVariation: [1, 3],
  jsonVariationDetail: [1, 3],
  numberVariation: [1, 3],
  numberVariationDetail: [1, 3],
  stringVariation: [1, 3],
  stringVariationDetail: [1, 3],
  variation: [1, 3],
  variationDetail: [1, 3],
} as const;

/** An object of the core, which is empty if the document has no strategies for the system. */
const NOTHING = 0;

/**
 * A document that is evaluated under the strategy that a system chooses for each context by `meta.strategies`. The
 * document under a strategy is made on first use, once for equal strategies. Without strategies the document itself is
 * evaluated.
 *
 * ```js
 * const flags = new SystemFlags(Flags.fromJson(text), "production");
 * flags.boolVariation("new-checkout", { kind: "user", key: "grace", email: "grace@shop.example" }, false);
 * ```
 */
export class SystemFlags {
  /** The document without a strategy. */
  readonly flags: Flags;
  /** The system. */
  readonly system: System;
  /** The invalid parts of `meta.strategies` that concern the system, which are ignored. */
  readonly problems: readonly string[];
  /** Undefined if there are no strategies to choose from. */
  readonly #held: Held | undefined;
  /** The documents under the strategies that were chosen so far, by index. */
  readonly #under = new Map<number, UnderStrategy>();
  /** Called by `using`. */
  declare [Symbol.dispose]: () => void;
  /** See `Flags.allFlagsState`. */
  declare allFlagsState: Flags["allFlagsState"];
  /** See `Flags.bind`. */
  declare bind: Flags["bind"];
  /** See `Flags.boolVariation`. */
  declare boolVariation: Flags["boolVariation"];
  /** See `Flags.boolVariationDetail`. */
  declare boolVariationDetail: Flags["boolVariationDetail"];
  /** See `Flags.consistency`. */
  declare consistency: Flags["consistency"];
  /** See `Flags.explain`. */
  declare explain: Flags["explain"];
  /** See `Flags.jsonVariation`. */
  declare jsonVariation: Flags["jsonVariation"];
  /** See `Flags.jsonVariationDetail`. */
  declare jsonVariationDetail: Flags["jsonVariationDetail"];
  /** See `Flags.numberVariation`. */
  declare numberVariation: Flags["numberVariation"];
  /** See `Flags.numberVariationDetail`. */
  declare numberVariationDetail: Flags["numberVariationDetail"];
  /** See `Flags.stringVariation`. */
  declare stringVariation: Flags["stringVariation"];
  /** See `Flags.stringVariationDetail`. */
  declare stringVariationDetail: Flags["stringVariationDetail"];
  /** See `Flags.variation`. */
  declare variation: Flags["variation"];
  /** See `Flags.variationDetail`. */
  declare variationDetail: Flags["variationDetail"];

  static {
    disposeByFreeing(SystemFlags.prototype);
    for (const [name, [context, options]] of Object.entries(EVALUATING)) {
      Object.defineProperty(SystemFlags.prototype, name, {
        configurable: true,
        writable: true,
        value(this: SystemFlags, ...parameters: unknown[]): unknown {
          const { flags } = this.under(
            parameters[context] as ContextLike,
            parameters[options] as EvaluationOptions | undefined,
          );
          type Method = (...parameters: unknown[]) => unknown;
          return (flags[name as keyof typeof EVALUATING] as Method)(...parameters);
        },
      });
    }
  }

  /**
   * @param flags the document, which has to be kept until this object is freed
   * @throws {Error} if there is no such system
   */
  constructor(flags: Flags, system: System) {
    requireTools("SystemFlags");
    const document = flagsOf.held(flags);
    if (document === undefined) throw new TypeError("`flags` must be `Flags`");
    this.flags = flags;
    this.system = system;
    const make = (handle = NOTHING): number =>
      during(argumentErrors, () => tools.systemFlags(handle, system)) ?? NOTHING;
    const free = (handle: number): void => {
      if (handle !== NOTHING) tools.freeSystemFlags(handle);
    };
    const held = new Held([document], make, free);
    this.#held = held.handle === NOTHING ? undefined : owned(this, held);
    this.problems =
      this.#held === undefined
        ? []
        : (JSON.parse(during(argumentErrors, () => tools.strategyProblems(held.handle))) as string[]);
  }

  /** The digest of the document without a strategy. */
  get digest(): string {
    return this.flags.digest;
  }

  /** Returns the document under the strategy that the system chooses for a context. */
  under(context: ContextLike, options?: EvaluationOptions): UnderStrategy {
    const index = this.#choose(context, options);
    if (index === undefined) return { flags: this.flags, strategy: undefined };
    let under = this.#under.get(index);
    if (under === undefined) {
      under = this.#make(index);
      this.#under.set(index, under);
    }
    return under;
  }

  #choose(context: ContextLike, options: EvaluationOptions | undefined): number | undefined {
    const system = this.#held;
    if (system === undefined) return undefined;
    const bigSegments = bigSegmentsText(options);
    const { held, text } = passContext(context);
    const [handle = NOTHING, parsed] = handlesOf(system, ...held);
    return during(argumentErrors, () => tools.chooseStrategy(handle, text, parsed, bigSegments));
  }

  #make(index: number): UnderStrategy {
    const handle = (): number => (this.#held as Held).handle;
    const strategy = during(argumentErrors, () => tools.chosenStrategy(handle(), index));
    const flags = flagsOf.made(during(argumentErrors, () => tools.underStrategy(handle(), index)));
    return { flags, strategy: JSON.parse(strategy as string) as Strategy };
  }

  /** The strategy that the system chooses for a context, if it chooses one. */
  strategyFor(context: ContextLike, options?: EvaluationOptions): Strategy | undefined {
    return this.under(context, options).strategy;
  }

  /**
   * Returns the flag's answer with everything needed to verify it with {@link replay}: the digest of the document without
   * a strategy, and the strategy.
   */
  receipt(key: string, context: ContextLike, options?: EvaluationOptions): Receipt {
    const system = this.#held;
    if (system === undefined) return this.flags.receipt(key, context, options);
    const bigSegments = bigSegmentsText(options);
    const { held, text } = passContext(context);
    const document = flagsOf.held(this.flags) as Held;
    const normalised = normalisedKey(key, candidate => core.findFlag(document.handle, candidate));
    const [handle = NOTHING, parsed] = handlesOf(system, ...held);
    return new Receipt(
      during(argumentErrors, () => tools.systemReceipt(handle, normalised, text, parsed, bigSegments)),
    );
  }

  /** Frees the documents under strategies. The document itself is not freed. */
  free(): void {
    for (const { flags } of this.#under.values()) flags.free();
    this.#under.clear();
    if (this.#held !== undefined) disown(this, this.#held);
  }
}

/** Adds the method to the class of documents. */
export function addSystems(): void {
  Object.assign(Flags.prototype, {
    forSystem(this: Flags, system: System): SystemFlags {
      return new SystemFlags(this, system);
    },
  });
}
