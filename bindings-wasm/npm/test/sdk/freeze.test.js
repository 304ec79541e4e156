// A process that is frozen and resumed, as between requests of a Lambda function.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { text } from "./source-server.js";

const program = fileURLToPath(new URL("./frozen-program.js", import.meta.url));

describe("a process that is frozen", () => {
  let version = 1;
  /** @type {Set<number>} The requests that get no response. */
  let stuck = new Set();
  let requests = 0;
  let requested = () => {};
  const server = createServer((_, response) => {
    requests++;
    requested();
    if (!stuck.has(requests)) response.end(text(version));
  });
  let url = "";
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let child;

  beforeEach(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    url = `http://127.0.0.1:${port}/flags.json`;
    [version, requests, stuck] = [1, 0, new Set()];
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  /** Starts the program; returns how to evaluate in it, and the times of its polls. @param {object} options */
  async function start(options) {
    child = spawn(process.execPath, [program, url, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdin, stdout, pid } = child;
    assert.ok(stdin && stdout && pid);
    /** @type {number[]} */
    const polls = [];
    const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
    const answer = async () => {
      for (;;) {
        const { value, done } = await lines.next();
        assert.ok(!done, "the program ended");
        const line = JSON.parse(value);
        if ("answer" in line) return line.answer;
        polls.push(line.polledAtMs);
      }
    };
    assert.equal(await answer(), 1);
    const evaluate = (frozenMs = 0) => {
      stdin.write(`${frozenMs}\n`);
      return answer();
    };
    return { evaluate, polls, signal: (/** @type {NodeJS.Signals} */ name) => process.kill(pid, name) };
  }

  it("answers from its document, and then polls once for all polls that it missed", async () => {
    const intervalMs = 200;
    const { evaluate, polls, signal } = await start({ intervalMs });
    signal("SIGSTOP");
    version = 2;
    await setTimeout(10 * intervalMs);
    const before = requests;
    const answered = evaluate();
    signal("SIGCONT");
    await answered;
    const first = polls.length;
    while (polls.length < first + 4) await evaluate();
    assert.equal(await evaluate(), 2);
    // By the clock of the program itself, whatever the load of the machine.
    const pauses = polls.slice(1).map((poll, index) => poll - (polls[index] ?? 0));
    assert.ok(Math.min(...pauses) >= intervalMs / 2, `${pauses}`);
    assert.ok(requests > before);
  });

  it("does not wait for a request that was frozen with it", async () => {
    const { evaluate } = await start({ timeoutMs: 60_000, refreshes: true });
    version = 2;
    stuck = new Set([2]);
    const request = new Promise(resolve => {
      requested = () => resolve(undefined);
    });
    assert.equal(await evaluate(), 1);
    await request;
    // Its connection is dead, and would time out a minute later.
    assert.equal(await evaluate(3_600_000), 1);
    for (let turn = 0; turn < 1000 && (await evaluate()) !== 2; turn++) await setTimeout(10);
    assert.equal(await evaluate(), 2);
    assert.ok(requests >= 3);
  });
});
