/** Formats the times of a run. */

/** Minutes and seconds: `12:40`. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
}

/** The same before or after the change: `+12:40`. */
export function moment(ms: number, changedMs: number): string {
  const seconds = Math.round((ms - changedMs) / 1000);
  return `${seconds < 0 ? "−" : "+"}${clock(Math.abs(seconds))}`;
}
