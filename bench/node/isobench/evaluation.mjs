// Measures one flag for many bound contexts, each evaluated once.
import { agree, shown } from "./agreement.mjs";
import { evaluate } from "./evaluate-launchdarkly.mjs";
import {
  allThree,
  free,
  indexOnly,
  launchdarkly,
  launchdarklyWithReason,
  times,
  valueAndIndex,
} from "./blocks.mjs";

/**
 * @param peer LaunchDarkly's `{ evaluator, flags, contextOf }`, if available
 * @param documents isoflag's `Flags` by the name of their file
 */
export function measureEvaluation({ Context }, peer, documents, cases, record, contexts) {
  for (const { name, flag, raw, document, large } of cases) {
    const flags = documents[document];
    const context = Context.fromObject(raw);
    const first = flags.bind(context);
    const answer = first.variationDetail(flag, null);
    record.answer(name, shown(answer));
    const subject = block => ({
      name: "isoflag",
      prepare: () => times(contexts, () => flags.bind(context)),
      block,
      finish: free,
      calls: contexts,
    });
    const others = [];
    const withReason = [];
    // LaunchDarkly's SDK does not support another hash.
    if (peer !== undefined && document === "workload") {
      const model = peer.flags[flag];
      agree(flag, answer, evaluate(peer.evaluator, model, peer.contextOf(raw)));
      const theirs = { name: "launchdarkly", calls: contexts };
      theirs.prepare = () => times(contexts, () => peer.contextOf(raw));
      others.push({ ...theirs, block: launchdarkly(peer.evaluator, model) });
      withReason.push({ ...theirs, block: launchdarklyWithReason(peer.evaluator, model) });
    }
    const plain = large ? indexOnly(flag) : valueAndIndex(flag);
    record.timed("eval", name, [subject(plain), ...others]);
    record.timed("eval-reason", name, [subject(allThree(flag)), ...withReason]);
    if (large) {
      record.timed("eval-value", name, [subject(valueAndIndex(flag)), ...others]);
    }
    first.free();
    context.free?.();
  }
}
