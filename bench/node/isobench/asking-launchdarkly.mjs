// Questions to LaunchDarkly's inner evaluator, which hands its result to a function.

export function evaluate(evaluator, flag, context) {
  let detail;
  evaluator.evaluateCb(flag, context, result => {
    detail = result.detail;
  });
  return detail;
}

/** Where the SDK looks at many clauses, it answers in a later turn. */
export const evaluateLater = (evaluator, flag, context) =>
  new Promise(resolve => evaluator.evaluateCb(flag, context, result => resolve(result.detail)));
