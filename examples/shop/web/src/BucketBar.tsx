import type { JsonObject, RolloutTrace } from "./explanation";
import { flagOf, listOf, variationOf } from "./flag-document";
import { tone } from "./tone";
import { count, percent } from "./why";

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
