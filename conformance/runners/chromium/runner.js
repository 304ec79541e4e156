/**
 * The Chromium runner: reads cases, one JSON line each, answers them in a page, and writes one answer line for each.
 * `runner.js core` evaluates with `core.wasm`, which a page loads by default.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.js";

const entry = process.argv[2] === "core" ? "index" : "tools";
const at = path => fileURLToPath(new URL(path, import.meta.url));
const FOLDERS = {
  "/isoflag/": at("../../node_modules/isoflag/dist/"),
  "/canonicalize/": at("../../node_modules/canonicalize/lib/"),
  "/node/": at("../node/"),
};
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "canonicalize": "/canonicalize/canonicalize.js" } }</script>
<script type="module">
  import * as isoflag from "/isoflag/${entry}.js";
  import { answerLine } from "/node/case.js";
  await isoflag.ready();
  globalThis.answerLine = line => answerLine(isoflag, line);
</script>`;

/** Serves the page, and the files of the folders above. */
async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://loopback");
  if (pathname === "/") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
    return;
  }
  try {
    const prefix = Object.keys(FOLDERS).find(name => pathname.startsWith(name));
    const file = normalize(join(FOLDERS[prefix], pathname.slice(prefix.length)));
    if (!file.startsWith(FOLDERS[prefix].replace(/\/$/, sep))) throw new Error(`outside of ${prefix}`);
    response
      .writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" })
      .end(await readFile(file));
  } catch {
    response.writeHead(404).end();
  }
}

function fail(message) {
  console.error(`page: ${message}`);
  process.exitCode = 1;
}

const server = createServer(serve);
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
const browser = await launch();
try {
  const page = await browser.newPage();
  page.on("pageerror", error => fail(error.message));
  page.on("console", message => message.type() === "error" && fail(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("globalThis.answerLine !== undefined");
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const answered = await page.evaluate(line => globalThis.answerLine(line), line);
    if (!process.stdout.write(`${answered}\n`)) {
      await new Promise(resolve => process.stdout.once("drain", resolve));
    }
  }
} finally {
  await browser.close();
  server.close();
}
