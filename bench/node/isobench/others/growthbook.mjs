// GrowthBook's SDK with equivalent features.
import { GrowthBook } from "@growthbook/growthbook";
import { simple } from "./index.mjs";

const operators = {
  in: clause => ({ [clause.attribute]: { $in: clause.values } }),
  greaterThan: clause => ({ [clause.attribute]: { $gt: clause.values[0] } }),
  semVerGreaterThan: clause => ({ [clause.attribute]: { $vgt: clause.values[0] } }),
  startsWith: clause => ({ [clause.attribute]: { $regex: `^(${clause.values.join("|")})` } }),
};

function featureOf(item) {
  if (!item.on) {
    return { defaultValue: false };
  }
  const rules = item.rules.map(rule => ({
    condition: { $and: rule.clauses.map(clause => operators[clause.op](clause)) },
    force: rule.variation === 0,
  }));
  const shares = item.fallthrough.rollout?.variations;
  if (shares !== undefined) {
    const weights = shares.map(share => share.weight / 100_000);
    rules.push({ variations: [true, false], weights, coverage: 1, hashAttribute: "key" });
  }
  return { defaultValue: item.fallthrough.variation === 0, rules };
}

export function growthbook(source) {
  const flags = Object.entries(source).filter(([, item]) => simple(operators)(item));
  const features = Object.fromEntries(flags.map(([key, item]) => [key, featureOf(item)]));
  const client = new GrowthBook({ features });
  let from;
  return {
    name: "growthbook",
    evaluate: (key, raw) => {
      if (raw !== from) {
        from = raw;
        client.setAttributes(raw);
      }
      return client.evalFeature(key).value;
    },
  };
}
