import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { tellEmitted } from "../harness/emitted.js";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: undefined };

function next(...options) {
  // webpack cannot build the edge route, with or without isoflag.
  const WITHOUT_EDGE = options.includes("--webpack") ? "1" : "";
  const program = ["node_modules/next/dist/bin/next", ...options];
  const child = spawn(process.execPath, program, { cwd, env: { ...env, WITHOUT_EDGE } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", text => said.push(String(text)));
  const ended = new Promise(resolve => child.on("exit", resolve));
  return { child, said, ended };
}

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function served(...options) {
  const port = await freePort();
  const running = next(...options, "--hostname=127.0.0.1", `--port=${port}`);
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    if (running.said.join("").includes("Ready in")) break;
    if (running.child.exitCode !== null) break;
    await wait(100);
  }
  assert.equal(running.child.exitCode, null, running.said.join(""));
  return { address, ...running };
}

async function stop(running) {
  running?.child.kill();
  await running?.ended;
}

const HTML = ANSWERS.join(" and ");

function answers(how, visit, server, edge) {
  it(`${how}: the server's HTML holds the answers`, async () => {
    const html = await (await fetch(server().address)).text();
    assert.ok(html.includes(`<p id="server">${HTML}</p>`), html);
    assert.ok(html.includes(`<p id="client">${HTML}</p>`), html);
  });

  it(`${how}: hydrates without an error and answers in the browser`, inChromium, async () => {
    const { answer, faults, page } = await visit(server().address, { seconds: 60 });
    assert.deepEqual(answer, ANSWERS);
    assert.equal(await page.textContent("#client"), HTML);
    assert.deepEqual(faults, []);
  });

  const skip = edge ? false : "Next.js builds no edge route with webpack";
  it(`${how}: a route on the edge runtime`, { skip }, async () => {
    assert.deepEqual(await (await fetch(`${server().address}/edge`)).json(), ANSWERS);
  });
}

for (const bundler of ["turbopack", "webpack"]) {
  describe(`Next.js's build with ${bundler}`, () => {
    const visit = chromium();
    let server;
    before(async () => {
      await rm(`${cwd}.next`, { recursive: true, force: true });
      const build = next("build", `--${bundler}`);
      assert.equal(await build.ended, 0, build.said.join(""));
      server = await served("start");
    });
    after(() => stop(server));

    it(`build with ${bundler}: copies the module for the browser`, async test => {
      const files = await tellEmitted(test, `${cwd}.next/static`, file =>
        file.endsWith(".wasm") ? `${bundler}: ${file}` : undefined,
      );
      assert.ok(
        files.some(file => file.endsWith(".wasm")),
        files.join(),
      );
    });
    answers(`build with ${bundler}`, visit, () => server, bundler === "turbopack");
  });
}

describe("Next.js's dev server", () => {
  const visit = chromium();
  let server;
  before(async () => {
    await rm(`${cwd}.next`, { recursive: true, force: true });
    server = await served("dev");
  });
  after(() => stop(server));
  answers("dev server", visit, () => server, true);
});
