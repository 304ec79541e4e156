/** The impact of a new document: the answers that change, and for how many contexts. */

import { type ContextLike, passContext } from "../binding/context.js";
import { argumentErrors } from "../binding/errors.js";
import { type Held, handlesOf } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as tools from "../generated/tools-glue.js";
import { Comparison } from "./diff.js";
import { type DocumentLike, during, withDocument } from "./documents.js";

/** Options of {@link Flags.impact}. */
export interface ImpactOptions {
  /** The attributes to group contexts by, such as `country`, `/address/city` or `org.plan`. */
  readonly by?: readonly string[] | undefined;
}

/** An answer of a flag: a variation with its value, or why the caller's default is served instead. */
export type ImpactAnswer =
  | {
      /** The index of the served variation. */
      readonly variation: number;
      /** The served value; absent if its JSON is longer than 256 bytes. */
      readonly value?: JsonValue;
    }
  | {
      /** No variation is served. */
      readonly variation: null;
      /** The reason, for which the default is served. */
      readonly instead: "default" | "error" | "missing";
    };

/** The contexts with one answer before and one after. */
export interface ImpactMove {
  /** The answer before. */
  readonly from: ImpactAnswer;
  /** The answer after. */
  readonly to: ImpactAnswer;
  /** Whether the value differs. */
  readonly changed: boolean;
  /** The number of contexts. */
  readonly count: number;
  /** The share of the valid contexts, from 0 to 1. */
  readonly share: number;
  /** Up to five of their keys, without private ones. */
  readonly sample: readonly string[];
}

/** A change that follows from the documents, of the contexts that reach a part of the flag. */
export interface ForeseenChange {
  /** The part that decided: `off`, `targets`, `rules[0]`, `fallthrough`. */
  readonly from: string;
  /** The part that decides now. */
  readonly to: string;
  /** Whether all contexts reach it, for certain. */
  readonly everyone: boolean;
  /** Whether the shares are exact; otherwise they depend on attributes. */
  readonly exact: boolean;
  /** Why the shares depend on attributes. */
  readonly because?: string;
  /** The exact share that changes. */
  readonly share?: number;
  /** The kind whose keys the share counts, if buckets decide. */
  readonly keysOf?: string;
  /** The answers of contexts without this kind, which the share does not count, if their value differs. */
  readonly withoutKind?: Pick<ImpactMove, "from" | "to">;
  /** The exact share of each pair of answers. */
  readonly moves?: readonly Omit<ImpactMove, "count" | "sample">[];
}

/** The contexts with one value of an attribute; `absent`, `private` and `other` ones are a group each. */
export interface ImpactGroup {
  /** The value of the attribute. */
  readonly value?: JsonValue;
  /** The contexts lack the attribute. */
  readonly absent?: true;
  /** The contexts mark the attribute private. */
  readonly private?: true;
  /** Values beyond the first hundred, and long ones. */
  readonly other?: true;
  /** The number of contexts. */
  readonly contexts: number;
  /** The number of contexts whose value changes. */
  readonly changed: number;
  /** The share of this group that changes. */
  readonly share: number;
  /** The pairs of answers. */
  readonly moves: readonly Pick<ImpactMove, "from" | "to" | "count">[];
}

/** The impact on one flag. */
export interface FlagImpact {
  /** The key of the flag. */
  readonly key: string;
  /** The number of contexts whose value changes. */
  readonly changed: number;
  /** Their share of the valid contexts. */
  readonly share: number;
  /** The number of contexts whose answer needs big segments, which are unknown here. */
  readonly withoutBigSegments: number;
  /** The changes that follow from the documents; none if only reasons can change. */
  readonly foreseen: readonly ForeseenChange[];
  /** Each pair of answers that was counted. */
  readonly moves: readonly ImpactMove[];
  /** The groups by each attribute, the largest first. */
  readonly groups: readonly ImpactGrouping[];
}

/** The contexts, grouped by an attribute. */
export interface ImpactGrouping {
  /** The attribute. */
  readonly by: string;
  /** The groups, the largest first. */
  readonly groups: readonly ImpactGroup[];
}

/** The answers that change between two documents. */
export class Impact extends Comparison {
  /** The number of valid contexts. */
  declare readonly contexts: number;
  /** The number of invalid contexts. */
  declare readonly invalid: number;
  /** The number of contexts for which the value of any flag changes. */
  declare readonly changed: number;
  /** Their share of the valid contexts. */
  declare readonly share: number;
  /** The attributes that contexts were grouped by. */
  declare readonly by: readonly string[];
  /** The flags whose answers can change. */
  declare readonly flags: readonly FlagImpact[];
}

/** Returns attributes as the core reads them. The letters of a text are not attributes. */
function attributes(by: unknown = []): string[] {
  if (typeof by === "string") {
    throw argumentErrors.at("by", "expected a list of attributes, found a string; put it into a list");
  }
  return Array.from(by as Iterable<unknown>, String);
}

/** Returns the impact of a new document. */
export function impact(
  flags: Held,
  next: DocumentLike,
  contexts: Iterable<ContextLike> = [],
  options: ImpactOptions = {},
): Impact {
  const by = JSON.stringify(attributes(options.by));
  const counter = withDocument(next, loaded => {
    const [before = 0, after = 0] = handlesOf(flags, loaded);
    return during(argumentErrors, () => tools.startImpact(before, after, by));
  });
  try {
    for (const context of contexts) {
      const { held, text } = passContext(context);
      const [parsed] = handlesOf(...held);
      during(argumentErrors, () => tools.countImpact(counter, text, parsed));
    }
    const forms = argumentErrors.text(tools.impactForms(counter));
    return new Impact(...(JSON.parse(forms) as [object, string, string]));
  } finally {
    tools.freeImpact(counter);
  }
}
