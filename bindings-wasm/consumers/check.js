/** Runs one consumer's checks as tests: its commands, its build and its pages. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { ANSWERS } from "./application.js";
import { CONSUMERS } from "./consumers.js";
import { chromium, inChromium, serve } from "./pages.js";
import { folderOf } from "./project.js";
import { reportEmitted } from "./results.js";

const execute = promisify(execFile);

/** Runs a command in a folder and returns its output; fails if the command fails. */
export async function run(cwd, [program, ...options]) {
  return execute(program, options, { cwd, maxBuffer: 1 << 26 }).catch(error => {
    throw new Error(`${program} ${options.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
  });
}

/** Defines the tests of a consumer, in a suite of its name; `load` imports a package of its project. */
export function check(name, load) {
  const consumer = CONSUMERS[name];
  const folder = folderOf(name);
  describe(name, async () => {
    if (consumer.suite !== undefined) {
      const { suite } = await import(`./suites/${consumer.suite}.js`);
      await suite(folder, load);
    }
    for (const command of consumer.runs ?? []) checkCommand(folder, command);
    if (consumer.build !== undefined) checkBuild(folder, consumer.build);
    for (const server of consumer.servers ?? []) checkPages(folder, server, consumer.pages);
  });
}

function checkCommand(folder, { name, command, json, members, output = /^/, errors = /^/ }) {
  it(name, async () => {
    const { stdout, stderr } = await run(folder, command);
    if (json !== undefined) assert.deepEqual(JSON.parse(stdout), json);
    for (const [member, value] of Object.entries(members ?? {})) {
      assert.equal(JSON.parse(stdout)[member], value, member);
    }
    assert.match(stdout, output);
    assert.match(stderr, errors);
  });
}

function checkBuild(folder, { commands, modules }) {
  it("builds without a warning, and emits the module once", async test => {
    for (const command of commands) {
      const { stdout, stderr } = await run(folder, command);
      assert.doesNotMatch(stdout + stderr, /warn|\(!\)/i);
    }
    const files = await reportEmitted(test, `${folder}out`);
    assert.equal(files.filter(file => file.endsWith(".wasm")).length, modules, files.join());
  });
}

function checkPages(folder, { name, root, command }, pages) {
  describe(name ?? "pages", inChromium, () => {
    const visit = chromium();
    let server;
    before(async () => {
      server = await (command === undefined ? serve(folder + root) : start(folder, command));
    });
    after(() => server?.stop());

    for (const page of pages) {
      it(name === undefined ? page.name : `${name}: ${page.name}`, async () => {
        const visited = await visit(`${server.address}/${page.path}`);
        assert.deepEqual(visited.answer, ANSWERS);
        if (page.failure === undefined) {
          assert.deepEqual(visited.faults, []);
        } else {
          const { code, message } = await visited.page.evaluate("globalThis.failure");
          assert.equal(code, page.failure.code);
          assert.match(message, page.failure.message);
        }
      });
    }
  });
}

/** Starts a server whose first line of output is its address. */
async function start(cwd, [program, ...options]) {
  const child = spawn(program, options, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http:\S+/.exec(line) ?? [];
    if (address === undefined) continue;
    return {
      address,
      stop: async () => {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`${program} ${options.join(" ")} ended before it printed an address`);
}
