/** Reports the exposures of experiments, each once. */

import type { ContextLike } from "../binding/context.js";
import type { Evaluation } from "./observation.js";

/** The required part of the class `Context`. */
export interface ContextReader {
  /** Converts context JSON. */
  fromObject(object: never): ReadContext;
}

/** The required part of a `Context`. */
export interface ReadContext {
  /** The fully-qualified key. */
  readonly key: string;
  /** Releases the memory. */
  free(): void;
}

/** Options of {@link Exposures}. */
export interface ExposureOptions {
  /** The class of the entry that the page uses: `import { Context } from "isoflag"`. */
  readonly Context: ContextReader;
  /** Called once for each context and each variation of an experiment. */
  readonly report: (evaluation: Evaluation) => void;
  /** How many exposures are remembered; an older one is reported again (default: 10,000). */
  readonly most?: number | undefined;
}

/**
 * Passes on the first evaluation of each variation of an experiment for each context; others are left out.
 *
 * ```jsx
 * const exposures = new Exposures({ Context, report: ({ key, detail }) => analytics.track(key, detail.value) });
 * <IsoflagProvider flags={source} context={user} onEvaluation={exposures.record}>…</IsoflagProvider>;
 * ```
 */
export class Exposures {
  readonly #options: ExposureOptions;
  /** In the order in which they were seen last. */
  readonly #seen = new Set<string>();

  constructor(options: ExposureOptions) {
    this.#options = options;
  }

  /** Passes on an evaluation if it is the first of its kind; pass it as `onEvaluation`. */
  readonly record = (evaluation: Evaluation): void => {
    const { key, context, detail } = evaluation;
    if (detail.reason?.inExperiment !== true) return;
    const exposure = JSON.stringify([this.#keyOf(context), key, detail.variationIndex]);
    const isNew = !this.#seen.delete(exposure);
    this.#seen.add(exposure);
    const [oldest] = this.#seen;
    if (this.#seen.size > (this.#options.most ?? 10_000)) this.#seen.delete(oldest as string);
    if (isNew) this.#options.report(evaluation);
  };

  /** The fully-qualified key of a context. Other members may have no JSON form. */
  #keyOf(context: ContextLike | undefined): string | undefined {
    if (context === undefined) return undefined;
    if (typeof context.key === "string" && !("kind" in context)) return context.key;
    const read = this.#options.Context.fromObject(keysOf(context as Parts) as never);
    try {
      return read.key;
    } finally {
      read.free();
    }
  }
}

type Parts = Readonly<Record<string, unknown>> & { readonly kind: string };

function keysOf(context: Parts): object {
  if (context.kind !== "multi") return { kind: context.kind, key: context["key"] };
  const parts = Object.entries(context).map(([kind, part]) => [
    kind,
    kind === "kind" ? part : { key: (part as Parts)["key"] },
  ]);
  return Object.fromEntries(parts);
}
