// Other evaluators, on the cases that their models can express with equivalent documents.
import { sink } from "../blocks.mjs";
import { flagd } from "./flagd.mjs";
import { growthbook } from "./growthbook.mjs";

const CASES = ["fallthrough", "rules-10", "rollout"];

export function measureOthers(flags, source, raw, record, calls) {
  const others = [flagd(source), growthbook(source)];
  const bound = flags.bind(raw);
  for (const key of CASES) {
    const served = flags.boolVariation(key, raw, false);
    for (const { name, evaluate } of others) {
      // Another hash assigns a context to another bucket.
      if (key !== "rollout" && evaluate(key, raw) !== served) {
        throw new Error(`\`${key}\`: ${name} does not give ${served}; nothing is timed`);
      }
    }
    const ours = [
      { name: "isoflag", evaluate: (flag, context) => flags.boolVariation(flag, context, false) },
      { name: "isoflag bound", evaluate: flag => bound.boolVariation(flag, false) },
    ];
    const subjects = [...ours, ...others].map(({ name, evaluate }) => ({
      name,
      calls,
      block: () => {
        for (let call = 0; call < calls; call += 1) {
          sink.value = evaluate(key, raw);
        }
      },
    }));
    record.timed("others", key, subjects);
  }
  bound.free();
}

/** Whether another model can express the flag. */
export const simple = operators => item =>
  item.variations[0] === true &&
  item.targets.length === 0 &&
  item.prerequisites.length === 0 &&
  item.rules.every(rule => rule.clauses.every(clause => clause.op in operators));
