// The benchmarks that run in the page; chromium.mjs bundles it and serves the module beside it.
import { Context, deserializePoll, LDClientImpl } from "@launchdarkly/js-server-sdk-common";
import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as isoflag from "../../bindings-wasm/npm/dist/index.js";
import { measureEvaluation, measureRender } from "./evaluation.mjs";
import { Record } from "./record.mjs";

const SMALL =
  '{"flags":{"a":{"key":"a","version":1,"on":true,"variations":[true,false],"fallthrough":{"variation":0}}}}';

function firstAnswer() {
  const flags = isoflag.Flags.fromJson(SMALL);
  if (flags.boolVariation("a", { kind: "user", key: "anna" }, false) !== true) {
    throw new Error("the first answer is wrong");
  }
}

/** Milliseconds from the bytes to an instance, and to the first answer. A page can measure this once. */
async function start() {
  const bytes = await (await fetch("/core.wasm")).arrayBuffer();
  const begin = performance.now();
  isoflag.readySync(await WebAssembly.compile(bytes));
  const instantiated = performance.now();
  firstAnswer();
  return { instantiate: instantiated - begin, answer: performance.now() - begin };
}

/** Milliseconds from `ready()`, which fetches the module, to the first answer. */
async function startByFetching() {
  const begin = performance.now();
  await isoflag.ready();
  firstAnswer();
  return { answer: performance.now() - begin };
}

const ignore = () => undefined;
const encoder = new TextEncoder();

function createHash() {
  let text = "";
  return {
    update: more => {
      text += more;
    },
    digest: () => bytesToHex(sha1(encoder.encode(text))),
  };
}

const platform = {
  info: { platformData: () => ({}), sdkData: () => ({}) },
  crypto: { createHash, createHmac: createHash, randomUUID: () => crypto.randomUUID() },
  requests: { fetch: ignore, createEventSource: ignore, getEventSourceCapabilities: () => ({}) },
};
const callbacks = {
  onError: ignore,
  onFailed: ignore,
  onReady: ignore,
  onUpdate: ignore,
  hasEventListeners: () => false,
};
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * LaunchDarkly's inner evaluator, which an offline client holds: its server SDK does not support browsers. The platform above
 * has a synchronous SHA-1, unlike a browser's.
 */
function peerOf(text) {
  const options = { offline: true, sendEvents: false, diagnosticOptOut: true, logger };
  const client = new LDClientImpl("sdk-key", platform, options, callbacks);
  const Evaluator = client._evaluator.constructor;
  const { flags, segments } = deserializePoll(text);
  const evaluator = new Evaluator(platform, {
    getFlag: (key, callback) => callback(flags[key]),
    getSegment: (key, callback) => callback(segments[key]),
    getBigSegmentsMembership: () => Promise.resolve(undefined),
  });
  return { evaluator, flags, contextOf: raw => Context.fromLDContext(raw) };
}

async function measure({ cases, quick, only, profiling }) {
  await isoflag.ready();
  const lines = [];
  const profile = profiling ? work => work() : undefined;
  const record = new Record("chromium", { quick, only, profile }, line => lines.push(line));
  const fetched = async name => (await fetch(`/data/${name}.json`)).text();
  const names = [...new Set(cases.map(({ document }) => document))];
  const texts = Object.fromEntries(await Promise.all(names.map(async name => [name, await fetched(name)])));
  const load = name => isoflag.Flags.fromJson(texts[name]);
  const documents = Object.fromEntries(names.map(name => [name, load(name)]));
  const peer = peerOf(texts.workload);
  const calls = quick ? 2000 : 10_000;
  await measureEvaluation(isoflag, peer, documents, cases, record, calls);
  await measureRender(isoflag, peer, texts.workload, cases[0].raw, record, quick ? 2 : 10);

  const bytes = new TextEncoder().encode(texts.workload);
  await record.timed("load", "document", [
    {
      name: "isoflag",
      block: () => isoflag.Flags.fromJson(bytes),
      finish: (_, flags) => flags.free(),
      calls: 1,
    },
    { name: "launchdarkly", block: () => peerOf(texts.workload), calls: 1 },
  ]);
  return lines.join("");
}

Object.assign(globalThis, { start, startByFetching, measure });
