// Evaluates one flag and prints the peak memory of its process: first-answer.mjs [isoflag|launchdarkly small|workload].
// Without arguments it measures a bare Node. cold.mjs starts it.
import { readFileSync, writeSync } from "node:fs";

const [subject, size] = process.argv.slice(2);

const DOCUMENTS = {
  small: {
    flag: "a",
    read: () =>
      '{"flags":{"a":{"key":"a","version":1,"on":true,"variations":[true,false],"fallthrough":{"variation":0}}},"segments":{}}',
  },
  workload: {
    flag: "fallthrough",
    read: encoding => readFileSync(`${process.env.ISOFLAG_BENCH_DATA}/workload.json`, encoding),
  },
};

/** Each subject imports its own packages only. */
const SUBJECTS = {
  isoflag: async ({ flag, read }, context) => {
    const { Flags } = await import("../../../bindings-wasm/npm/dist/node.js");
    return Flags.fromJson(read()).boolVariation(flag, context, false);
  },
  launchdarkly: async ({ flag, read }, context) => {
    const { clientOf } = await import("./launchdarkly.mjs");
    return (await clientOf(read("utf8"))).boolVariation(flag, context, false);
  },
};

if (subject !== undefined) {
  const answer = await SUBJECTS[subject](DOCUMENTS[size], { kind: "user", key: "anna" });
  if (answer !== true) throw new Error("the first answer is wrong");
}
const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/);
writeSync(1, `peak ${Number(kilobytes) * 1024}\n`);
process.exit(0);
