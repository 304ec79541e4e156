// Runs all benchmarks in Chromium: node chromium.mjs, as bench/run.sh does.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launch, skipWithoutChromium } from "../../conformance/runners/chromium/browser.js";
import { profileInPage } from "./profile.mjs";
import { Record } from "./record.mjs";
import { cases, how } from "./workload.mjs";

const { quick, only } = how;
const record = new Record("chromium", how);
const profiling = process.env.ISOFLAG_BENCH_PROFILE !== undefined;

const MODULE = fileURLToPath(new URL("../../bindings-wasm/npm/dist/core.wasm", import.meta.url));
const PAGE = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./page.mjs", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: !profiling,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

/** Serves the page, the module and the generated documents on the loopback address. */
async function serve(data) {
  const script = await bundle();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    // A page that is isolated from other origins has a clock of 5 µs instead of 100.
    const headers = {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cache-control": "no-store",
    };
    const send = (type, body) => response.writeHead(200, { ...headers, "content-type": type }).end(body);
    if (pathname === "/") {
      send("text/html", PAGE);
    } else if (pathname === "/page.js") {
      send("text/javascript", script);
    } else if (pathname === "/core.wasm") {
      send("application/wasm", await readFile(MODULE));
    } else if (pathname.startsWith("/data/")) {
      send("application/json", await readFile(join(data, basename(pathname))));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

async function inFreshPage(browser, address, work) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", error => console.error(`page: ${error.message}`));
  await page.goto(address);
  await page.waitForFunction(() => globalThis.measure !== undefined);
  const done = await work(page);
  await context.close();
  return done;
}

async function measureStart(browser, address) {
  const runs = { instantiate: [], answer: [], fetched: [] };
  for (let run = 0; run < (quick ? 3 : 15); run += 1) {
    const from = await inFreshPage(browser, address, page => page.evaluate(() => globalThis.start()));
    runs.instantiate.push(from.instantiate);
    runs.answer.push(from.answer);
    const fetched = await inFreshPage(browser, address, page =>
      page.evaluate(() => globalThis.startByFetching()),
    );
    runs.fetched.push(fetched.answer);
  }
  record.row("start", "compile and instantiate", "isoflag", "ms", runs.instantiate);
  record.row("start", "first answer, from the bytes", "isoflag", "ms", runs.answer);
  record.row("start", "first answer, from ready()", "isoflag", "ms", runs.fetched);
}

async function measure() {
  const { server, address } = await serve(process.env.ISOFLAG_BENCH_DATA);
  const browser = await launch();
  try {
    record.line({ version: `Chromium ${browser.version()}` });
    if (record.wants("start")) {
      await measureStart(browser, address);
    }
    const options = { cases, quick, only, profiling };
    const run = page => page.evaluate(given => globalThis.measure(given), options);
    const work = profiling ? page => profileInPage(page, run) : run;
    process.stdout.write(await inFreshPage(browser, address, work));
  } finally {
    await browser.close();
    server.close();
  }
}

const skip = skipWithoutChromium();
if (skip) {
  console.error(`bench: SKIPPED Chromium: ${skip}`);
  record.skip("start", "compile and instantiate", skip);
  record.skip("eval", "every case", skip);
} else {
  await measure();
}
