import type { Json } from "./explanation";

/** The colour of a variation: false and the first are quiet, the others have distinct colours. */
export function tone(value: Json, index: number | null): string {
  if (index === null) return "tone-none";
  if (value === true) return "tone-1";
  if (value === false) return "tone-0";
  return `tone-${index % 4}`;
}
