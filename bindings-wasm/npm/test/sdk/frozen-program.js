/** Polls a server, and reports each poll and each answer on a line: node frozen-program.js URL OPTIONS. Its requests are lines of milliseconds. */

import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

import { createSource } from "../../dist/node.js";

const report = (/** @type {object} */ line) => stdout.write(`${JSON.stringify(line)}\n`);

// The wall clock jumps by the time for which the process was frozen, and the timers' clock does not.
let frozenMs = 0;
const { now } = Date;
Date.now = () => now() + frozenMs;

const { refreshes, ...options } = JSON.parse(argv[3] ?? "{}");
const source = createSource({
  url: argv[2] ?? "",
  fetch: (...parameters) => {
    report({ polledAtMs: performance.now() });
    return fetch(...parameters);
  },
  ...options,
});
await source.loaded;
const answer = () => source.snapshot.flags?.variation("f", { kind: "user", key: "ada" }, "default");
report({ answer: answer() });
for await (const line of createInterface({ input: stdin })) {
  frozenMs += Number(line);
  report({ answer: answer() });
  // As a handler does, for a part of its remaining time.
  if (refreshes) void source.refresh({ timeoutMs: 10 });
}
