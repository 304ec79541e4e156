/**
 * Measures the calls of a folder of inputs: `node measure.mjs ENTRY FOLDER` prints a line of JSON for each. ENTRY is an entry
 * of the npm package: that for Node has `tools.wasm`, the inlined one has `core.wasm`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [entry, folder] = process.argv.slice(2);
const isoflag = await import(pathToFileURL(entry).href);
await isoflag.ready?.();
const { Context, Flags, replay } = isoflag;

/** Returns the call to measure, with its input prepared. */
function callOf({ call, document, context }) {
  const bytes = new TextEncoder().encode(document);
  if (call === "load") return () => Flags.fromJson(bytes);
  const flags = Flags.fromJson(bytes);
  if (call === "context") {
    const members = JSON.parse(context);
    return () => flags.variation("flag", members, null);
  }
  const user = Context.fromJson(context);
  if (call === "replay") {
    const receipt = flags.receipt("flag", user).toJson();
    return () => replay(receipt, flags, user);
  }
  const bound = flags.bind(user);
  const calls = {
    evaluate: () => bound.variation("flag", null),
    explain: () => bound.explain("flag").toJson(),
    state: () => bound.allFlagsState(),
  };
  return calls[call];
}

const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

for (const file of readdirSync(folder).sort()) {
  const given = JSON.parse(readFileSync(join(folder, file), "utf8"));
  let ms = null;
  let error = "";
  try {
    const call = callOf(given);
    const start = processorTime();
    try {
      call();
    } finally {
      ms = Number((processorTime() - start).toFixed(1));
    }
  } catch (thrown) {
    error = String(thrown?.name ?? thrown);
  }
  console.log(JSON.stringify({ name: given.name, ms, error }));
}
