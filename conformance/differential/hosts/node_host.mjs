// isoflag's npm package in Node as a host: JSON lines in, answers and explanations out. `node_host.mjs core` evaluates with
// `core.wasm` and gives the answers alone.
import { createInterface } from "node:readline";
import canonicalize from "canonicalize";
import { answer } from "./answers.mjs";

const hasTools = process.argv[2] !== "core";
const isoflag = await import(`../../../bindings-wasm/npm/dist/${hasTools ? "node" : "inline"}.js`);
await isoflag.ready();

for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const written = `${answer(isoflag, canonicalize, JSON.parse(text), { hasTools }).join("\n")}\n`;
  if (!process.stdout.write(written)) {
    await new Promise(resolve => process.stdout.once("drain", resolve));
  }
}
