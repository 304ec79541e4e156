// Times how loading, evaluation and memory grow with a document. Each size runs in its own process, to measure its memory.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  agree,
  evaluate,
  evaluateLater,
  free,
  launchdarkly,
  launchdarklyLater,
  times,
  valueAndIndex,
} from "./blocks.mjs";
import { clientOf, contextOf, evaluatorOf, modelOf } from "./launchdarkly.mjs";
import { Record } from "./record.mjs";
import { bytes, contexts, growth, how, text } from "./workload.mjs";

const wasm = memoryOfModule();
// Imported after `memoryOfModule`, which must see the module's instantiation.
const { Context, Flags } = await import("../../bindings-wasm/npm/dist/node.js");

const self = fileURLToPath(import.meta.url);
const raw = contexts.hit;
/** The exit status of a process in which LaunchDarkly's SDK cannot load the document. */
const TOO_LARGE = 3;

export function measureGrowth(record) {
  if (!record.wants("growth")) {
    return;
  }
  const run = (task, step) => {
    const command = ["--expose-gc", self, task, JSON.stringify(step)];
    const { status } = spawnSync(process.execPath, command, { stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0 && status !== TOO_LARGE) {
      throw new Error(`${task} with ${step.size} ${step.axis} ended with ${status}`);
    }
    return status;
  };
  for (const step of growth) {
    const both = run("agree", step) !== TOO_LARGE;
    run("isoflag", step);
    if (both) {
      run("launchdarkly", step);
    }
  }
}

const evaluatorAlone = async () => evaluatorOf(await clientOf('{"flags":{},"segments":{}}'));

/** Returns a function that measures the memory of the next WebAssembly module that is instantiated. */
function memoryOfModule() {
  const { Instance } = WebAssembly;
  let memory;
  WebAssembly.Instance = class extends Instance {
    constructor(...given) {
      super(...given);
      memory ??= this.exports.memory;
    }
  };
  return () => {
    if (memory === undefined) {
      throw new Error("no module with a memory was instantiated");
    }
    return memory.buffer.byteLength;
  };
}

/** The bytes of JavaScript's objects and of the module's memory; the latter never shrinks, so it includes the peak of loading. */
function held() {
  globalThis.gc();
  return process.memoryUsage().heapUsed + wasm();
}

function modelOrEnd({ axis, size, file }) {
  try {
    return modelOf(text(file));
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    const reason = `LaunchDarkly's SDK cannot load it: ${error.message}`;
    new Record("node", how).skip("growth-load", `${axis} ${size}, LaunchDarkly`, reason);
    return process.exit(TOO_LARGE);
  }
}

async function check(step) {
  // First, because V8 collects garbage whenever the module's memory grows: with LaunchDarkly's model it takes minutes.
  const answer = Flags.fromJson(bytes(step.file)).variationDetail(step.flag, raw, null);
  const theirs = modelOrEnd(step).flags[step.flag];
  agree(step.flag, answer, await evaluateLater(await evaluatorAlone(), theirs, contextOf(raw)));
}

const tasks = {
  isoflag: async () => ({
    file: bytes,
    calls: 2500,
    load: file => Flags.fromJson(file),
    prepare: (flags, calls) => {
      const context = Context.fromObject(raw);
      return times(calls, () => flags.bind(context));
    },
    block: (_, flag) => valueAndIndex(flag),
    finish: free,
    drop: flags => flags.free(),
  }),
  launchdarkly: async () => {
    const evaluator = await evaluatorAlone();
    return {
      file: text,
      calls: 300,
      load: modelOf,
      prepare: (_, calls) => times(calls, () => contextOf(raw)),
      block: ({ flags }, flag) => {
        const later = evaluate(evaluator, flags[flag], contextOf(raw)) === undefined;
        return (later ? launchdarklyLater : launchdarkly)(evaluator, flags[flag]);
      },
      drop: () => undefined,
    };
  },
};

async function measure(name, { axis, size, file, flag }) {
  const large = axis === "flags" && size >= 100_000;
  const record = new Record("node", { quick: how.quick || large, only: "" });
  const { calls, load, prepare, block, finish, drop, file: read } = await tasks[name]();
  const title = `${axis} ${size}`;
  const source = read(file);
  // Allocated once and not part of the document, such as compiled code.
  for (let round = 0; round < 20; round += 1) {
    drop(load(read("growth-clauses-10.json")));
  }
  const before = held();
  let document = load(source);
  record.row("growth-memory", title, name, "bytes", [held() - before]);
  const evaluating = {
    name,
    calls,
    prepare: () => prepare(document, calls),
    block: block(document, flag),
    finish,
  };
  await record.timed("growth-eval", title, [evaluating]);
  if (name === "isoflag" && axis === "flags") {
    const patch = bytes("patch.json");
    const patching = {
      name,
      block: () => document.apply(patch),
      finish: (_, flags) => flags.free(),
      calls: 1,
    };
    await record.timed("growth-apply", title, [patching]);
  }
  drop(document);
  document = undefined;
  const loading = { name, block: () => load(source), finish: (_, loaded) => drop(loaded), calls: 1 };
  await record.timed("growth-load", title, [loading]);
}

if (process.argv[1] === self) {
  const [task, step] = process.argv.slice(2);
  await (task === "agree" ? check(JSON.parse(step)) : measure(task, JSON.parse(step)));
  process.exit(0);
}
