/** The longest delay of a timer, in milliseconds: a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Limits the delay of a timer to the longest possible one. */
export function timerDelay(ms: number): number {
  return Math.min(ms, LONGEST);
}
