// The WebAssembly half of the demo: one request a line on standard input, one reply a line on standard output. Like
// demo.py, it passes the document and the requests on and prints the answers.
import { createInterface } from "node:readline";

import { Flags, ready } from "../bindings-wasm/npm/dist/node.js";

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
