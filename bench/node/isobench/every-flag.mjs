// Measures the evaluation of all flags for one context.
import { agree } from "./agreement.mjs";
import { evaluate } from "./evaluate-launchdarkly.mjs";
import { free, sink, times } from "./blocks.mjs";
import { contextOf } from "./launchdarkly.mjs";

export async function measureEveryFlag({ Context }, peer, flags, client, raw, record, contexts) {
  const keys = flags.keys();
  const context = Context.fromObject(raw);
  const first = flags.bind(context);
  for (const key of keys) {
    agree(key, first.variationDetail(key, null), evaluate(peer.evaluator, peer.flags[key], contextOf(raw)));
  }
  first.free();
  const models = keys.map(key => peer.flags[key]);
  const keep = result => {
    sink.index = result.detail.variationIndex;
  };
  const ours = {
    name: "isoflag",
    prepare: () => times(contexts, () => flags.bind(context)),
    finish: free,
    calls: contexts,
  };
  record.timed("all", "1000", [
    {
      ...ours,
      block: all => {
        for (const bound of all) {
          for (const key of keys) {
            sink.index = bound.variationDetail(key, null).variationIndex;
          }
        }
      },
    },
    {
      name: "launchdarkly",
      prepare: () => times(contexts, () => contextOf(raw)),
      block: all => {
        for (const known of all) {
          for (const model of models) {
            peer.evaluator.evaluateCb(model, known, keep);
          }
        }
      },
      calls: contexts,
    },
  ]);
  await record.timedAsync("all-state", "1000", [
    { ...ours, block: all => all.map(bound => bound.allFlagsState()) },
    {
      name: "launchdarkly",
      block: async () => {
        for (let call = 0; call < contexts; call += 1) {
          sink.value = (await client.allFlagsState(raw)).toJSON();
        }
      },
      calls: contexts,
    },
  ]);
}
