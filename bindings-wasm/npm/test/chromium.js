// Pages in Chromium that run scripts of the tests, and the server of the package's files.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before } from "node:test";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
// It is outside the project that these types are checked with.
const { findChromium, launchOptions } = await import(
  new URL("../../../.ci/chromium.mjs", import.meta.url).href
);
export const skip =
  findChromium() || process.env.CI ? false : "no Chromium: neither `CHROMIUM` nor the path names one";

/**
 * Serves a page that runs a script of the tests and posts a result to its own address.
 *
 * @param {string} script its path in the package
 * @param {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean} [answers]
 *   answers other requests, or returns false
 * @returns {(search?: string) => Promise<any>} opens the page and returns its result
 */
export function pageOf(script, answers = () => false) {
  const page = `<!doctype html><meta charset="utf-8"><title>Tests</title><script type="module" src="${script}"></script>`;
  /** @type {(result: any) => void} */
  let report;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://page.example");
    if (pathname === "/" && request.method === "POST") {
      report(JSON.parse(await text(request)));
      response.end();
      return;
    }
    if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end(page);
      return;
    }
    if (answers(request, response)) return;
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(pathname))] ?? "text/plain";
    try {
      const body = await readFile(new URL(`..${pathname}`, import.meta.url));
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

  return async (search = "") => {
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
  };
}
