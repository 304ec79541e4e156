// Evaluates with both and compares the results, before either is timed.

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

/** Evaluates with LaunchDarkly's inner evaluator, which passes its result to a callback. */
export function evaluate(evaluator, flag, context) {
  let detail;
  evaluator.evaluateCb(flag, context, result => {
    detail = result.detail;
  });
  return detail;
}

/** As `evaluate`, for flags that the SDK evaluates in a later turn because they have many clauses. */
export const evaluateLater = (evaluator, flag, context) =>
  new Promise(resolve => evaluator.evaluateCb(flag, context, result => resolve(result.detail)));
