// Runs all benchmarks in Node: node --expose-gc isobench/node.mjs [--quick], as bench/run.sh does.
import * as isoflag from "../../../bindings-wasm/npm/dist/node.js";
import { measureCold } from "./cold.mjs";
import { measureDocument } from "./document.mjs";
import { measureEvaluation, measureEveryFlag, measurePublic, measureRender } from "./evaluation.mjs";
import { measureGrowth } from "./growth.mjs";
import { clientOf, contextOf, evaluatorOf, modelOf } from "./launchdarkly.mjs";
import { measureOthers } from "./others.mjs";
import { Record } from "./record.mjs";
import { bytes, cases, contexts, json, text } from "./workload.mjs";

const quick = process.argv.includes("--quick");
const record = new Record("node", quick ? 3 : 15, quick ? 30 : 150);
const calls = quick ? 2000 : 2500;

const names = [...new Set(cases.map(({ document }) => document))];
const documents = Object.fromEntries(
  names.map(name => [name, isoflag.Flags.fromJson(bytes(`${name}.json`))]),
);
const client = await clientOf(text("workload.json"));
const { flags } = modelOf(text("workload.json"));
const peer = { evaluator: evaluatorOf(client), flags, contextOf };

measureEvaluation(isoflag, peer, documents, cases, record, calls);
await measurePublic(documents, client, cases, record, calls);
await measureEveryFlag(isoflag, peer, documents.workload, client, contexts.hit, record, quick ? 3 : 20);
measureRender(isoflag, text("workload.json"), contexts.hit, record, quick ? 2 : 10);
await measureDocument(isoflag, record, calls);
measureOthers(documents.workload, json("workload.json").flags, contexts.hit, record, calls);
measureCold(record, quick ? 3 : 15);
measureGrowth(quick);
client.close();
