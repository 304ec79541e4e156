import type { Flags } from "isoflag/tools";
import { useMemo, useRef } from "react";
import type { JsonObject } from "./explanation";
import { flagOf, type Rollout, variationOf } from "./flag-document";
import { Prose } from "./Prose";
import { type Inhabitant, POPULATION, populate } from "./population";
import { tone } from "./tone";
import { code } from "./why";

const WIDTH = 1000;
const HEIGHT = 64;

export interface PopulationProps {
  readonly flags: Flags;
  readonly flag: string;
  readonly document: JsonObject;
  readonly context: JsonObject;
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
  const hasBuckets = useMemo(() => people?.some(({ bucket }) => bucket !== undefined) ?? false, [people]);
  // If the flag is off for everybody, buckets are not computed; the previous ones keep visitors in their positions.
  const buckets = useRef<{ question: string; at: (number | undefined)[] }>(undefined);
  if (hasBuckets && people) buckets.current = { question, at: people.map(({ bucket }) => bucket) };
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
        Nobody like this visitor reaches the rollout: something before it decides for all of them.
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
