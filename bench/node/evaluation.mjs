// Times the evaluation of one flag, of all flags and of those of a first render.
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
export async function measureEvaluation({ Context }, peer, documents, cases, record, contexts) {
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
    if (document === "workload") {
      const model = peer.flags[flag];
      agree(flag, answer, evaluate(peer.evaluator, model, peer.contextOf(raw)));
      const theirs = { name: "launchdarkly", calls: contexts };
      theirs.prepare = () => times(contexts, () => peer.contextOf(raw));
      others.push({ ...theirs, block: launchdarkly(peer.evaluator, model) });
      withReason.push({ ...theirs, block: launchdarklyWithReason(peer.evaluator, model) });
    }
    await record.timed("eval", name, [subject((large ? indexOnly : valueAndIndex)(flag)), ...others]);
    if (large) {
      await record.timed("value", "bound, copied", [subject(valueAndIndex(flag)), ...others]);
      const shared = valueAndIndex(flag, { shared: true });
      await record.timed("value", "bound, shared", [subject(shared), ...others]);
    } else {
      await record.timed("reason", name, [subject(allThree(flag)), ...withReason]);
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

/** An application's call with a plain object, beside LaunchDarkly's: the same one each time, or one with a new key. */
export async function measurePublic(documents, client, cases, record, calls) {
  if (!record.wants("eval-public") && !record.wants("value")) {
    return;
  }
  for (const { name, flag, raw, document, large } of cases) {
    const flags = documents[document];
    const peer = document === "workload" ? client : undefined;
    if (peer !== undefined) {
      agree(flag, flags.variationDetail(flag, raw, null), await peer.variationDetail(flag, raw, null));
    }
    const same = times(calls, () => raw);
    // One context for each call: no call can reuse what an earlier one cached.
    const others = times(calls, (_, index) => ({ ...raw, key: `${raw.key}-${index}` }));
    const measure = async (group, row, contexts, keep, options) => {
      const ours = () => {
        for (const context of contexts) {
          keep(flags.variationDetail(flag, context, null, options));
        }
      };
      const theirs = async () => {
        for (const context of contexts) {
          keep(await peer.variationDetail(flag, context, null));
        }
      };
      const subjects = [{ name: "isoflag", calls, block: ours }];
      if (peer !== undefined) {
        subjects.push({ name: "launchdarkly", calls, block: theirs });
      }
      await record.timed(group, row, subjects);
    };
    await measure("eval-public", name, same, large ? keepIndex : keepBoth);
    await measure("eval-public-new", name, others, large ? keepIndex : keepBoth);
    if (large) {
      await measure("value", "plain object, copied", same, keepBoth);
      await measure("value", "plain object, shared", same, keepBoth, { shared: true });
    }
  }
}

/** The first 200 flags for a new bound context: of a document just loaded, and of one in use. */
export async function measureRender({ Context, Flags }, peer, text, raw, record, renders) {
  if (!record.wants("render")) {
    return;
  }
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
  const models = keys.map(key => peer.flags[key]);
  const theirs = {
    name: "launchdarkly",
    prepare: () => times(renders, () => peer.contextOf(raw)),
    block: all => evaluateAll(peer.evaluator, models, all),
    calls: renders,
  };
  const fresh = { prepare: () => times(renders, () => Flags.fromJson(text)), finish: free };
  const ours = { name: "isoflag", block, calls: renders };
  await record.timed("render", "document just loaded", [{ ...ours, ...fresh }, theirs]);
  const known = Flags.fromJson(text);
  const used = { prepare: () => times(renders, () => known) };
  await record.timed("render", "document in use", [{ ...ours, ...used }, theirs]);
  known.free();
  context.free();
}

function evaluateAll(evaluator, models, contexts) {
  const keep = result => {
    sink.index = result.detail.variationIndex;
  };
  for (const context of contexts) {
    for (const model of models) {
      evaluator.evaluateCb(model, context, keep);
    }
  }
}

/** All flags of the document for one context. */
export async function measureEveryFlag({ Context }, peer, flags, client, raw, record, contexts) {
  if (!record.wants("all")) {
    return;
  }
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
  const ours = {
    name: "isoflag",
    prepare: () => times(contexts, () => flags.bind(context)),
    finish: free,
    calls: contexts,
  };
  await record.timed("all", "1000", [
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
      block: all => evaluateAll(peer.evaluator, models, all),
      calls: contexts,
    },
  ]);
  await record.timed("all-state", "1000", [
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
