// Checks that both evaluators return the same answer before timing.

const sorted = (_key, value) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

export const shown = detail =>
  JSON.stringify([detail.value ?? null, detail.variationIndex ?? null, detail.reason], sorted);

export function agree(flag, ours, theirs, who = "LaunchDarkly") {
  if (shown(ours) !== shown(theirs)) {
    throw new Error(`\`${flag}\`: isoflag gives ${shown(ours)}, ${who} ${shown(theirs)}; nothing is timed`);
  }
}
