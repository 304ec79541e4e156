// Times the evaluation of one flag and of all flags.
import {
  agree,
  allThree,
  evaluate,
  free,
  indexOnly,
  launchdarkly,
  launchdarklyWithReason,
  shown,
  sink,
  times,
  valueAndIndex,
} from "./blocks.mjs";

/**
 * One flag for many bound contexts that each evaluate it once.
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
      const shared = valueAndIndex(flag, { shared: true });
      record.timed("eval-value", `${name}, shared`, [subject(shared), ...others]);
    }
    first.free();
    context.free?.();
  }
}

const keepIndex = detail => {
  sink.index = detail.variationIndex;
};

const keepBoth = detail => {
  sink.value = detail.value;
  sink.index = detail.variationIndex;
};

/** Evaluates for each context of a list, alternating with LaunchDarkly's client if it supports the flag. */
async function measureCalls(group, flags, client, { name, flag }, contexts, keep, record) {
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

/**
 * An application's call, with the same plain object or with a new key each time, beside LaunchDarkly's public call; and one
 * bound context that is evaluated repeatedly.
 */
export async function measurePublic(documents, client, cases, record, calls) {
  for (const { name, flag, raw, document, large } of cases) {
    const flags = documents[document];
    const peer = document === "workload" ? client : undefined;
    if (peer !== undefined) {
      agree(flag, flags.variationDetail(flag, raw, null), await peer.variationDetail(flag, raw, null));
    }
    const same = times(calls, () => raw);
    // One context for each call: no call can reuse what an earlier one cached.
    const others = times(calls, (_, index) => ({ ...raw, key: `${raw.key}-${index}` }));
    for (const [group, contexts] of [
      ["eval-public", same],
      ["eval-public-new", others],
    ]) {
      const row = { name, flag };
      await measureCalls(group, flags, peer, row, contexts, large ? keepIndex : keepBoth, record);
      if (large) await measureCalls(`${group}-value`, flags, peer, row, contexts, keepBoth, record);
    }

    const bound = flags.bind(raw);
    const again = times(calls, () => bound);
    const block = (large ? indexOnly : valueAndIndex)(flag);
    record.timed("eval-repeated", name, [{ name: "isoflag", prepare: () => again, block, calls }]);
    bound.free();
  }
}

/** The first 200 flags of a document for a new bound context: of a document just loaded, and of one in use. */
export function measureRender({ Context, Flags }, text, raw, record, renders) {
  const keys = Object.keys(JSON.parse(text).flags).slice(0, 200);
  const context = Context.fromObject(raw);
  const block = all => {
    for (const flags of all) {
      const bound = flags.bind(context);
      for (const key of keys) {
        sink.index = bound.variationDetail(key, null).variationIndex;
      }
      bound.free();
    }
  };
  const fresh = { prepare: () => times(renders, () => Flags.fromJson(text)), finish: free };
  record.timed("render", "document just loaded", [{ name: "isoflag", ...fresh, block, calls: renders }]);
  const known = Flags.fromJson(text);
  const used = { prepare: () => times(renders, () => known) };
  record.timed("render", "document in use", [{ name: "isoflag", ...used, block, calls: renders }]);
  known.free();
  context.free();
}

/** All flags of the document for one context. */
export async function measureEveryFlag({ Context }, peer, flags, client, raw, record, contexts) {
  const keys = flags.keys();
  const context = Context.fromObject(raw);
  const first = flags.bind(context);
  for (const key of keys) {
    agree(
      key,
      first.variationDetail(key, null),
      evaluate(peer.evaluator, peer.flags[key], peer.contextOf(raw)),
    );
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
      prepare: () => times(contexts, () => peer.contextOf(raw)),
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
