/** Serves the pages of consumers on the loopback address, and opens them in Chromium. */

import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname, join, resolve, sep } from "node:path";
import { after, before } from "node:test";
import { launch, skipWithoutChromium } from "../../conformance/runners/chromium/browser.js";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** A page that loads a script. */
export const pageOf = script => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>isoflag</title>
    <link rel="icon" href="data:,">
    <script type="module" src="./${script}"></script>
  </head>
  <body></body>
</html>
`;

/** The content of a file; for `name.html` that does not exist, the page of `name.js`. */
async function contentOf(file) {
  try {
    return await readFile(file);
  } catch (error) {
    const script = file.replace(/\.html$/, ".js");
    if (script === file || !(await stat(script)).isFile()) throw error;
    return pageOf(basename(script));
  }
}

/**
 * Starts the server on a free port. `headers` are added to every response; `instead` maps the end of a path to a function
 * that may respond in place of the file, and returns whether it did; `also` maps a path prefix to another one.
 */
export async function serve(folder, { headers = {}, instead = {}, also = {} } = {}) {
  const root = resolve(folder);
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://loopback").pathname);
    requests.push(path);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const special = Object.keys(instead).find(end => path.endsWith(end));
    if (special !== undefined && (await instead[special](response, path))) return;
    const alias = Object.keys(also).find(start => path.startsWith(start));
    const inside = alias === undefined ? path : also[alias] + path.slice(alias.length);
    let file = resolve(join(root, inside));
    try {
      if (file !== root && !file.startsWith(root + sep)) throw new Error("outside");
      if (
        await stat(file).then(
          found => found.isDirectory(),
          () => false,
        )
      )
        file = join(file, "index.html");
      const body = await contentOf(file);
      response
        .writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" })
        .end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>not here</title>");
    }
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    requests,
    stop: () => new Promise(resolve => server.close(resolve).closeAllConnections()),
  };
}

/** Options of a test that needs Chromium. */
export const inChromium = {
  skip: skipWithoutChromium(),
};

/**
 * Keeps one Chromium for a suite's tests. Returns a function that opens an address: a page reports its answer, or a
 * promise of it, as `globalThis.answer` or as the expression `reported`. Errors and warnings of the page and its console
 * are in `faults`. `slowdown` is the factor by which the processor is throttled, `network` what the network is limited to,
 * and `context` the one of an earlier visit of the same person.
 */
export function chromium() {
  let browser;
  before(async () => {
    if (!inChromium.skip) browser = await launch();
  });
  after(() => browser?.close());
  return async function visit(
    address,
    { seconds = 10, reported = "globalThis.answer", slowdown = 1, network, context } = {},
  ) {
    const page = await (context ?? (await browser.newContext())).newPage();
    const session = await page.context().newCDPSession(page);
    if (slowdown > 1) await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    if (network !== undefined) {
      await session.send("Network.enable");
      await session.send("Network.emulateNetworkConditions", { offline: false, ...network });
    }
    const faults = [];
    page.on("pageerror", error => faults.push(String(error)));
    page.on("console", message => {
      if (["error", "warning"].includes(message.type())) faults.push(message.text());
    });
    await page.goto(address);
    try {
      await page.waitForFunction(`(${reported}) !== undefined`, undefined, { timeout: seconds * 1000 });
      const answer = await page.evaluate(reported);
      return { answer, faults, page, close: () => page.context().close() };
    } catch (cause) {
      throw new Error(`${address} reports no answer; its errors: ${faults.join("\n") || "none"}`, {
        cause,
      });
    }
  };
}
