// Calls LaunchDarkly's inner evaluator, which passes its result to a callback.

export function evaluate(evaluator, flag, context) {
  let detail;
  evaluator.evaluateCb(flag, context, result => {
    detail = result.detail;
  });
  return detail;
}

/** For flags with many clauses: the SDK then answers in a later turn of the event loop. */
export const evaluateLater = (evaluator, flag, context) =>
  new Promise(resolve => evaluator.evaluateCb(flag, context, result => resolve(result.detail)));
