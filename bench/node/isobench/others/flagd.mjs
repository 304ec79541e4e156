// flagd's evaluator with equivalent flags.
import { FlagdCore } from "@openfeature/flagd-core";
import { simple } from "./index.mjs";

const of = clause => ({ var: clause.attribute });
const operators = {
  in: clause => ({ in: [of(clause), clause.values] }),
  greaterThan: clause => ({ ">": [of(clause), clause.values[0]] }),
  semVerGreaterThan: clause => ({ sem_ver: [of(clause), ">", clause.values[0]] }),
  startsWith: clause => ({ or: clause.values.map(value => ({ starts_with: [of(clause), value] })) }),
};
const names = ["true", "false"];

function served({ variation, rollout }) {
  return rollout === undefined
    ? names[variation]
    : { fractional: rollout.variations.map(share => [names[share.variation], share.weight / 1000]) };
}

function flagOf(item) {
  const branches = item.rules.flatMap(rule => [
    { and: rule.clauses.map(clause => operators[clause.op](clause)) },
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

export function flagd(source) {
  const flags = Object.entries(source).filter(([, item]) => simple(operators)(item));
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
