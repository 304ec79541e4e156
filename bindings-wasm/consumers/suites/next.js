/** Tests the package in Next.js: both bundlers and the development server, the edge runtime, and hydration. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { ANSWERS } from "../application.js";
import { chromium, inChromium } from "../pages.js";
import { reportEmitted } from "../results.js";

/** How often a page is loaded to find errors that depend on the order in which its parts arrive. */
const LOADS = { turbopack: 25, webpack: 3 };

const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: undefined };

function next(cwd, ...options) {
  const program = ["node_modules/next/dist/bin/next", ...options];
  const child = spawn(process.execPath, program, { cwd, env });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", text => printed.push(String(text)));
  const ended = new Promise(resolve => child.on("exit", resolve));
  return { child, printed, ended };
}

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function served(cwd, ...options) {
  const port = await freePort();
  const running = next(cwd, ...options, "--hostname=127.0.0.1", `--port=${port}`);
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    if (running.printed.join("").includes("Ready in")) break;
    if (running.child.exitCode !== null) break;
    await wait(100);
  }
  assert.equal(running.child.exitCode, null, running.printed.join(""));
  return { address, ...running };
}

async function stop(running) {
  running?.child.kill();
  await running?.ended;
}

function answers(how, visit, server) {
  const page = async (path = "") => (await fetch(`${server().address}/${path}`)).text();

  it(`${how}: the server's HTML holds the answers, and those of \`isoflag/react\``, async () => {
    const html = await page();
    for (const [index, answer] of ANSWERS.entries()) {
      assert.ok(html.includes(`<p>${answer}<!-- -->, says the server</p>`), html);
      assert.ok(html.includes(`<p id="${["anna", "bob"][index]}">${answer}</p>`), html);
    }
  });

  it(
    `${how}: \`isoflag/react\` hydrates without an error and answers in the browser`,
    inChromium,
    async () => {
      const { answer, faults, page } = await visit(server().address, { seconds: 60 });
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual([await page.textContent("#anna"), await page.textContent("#bob")], ANSWERS);
      assert.deepEqual(faults, []);
    },
  );

  it(`${how}: a page on the edge runtime`, async () => {
    const html = await page("edge");
    assert.ok(html.includes(`<p>${ANSWERS.join(" and ")}</p>`), html);
  });

  it(`${how}: \`isoflag/tools\` on the edge runtime`, async () => {
    const html = await page("edge-tools");
    assert.ok(html.includes("because rule 0 matches"), html);
  });
}

export async function suite(folder) {
  for (const bundler of ["turbopack", "webpack"]) {
    describe(`Next.js's build with ${bundler}`, () => {
      const visit = chromium();
      let server;
      before(async () => {
        await rm(`${folder}.next`, { recursive: true, force: true });
        const build = next(folder, "build", `--${bundler}`);
        assert.equal(await build.ended, 0, build.printed.join(""));
        server = await served(folder, "start");
      });
      after(() => stop(server));

      it(`build with ${bundler}: copies the module for the browser`, async test => {
        const files = await reportEmitted(test, `${folder}.next/static`, file =>
          file.endsWith(".wasm") ? `${bundler}: ${file}` : undefined,
        );
        assert.ok(
          files.some(file => file.endsWith(".wasm")),
          files.join(),
        );
      });
      answers(`build with ${bundler}`, visit, () => server);

      it(
        `build with ${bundler}: ${LOADS[bundler]} loads on a slow processor hydrate without an error`,
        inChromium,
        async () => {
          const html = await (await fetch(`${server.address}/loads`)).text();
          for (const [id, text] of [
            ["bare", "none<!-- -->, <!-- -->loading"],
            ["bootstrapped", `${ANSWERS[0]}<!-- -->, <!-- -->ready`],
          ]) {
            for (const at of [id, `${id}-late`]) assert.ok(html.includes(`<p id="${at}">${text}</p>`), html);
          }
          for (let load = 0; load < LOADS[bundler]; load++) {
            const { answer, faults, close } = await visit(`${server.address}/loads`, {
              seconds: 60,
              slowdown: 6,
            });
            assert.deepEqual(faults, [], `load ${load}`);
            assert.deepEqual(new Set(Object.values(answer)), new Set([ANSWERS[0]]));
            await close();
          }
        },
      );
    });
  }

  describe("Next.js's dev server", () => {
    const visit = chromium();
    let server;
    before(async () => {
      await rm(`${folder}.next`, { recursive: true, force: true });
      server = await served(folder, "dev");
    });
    after(() => stop(server));
    answers("dev server", visit, () => server);
  });
}
