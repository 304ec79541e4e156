// Like traps.test.js, in Chromium: on a page's main thread and in its worker.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";

import { EXPECTED } from "./exhaustion.js";

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Attacks</title><script type="module" src="/test/traps/page.js"></script>';
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
// It is outside the project that these types are checked with.
const { findChromium, launchOptions } = await import(
  new URL("../../../../.ci/chromium.mjs", import.meta.url).href
);
const skip =
  findChromium() || process.env.CI ? false : "no Chromium: neither `CHROMIUM` nor the path names one";

describe("in a page", { skip }, () => {
  /** @type {(result: any) => void} */
  let report;
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      report(JSON.parse(await text(request)));
      response.end();
      return;
    }
    const { pathname } = new URL(request.url ?? "", "http://page.example");
    if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      return;
    }
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(pathname))] ?? "text/plain";
    try {
      const body = await readFile(new URL(`../..${pathname}`, import.meta.url));
      response.writeHead(200, { "content-type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  let origin = "";

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    origin = `http://127.0.0.1:${address.port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Returns the result that a page posts. @param {string} search */
  async function visited(search) {
    const profile = await mkdtemp(join(tmpdir(), "isoflag-chromium-"));
    const result = new Promise(resolve => {
      report = resolve;
    });
    const { executablePath, args } = launchOptions();
    const address = `${origin}/?${search}`;
    const browser = spawn(executablePath, [...args, `--user-data-dir=${profile}`, address], {
      stdio: "ignore",
    });
    const closed = once(browser, "close").then(() => "Chromium ended");
    try {
      return await Promise.race([result, closed]);
    } finally {
      browser.kill();
      await closed;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  for (const module of ["core", "tools"]) {
    for (const thread of ["page", "worker"]) {
      it(`a full stack inside ${module}.wasm in a ${thread} leaves the package working`, async () => {
        const result = await visited(`${module}&overflow&${thread}`);
        assert.deepEqual(result.wrong, [], JSON.stringify(result));
        assert.ok(result.caught > 0);
      });

      it(`a document that does not fit into the memory of ${module}.wasm in a ${thread} is rejected`, async () => {
        assert.deepEqual(await visited(`${module}&exhaust&${thread}`), EXPECTED);
      });
    }
  }
});
