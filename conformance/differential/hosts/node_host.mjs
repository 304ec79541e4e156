// isoflag's npm package in Node as a host: JSON lines in, answers and explanations out.
import { createInterface } from "node:readline";
import canonicalize from "canonicalize";
import * as isoflag from "../../../bindings-wasm/npm/dist/node.js";
import { answer } from "./answers.mjs";

await isoflag.ready();

for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const written = `${answer(isoflag, canonicalize, JSON.parse(text)).join("\n")}\n`;
  if (!process.stdout.write(written)) {
    await new Promise(resolve => process.stdout.once("drain", resolve));
  }
}
