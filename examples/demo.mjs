// The WebAssembly half of the demo: one request a line on standard input, one reply a line on standard output. Like
// demo.py, it passes the document and the requests on and prints the answers. An argument names the folder of another build
// of the npm package.
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const built = process.argv[2] ?? `${import.meta.dirname}/../bindings-wasm/npm/dist`;
const { Flags, ready } = await import(pathToFileURL(resolve(built, "node.js")).href);

/** JSON with sorted members, the text that is compared between host runtimes. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map(name => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

await ready();

for await (const line of createInterface({ input: process.stdin })) {
  const { document, questions } = JSON.parse(line);
  const flags = Flags.fromJson(document);
  const answers = [];
  const explanations = [];
  for (const { key, context, bigSegments } of questions) {
    const options = bigSegments ? { bigSegments } : {};
    const { value, variationIndex, reason } = flags.variationDetail(key, context, null, options);
    answers.push(canonical({ value, variationIndex, reason }));
    explanations.push(flags.explain(key, context, options).toJson());
  }
  process.stdout.write(`${JSON.stringify({ digest: flags.digest, answers, explanations })}\n`);
  flags.free();
}
