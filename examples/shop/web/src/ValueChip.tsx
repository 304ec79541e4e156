import type { Json } from "./explanation";
import { tone } from "./tone";

/** A served value, in the colour of its variation. */
export function ValueChip({ value, index }: { readonly value: Json; readonly index: number | null }) {
  const text = index === null ? "default" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <span className={`chip ${tone(value, index)}`} title={index === null ? "the caller's default" : text}>
      {text}
    </span>
  );
}
