// Times other evaluators on the cases that their models can express, with equivalent documents.
import { GrowthBook } from "@growthbook/growthbook";
import { FlagdCore } from "@openfeature/flagd-core";
import { sink } from "./blocks.mjs";

const CASES = ["fallthrough", "rules-10", "rollout"];

export async function measureOthers(flags, source, raw, record, calls) {
  if (!record.wants("eval-others")) {
    return;
  }
  const others = [flagd(source), growthbook(source)];
  for (const key of CASES) {
    const served = flags.boolVariation(key, raw, false);
    for (const { name, evaluate } of others) {
      // Another hash assigns a context to another bucket.
      if (key !== "rollout" && evaluate(key, raw) !== served) {
        throw new Error(`\`${key}\`: ${name} does not give ${served}; nothing is timed`);
      }
    }
    const ours = { name: "isoflag", evaluate: (flag, context) => flags.boolVariation(flag, context, false) };
    const subjects = [ours, ...others].map(({ name, evaluate }) => ({
      name,
      calls,
      block: () => {
        for (let call = 0; call < calls; call += 1) {
          sink.value = evaluate(key, raw);
        }
      },
    }));
    await record.timed("eval-others", key, subjects);
  }
}

/** Returns whether a model with these operators can express a flag. */
const simple = operators => item =>
  item.variations[0] === true &&
  item.targets.length === 0 &&
  item.prerequisites.length === 0 &&
  item.rules.every(rule => rule.clauses.every(clause => clause.op in operators));

const attribute = clause => ({ var: clause.attribute });
const FLAGD_OPERATORS = {
  in: clause => ({ in: [attribute(clause), clause.values] }),
  greaterThan: clause => ({ ">": [attribute(clause), clause.values[0]] }),
  semVerGreaterThan: clause => ({ sem_ver: [attribute(clause), ">", clause.values[0]] }),
  startsWith: clause => ({ or: clause.values.map(value => ({ starts_with: [attribute(clause), value] })) }),
};
const NAMES = ["true", "false"];

function served({ variation, rollout }) {
  return rollout === undefined
    ? NAMES[variation]
    : { fractional: rollout.variations.map(share => [NAMES[share.variation], share.weight / 1000]) };
}

function flagOf(item) {
  const branches = item.rules.flatMap(rule => [
    { and: rule.clauses.map(clause => FLAGD_OPERATORS[clause.op](clause)) },
    served(rule),
  ]);
  const last = served(item.fallthrough);
  const plain = branches.length === 0 && typeof last === "string";
  return {
    state: "ENABLED",
    variants: { true: true, false: false },
    defaultVariant: item.on ? (typeof last === "string" ? last : "true") : "false",
    ...(plain || !item.on ? {} : { targeting: branches.length > 0 ? { if: [...branches, last] } : last }),
  };
}

/** flagd's evaluator with equivalent flags. */
export function flagd(source) {
  const flags = Object.entries(source).filter(([, item]) => simple(FLAGD_OPERATORS)(item));
  const core = new FlagdCore();
  core.setConfigurations(
    JSON.stringify({ flags: Object.fromEntries(flags.map(([key, item]) => [key, flagOf(item)])) }),
  );
  let from;
  let context;
  return {
    name: "flagd",
    evaluate: (key, raw) => {
      if (raw !== from) {
        from = raw;
        context = { ...raw, targetingKey: raw.key };
      }
      return core.resolveBooleanEvaluation(key, false, context).value;
    },
  };
}

const GROWTHBOOK_OPERATORS = {
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
    condition: { $and: rule.clauses.map(clause => GROWTHBOOK_OPERATORS[clause.op](clause)) },
    force: rule.variation === 0,
  }));
  const shares = item.fallthrough.rollout?.variations;
  if (shares !== undefined) {
    const weights = shares.map(share => share.weight / 100_000);
    rules.push({ variations: [true, false], weights, coverage: 1, hashAttribute: "key" });
  }
  return { defaultValue: item.fallthrough.variation === 0, rules };
}

/** GrowthBook's SDK with equivalent features. */
export function growthbook(source) {
  const flags = Object.entries(source).filter(([, item]) => simple(GROWTHBOOK_OPERATORS)(item));
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
