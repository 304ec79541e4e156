// Measures an application's calls beside LaunchDarkly's public call: with one plain object, with another key each time, and
// with one bound context.
import { agree } from "./agreement.mjs";
import { indexOnly, sink, times, valueAndIndex } from "./blocks.mjs";

const keepIndex = detail => {
  sink.index = detail.variationIndex;
};

const keepBoth = detail => {
  sink.value = detail.value;
  sink.index = detail.variationIndex;
};

/** Evaluates for each context of a list, by turns with LaunchDarkly's client if it has the flag. */
async function measure(group, flags, client, { name, flag }, contexts, keep, record) {
  const calls = contexts.length;
  const subjects = [
    {
      name: "isoflag",
      calls,
      block: () => {
        for (const context of contexts) {
          keep(flags.variationDetail(flag, context, null));
        }
      },
    },
  ];
  if (client !== undefined) {
    subjects.push({
      name: "launchdarkly",
      calls,
      block: async () => {
        for (const context of contexts) {
          keep(await client.variationDetail(flag, context, null));
        }
      },
    });
  }
  await record.timedAsync(group, name, subjects);
}

export async function measurePublic(documents, client, cases, record, calls) {
  for (const { name, flag, raw, document, large } of cases) {
    const flags = documents[document];
    const peer = document === "workload" ? client : undefined;
    if (peer !== undefined) {
      agree(flag, flags.variationDetail(flag, raw, null), await peer.variationDetail(flag, raw, null));
    }
    const same = times(calls, () => raw);
    // As many contexts as calls, so that no call uses cached results.
    const others = times(calls, (_, index) => ({ ...raw, key: `${raw.key}-${index}` }));
    for (const [group, contexts] of [
      ["eval-public", same],
      ["eval-public-new", others],
    ]) {
      const row = { name, flag };
      await measure(group, flags, peer, row, contexts, large ? keepIndex : keepBoth, record);
      if (large) await measure(`${group}-value`, flags, peer, row, contexts, keepBoth, record);
    }

    const bound = flags.bind(raw);
    const again = times(calls, () => bound);
    const block = (large ? indexOnly : valueAndIndex)(flag);
    record.timed("eval-repeated", name, [{ name: "isoflag", prepare: () => again, block, calls }]);
    bound.free();
  }
}
