// The call of an application: the same plain object each time, or each time one with another key, beside LaunchDarkly's
// public call; and one bound context asked again.
import { agree } from "./agreement.mjs";
import { indexOnly, sink, times, valueAndIndex } from "./blocks.mjs";

/** As many contexts as calls: nothing of one call serves the next. */
async function measureOthers(flags, client, { name, flag, raw }, record, calls) {
  const contexts = Array.from({ length: calls }, (_, index) => ({ ...raw, key: `${raw.key}-${index}` }));
  const keep = detail => {
    sink.value = detail.value;
    sink.index = detail.variationIndex;
  };
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
  await record.timedAsync("eval-public-new", name, subjects);
}

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
    await measureOthers(
      flags,
      document === "workload" ? client : undefined,
      { name, flag, raw },
      record,
      calls,
    );

    const bound = flags.bind(raw);
    const again = times(calls, () => bound);
    const block = (large ? indexOnly : valueAndIndex)(flag);
    record.timed("eval-repeated", name, [{ name: "isoflag", prepare: () => again, block, calls }]);
    bound.free();
  }
}
