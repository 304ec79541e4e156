/**
 * The Node runner: reads cases, one JSON line each, and writes one answer line for each. `runner.js core` evaluates
 * with `core.wasm`.
 */
import { createInterface } from "node:readline";
import { answerLine } from "./case.js";

const isoflag = await import(process.argv[2] === "core" ? "isoflag/inline" : "isoflag");
await isoflag.ready();

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  if (!process.stdout.write(`${answerLine(isoflag, line)}\n`)) {
    await new Promise(resolve => process.stdout.once("drain", resolve));
  }
}
