// The call of an application: a plain object each time, beside LaunchDarkly's public call; and one bound context asked again.
import { agree } from "./agreement.mjs";
import { indexOnly, sink, times, valueAndIndex } from "./blocks.mjs";

export async function measurePublic(documents, client, cases, record, calls) {
  for (const { name, flag, raw, document, large } of cases) {
    const flags = documents[document];
    const subjects = [
      {
        name: "isoflag",
        calls,
        block: () => {
          for (let call = 0; call < calls; call += 1) {
            const detail = flags.variationDetail(flag, raw, null);
            sink.value = detail.value;
            sink.index = detail.variationIndex;
          }
        },
      },
    ];
    if (document === "workload") {
      agree(flag, flags.variationDetail(flag, raw, null), await client.variationDetail(flag, raw, null));
      subjects.push({
        name: "launchdarkly",
        calls,
        block: async () => {
          for (let call = 0; call < calls; call += 1) {
            const detail = await client.variationDetail(flag, raw, null);
            sink.value = detail.value;
            sink.index = detail.variationIndex;
          }
        },
      });
    }
    await record.timedAsync("eval-public", name, subjects);

    const bound = flags.bind(raw);
    const again = times(calls, () => bound);
    const block = (large ? indexOnly : valueAndIndex)(flag);
    record.timed("eval-repeated", name, [{ name: "isoflag", prepare: () => again, block, calls }]);
    bound.free();
  }
}
