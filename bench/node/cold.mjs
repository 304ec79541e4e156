// Times new processes: to the first answer, minus a bare Node, and the first evaluations of a process.
import { spawnSync } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

const self = fileURLToPath(import.meta.url);
/** Without further certificates, which a new process parses. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const PAIR = ["isoflag", "launchdarkly"];
/** The flags that all peers can express. */
const THREE = ["fallthrough", "rules-10", "rollout"];

export function measureCold(record, runs) {
  if (record.wants("cold") || record.wants("import")) {
    firstAnswers(record, runs);
  }
  if (record.wants("first")) {
    firstEvaluations(record, runs);
  }
}

/** Runs this file with arguments, and returns the last line of its output and its milliseconds. */
function spawned(...given) {
  const start = performance.now();
  const done = spawnSync(process.execPath, [self, ...given], { encoding: "utf8", env });
  const took = performance.now() - start;
  if (done.status !== 0) {
    throw new Error(`${given.join(" ")} ended with ${done.status}: ${done.stderr}`);
  }
  return [JSON.parse(done.stdout), took];
}

function firstAnswers(record, runs) {
  for (const [group, size] of Object.entries({ import: "small", cold: "workload" })) {
    const over = { isoflag: [], launchdarkly: [] };
    const peaks = { isoflag: [], launchdarkly: [] };
    const bare = [];
    spawned("bare");
    for (let run = 0; run < runs; run += 1) {
      const [, alone] = spawned("bare");
      bare.push(alone);
      for (const subject of PAIR) {
        const [{ peak }, took] = spawned("answer", subject, size);
        over[subject].push(took - alone);
        peaks[subject].push(peak);
      }
    }
    record.row(group, "the bare interpreter itself", "node", "ms", bare);
    for (const subject of PAIR) {
      record.row(group, "over bare", subject, "ms", over[subject]);
      if (group === "cold") record.row("cold-memory", "peak", subject, "bytes", peaks[subject]);
    }
  }
}

function firstEvaluations(record, runs) {
  const measure = (name, subjects, keys, each) => {
    const samples = new Map(subjects.map(subject => [subject, []]));
    for (let run = 0; run < runs; run += 1) {
      const answers = subjects.map(subject => {
        const [{ times, values }] = spawned("evaluate", subject, ...keys);
        samples.get(subject).push(times);
        return [subject, values];
      });
      agreed(answers);
    }
    for (const [subject, all] of samples) {
      const total = all.map(times => times.reduce((sum, time) => sum + time, 0));
      record.row("first", name, subject, "ns", total);
      keys.forEach((key, index) => {
        if (each)
          record.row(
            "first-each",
            key,
            subject,
            "ns",
            all.map(times => times[index]),
          );
      });
    }
  };
  const ten = JSON.parse(readFileSync(`${process.env.ISOFLAG_BENCH_DATA}/index.json`, "utf8"))
    .cases.filter(({ document, context }) => document === "workload" && context === "hit")
    .map(({ flag }) => flag);
  measure("ten evaluations", PAIR, ten, true);
  measure("three evaluations", [...PAIR, "flagd", "growthbook"], THREE, false);
}

function agreed(answers) {
  const [[, first], ...others] = answers;
  for (const [subject, values] of others) {
    for (const [key, value] of Object.entries(values)) {
      // Another hash assigns a context to another bucket.
      const same = (key === "rollout" && subject !== "launchdarkly") || isDeepStrictEqual(value, first[key]);
      if (!same) throw new Error(`\`${key}\`: ${subject} and isoflag differ; nothing is timed`);
    }
  }
}

const SMALL =
  '{"flags":{"a":{"key":"a","version":1,"on":true,"variations":[true,false],"fallthrough":{"variation":0}}},"segments":{}}';
const file = (name, encoding) => readFileSync(`${process.env.ISOFLAG_BENCH_DATA}/${name}.json`, encoding);

/** The evaluators by name: each imports its own packages only, and returns a function of a key and a plain object. */
const SUBJECTS = {
  isoflag: async document => {
    const { Flags } = await import("../../bindings-wasm/npm/dist/node.js");
    const flags = Flags.fromJson(document ?? file("workload"));
    return (key, raw) => flags.variationDetail(key, raw, null).value;
  },
  launchdarkly: async document => {
    const { clientOf } = await import("./launchdarkly.mjs");
    const client = await clientOf(document ?? file("workload", "utf8"));
    return async (key, raw) => (await client.variationDetail(key, raw, null)).value;
  },
  flagd: async () => (await import("./others.mjs")).flagd(source()).evaluate,
  growthbook: async () => (await import("./others.mjs")).growthbook(source()).evaluate,
};

const source = () => JSON.parse(file("workload", "utf8")).flags;

const TASKS = {
  bare: () => ({}),
  answer: async (subject, size) => {
    const evaluate = await SUBJECTS[subject](size === "small" ? SMALL : undefined);
    const key = size === "small" ? "a" : "fallthrough";
    if ((await evaluate(key, { kind: "user", key: "anna" })) !== true) {
      throw new Error("the first answer is wrong");
    }
    const [, kilobytes] = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s+(\d+)/);
    return { peak: Number(kilobytes) * 1024 };
  },
  /** The nanoseconds of the first evaluations, and their answers. */
  evaluate: async (subject, ...keys) => {
    const raw = JSON.parse(file("contexts", "utf8")).hit;
    const evaluate = await SUBJECTS[subject]();
    const times = [];
    const values = {};
    for (const key of keys) {
      const start = process.hrtime.bigint();
      let value = evaluate(key, raw);
      if (typeof value?.then === "function") value = await value;
      times.push(Number(process.hrtime.bigint() - start));
      values[key] = value;
    }
    return { times, values };
  },
};

if (process.argv[1] === self) {
  const [task, ...given] = process.argv.slice(2);
  writeSync(1, `${JSON.stringify(await TASKS[task](...given))}\n`);
  process.exit(0);
}
