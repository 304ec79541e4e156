/** Shows a rollout: its shares with the visitor's bucket, and a thousand visitors at their buckets. */

import { Context, type Flags } from "isoflag/tools";
import { useMemo, useRef } from "react";
import { type ContextJson, decisionOf, type JsonObject, type RolloutTrace } from "./explanation";
import { flagOf, listOf, type Rollout, variationOf } from "./flag-document";
import { Prose, tone } from "./Inline";
import { code, count, percent } from "./why";

export interface BucketBarProps {
  readonly flag: string;
  readonly document: JsonObject;
  readonly entries: RolloutTrace["entries"];
  /** The visitor's bucket, if one was computed. */
  readonly bucket: number | undefined;
}

/** The shares of a rollout from 0 to 100,000, and the position of the visitor's bucket. */
export function BucketBar({ flag, document, entries, bucket }: BucketBarProps) {
  const several = listOf(flagOf(document, flag).variations).length > 0;
  return (
    <div className={`bucket-bar${bucket === undefined ? "" : " marked"}`}>
      <div className="shares" aria-hidden="true">
        {entries.map((entry, index) => {
          const value = variationOf(document, flag, entry.variationIndex);
          return (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its place
              key={index}
              className={`share ${tone(value, entry.variationIndex)}`}
              style={{ flexGrow: entry.weight }}
              hidden={entry.weight === 0}
            >
              {several && entry.weight >= 12_000 && (
                <>
                  <b>{labelOf(value)}</b> {percent(entry.weight)}
                </>
              )}
            </span>
          );
        })}
      </div>
      {bucket !== undefined && (
        <div className="marker" style={{ left: `${bucket / 1000}%` }}>
          <span className={bucket > 50_000 ? "flip" : undefined}>bucket {count(bucket)}</span>
        </div>
      )}
    </div>
  );
}

function labelOf(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const first = Object.values(value)[0];
    return typeof first === "string" ? first : JSON.stringify(value);
  }
  return String(value);
}

const POPULATION = 1000;

interface Inhabitant {
  /** From 0 to 99,999; undefined if the rollout is not evaluated. */
  readonly bucket: number | undefined;
  readonly variation: number | null;
}

function replaced(object: JsonObject, path: readonly string[], value: string): JsonObject {
  const [name = "", ...rest] = path;
  const below = object[name];
  if (rest.length === 0) return { ...object, [name]: value };
  const nested = typeof below === "object" && below !== null ? (below as JsonObject) : {};
  return { ...object, [name]: replaced(nested, rest, value) };
}

/** Splits a reference such as `/address/city`. */
function segmentsOf(reference: string): string[] {
  if (!reference.startsWith("/")) return [reference];
  return reference
    .slice(1)
    .split("/")
    .map(part => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Returns the answer for each visitor; undefined if the context is invalid or lacks the kind that the rollout hashes.
 */
function populate(
  flags: Flags,
  key: string,
  context: ContextJson,
  rollout: Rollout,
): readonly Inhabitant[] | undefined {
  let whole: JsonObject;
  try {
    using strict = Context.fromObject(context);
    whole = strict.toObject() as JsonObject;
  } catch {
    return undefined;
  }
  const isMulti = whole.kind === "multi";
  if (isMulti ? !(rollout.contextKind in whole) : whole.kind !== rollout.contextKind) return undefined;
  const path = segmentsOf(rollout.bucketBy);
  const full = isMulti ? [rollout.contextKind, ...path] : path;
  return Array.from({ length: POPULATION }, (_, index) => {
    const { explanation } = decisionOf(
      flags.explain(key, replaced(whole, full, `visitor-${index + 1}`) as ContextJson),
    );
    return {
      bucket: explanation.trace?.rollout?.bucket,
      variation: explanation.answer.variationIndex,
    };
  });
}

const WIDTH = 1000;
const HEIGHT = 64;

export interface PopulationProps {
  readonly flags: Flags;
  readonly flag: string;
  readonly document: JsonObject;
  readonly context: ContextJson;
  readonly rollout: Rollout;
}

/** A thousand visitors at their buckets, each in the colour of the served value. */
export function Population({ flags, flag, document, context, rollout }: PopulationProps) {
  const place = JSON.stringify([rollout.path, rollout.contextKind, rollout.bucketBy]);
  const people = useMemo(
    () => populate(flags, flag, context, JSON.parse(JSON.stringify(rollout)) as Rollout),
    [flags, flag, context, rollout],
  );
  const question = JSON.stringify([flag, place, context]);
  const before = useRef<{ question: string; people: readonly Inhabitant[] }>(undefined);
  if (people && before.current?.question !== question) before.current = { question, people };
  const first = rollout.entries[0]?.variation ?? 0;
  const isEvaluated = useMemo(() => people?.some(({ bucket }) => bucket !== undefined) ?? false, [people]);
  // If the flag is off for everybody, buckets are not computed; the previous ones keep visitors in their positions.
  const buckets = useRef<{ question: string; at: (number | undefined)[] }>(undefined);
  if (isEvaluated && people) buckets.current = { question, at: people.map(({ bucket }) => bucket) };
  const known = buckets.current?.question === question ? buckets.current.at : undefined;

  if (!people) {
    return (
      <p className="note">
        <Prose
          text={`This rollout hashes a ${rollout.contextKind}’s \`${rollout.bucketBy}\`, and this visitor has no ${rollout.contextKind}.`}
        />
      </p>
    );
  }
  if (!known && flagOf(document, flag).on !== true) return null;
  if (!known) {
    return (
      <p className="note">
        No visitor like this one reaches the rollout: an earlier step decides for all of them.
      </p>
    );
  }

  const paths = new Map<number | null, string>();
  people.forEach(({ variation }, index) => {
    const bucket = known[index];
    if (bucket === undefined) return;
    const x = ((bucket / 100_000) * WIDTH).toFixed(2);
    // Spread by the golden ratio, so that neighbours do not cover each other.
    const y = (5 + ((index * 0.618034) % 1) * (HEIGHT - 10)).toFixed(1);
    paths.set(variation, `${paths.get(variation) ?? ""}M${x} ${y}h.01`);
  });
  const had = before.current?.people ?? people;
  const got = people.filter(({ variation }) => variation === first).length;
  const joined = people.filter(
    ({ variation }, index) => variation === first && had[index]?.variation !== first,
  ).length;
  const left = people.filter(
    ({ variation }, index) => variation !== first && had[index]?.variation === first,
  ).length;
  const value = code(variationOf(document, flag, first));
  return (
    <figure className="population" data-got={got} data-joined={joined} data-left={left}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${got} of ${POPULATION} visitors get ${value}`}
      >
        {[...paths].map(([variation, path]) => (
          <path
            key={variation}
            d={path}
            className={tone(variationOf(document, flag, variation), variation)}
          />
        ))}
      </svg>
      <figcaption>
        <Prose
          text={`${POPULATION} visitors like this one, each with a \`${rollout.bucketBy}\` of their own, at their buckets. `}
        />
        <strong>
          <Prose text={`${got} get ${value}`} />
        </strong>
        {joined + left > 0 ? (
          <>
            ; since you opened this, <b>{joined} joined</b> and{" "}
            <b>{left === 0 ? "none left" : `${left} left`}</b>.
          </>
        ) : (
          "."
        )}
      </figcaption>
    </figure>
  );
}
