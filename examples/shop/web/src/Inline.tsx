/** Parts of a line: a sentence with code, and a served value in the colour of its variation. */
import type { Json } from "./explanation";

/** A sentence whose text between backticks is code. */
export function Prose({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other identity
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}

/** The colour of a variation: false and the first are quiet, the others have distinct colours. */
export function tone(value: Json, index: number | null): string {
  if (index === null) return "tone-none";
  if (value === true) return "tone-1";
  if (value === false) return "tone-0";
  return `tone-${index % 4}`;
}

/** A served value, in the colour of its variation. */
export function ValueChip({ value, index }: { readonly value: Json; readonly index: number | null }) {
  const text = index === null ? "default" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <span className={`chip ${tone(value, index)}`} title={index === null ? "the caller’s default" : text}>
      {text}
    </span>
  );
}
