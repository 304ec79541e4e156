// The comparison of results before they are timed, and the timed loops. Each loop writes what it reads to `sink`, so that no engine optimizes the read away.

export const sink = { value: undefined, index: undefined, reason: undefined };

export const valueAndIndex = (key, options) => all => {
  for (const bound of all) {
    const detail = bound.variationDetail(key, null, options);
    sink.value = detail.value;
    sink.index = detail.variationIndex;
  }
};

export const indexOnly = key => all => {
  for (const bound of all) {
    sink.index = bound.variationDetail(key, null).variationIndex;
  }
};

export const allThree = key => all => {
  for (const bound of all) {
    const detail = bound.variationDetail(key, null);
    sink.value = detail.value;
    sink.index = detail.variationIndex;
    sink.reason = detail.reason;
  }
};

/** LaunchDarkly's inner evaluator, which passes its result to a callback. */
export const launchdarkly = (evaluator, flag) => all => {
  const keep = result => {
    sink.value = result.detail.value;
    sink.index = result.detail.variationIndex;
  };
  for (const context of all) {
    evaluator.evaluateCb(flag, context, keep);
  }
};

export const launchdarklyWithReason = (evaluator, flag) => all => {
  const keep = result => {
    sink.value = result.detail.value;
    sink.index = result.detail.variationIndex;
    sink.reason = result.detail.reason;
  };
  for (const context of all) {
    evaluator.evaluateCb(flag, context, keep);
  }
};

/** As `launchdarkly`, for flags that the SDK evaluates in a later turn. */
export const launchdarklyLater = (evaluator, flag) => async all => {
  for (const context of all) {
    await new Promise(resolve => {
      evaluator.evaluateCb(flag, context, result => {
        sink.value = result.detail.value;
        sink.index = result.detail.variationIndex;
        resolve();
      });
    });
  }
};

export const times = (count, make) => Array.from({ length: count }, make);

export function free(all) {
  for (const bound of all) {
    bound.free();
  }
}

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
