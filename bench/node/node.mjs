// Runs all benchmarks in Node: node --expose-gc node.mjs, as bench/run.sh does.

import { free, times } from "./blocks.mjs";
import { measureCold } from "./cold.mjs";
import { measureEvaluation, measureEveryFlag, measurePublic, measureRender } from "./evaluation.mjs";
import { measureGrowth } from "./growth.mjs";
import { clientOf, contextOf, evaluatorOf, modelOf } from "./launchdarkly.mjs";
import { measureOthers } from "./others.mjs";
import { profileInNode } from "./profile.mjs";
import { Record } from "./record.mjs";
import { bytes, cases, contexts, how, json, text } from "./workload.mjs";

const isoflag = await import("../../bindings-wasm/npm/dist/node.js");
const profile = process.env.ISOFLAG_BENCH_PROFILE === undefined ? undefined : profileInNode;
const record = new Record("node", { ...how, profile });
const calls = how.quick ? 2000 : 2500;

const names = [...new Set(cases.map(({ document }) => document))];
const documents = Object.fromEntries(
  names.map(name => [name, isoflag.Flags.fromJson(bytes(`${name}.json`))]),
);
// A process that has served many evaluations has started the tools, whose module evaluates faster.
for (const document of Object.values(documents)) document.diagnostics;
const client = await clientOf(text("workload.json"));
const { flags } = modelOf(text("workload.json"));
const peer = { evaluator: evaluatorOf(client), flags, contextOf };

await measureEvaluation(isoflag, peer, documents, cases, record, calls);
await measurePublic(documents, client, cases, record, calls);
await measureOthers(documents.workload, json("workload.json").flags, contexts.hit, record, calls);
await measureEveryFlag(isoflag, peer, documents.workload, client, contexts.hit, record, how.quick ? 3 : 20);
await measureRender(isoflag, peer, text("workload.json"), contexts.hit, record, how.quick ? 2 : 10);
await measureDocument();
measureCold(record, how.quick ? 3 : 15);
measureGrowth(record);
client.close();

/** Loading the document, and parsing a context. */
async function measureDocument() {
  const { Context, Flags } = isoflag;
  const file = bytes("workload.json");
  const written = text("workload.json");
  await record.timed("load", "document", [
    { name: "isoflag", block: () => Flags.fromJson(file), finish: (_, flags) => flags.free(), calls: 1 },
    { name: "launchdarkly", block: () => clientOf(written), finish: (_, client) => client.close(), calls: 1 },
  ]);
  const raw = contexts.hit;
  const parsing = make => () => times(calls, () => make(raw));
  await record.timed("context", "object", [
    { name: "isoflag", block: parsing(Context.fromObject), finish: (_, all) => free(all), calls },
    { name: "launchdarkly", block: parsing(contextOf), calls },
  ]);
}
