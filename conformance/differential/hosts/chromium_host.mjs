// isoflag's npm package in a page of Chromium as a host: JSON lines in, answers and explanations out.
// `chromium_host.mjs core` evaluates with `core.wasm`, which a page loads by default, and gives the answers alone.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { launchOptions } from "../../../.ci/chromium.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const roots = {
  isoflag: join(here, "../../../bindings-wasm/npm/dist"),
  hosts: here,
  canonicalize: fileURLToPath(new URL(".", import.meta.resolve("canonicalize"))),
};
const types = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".html": "text/html",
};
const hasTools = process.argv[2] !== "core";
const page = `<!doctype html><meta charset="utf-8"><script type="module">
  import * as isoflag from "/isoflag/${hasTools ? "tools" : "index"}.js";
  import canonicalize from "/canonicalize/canonicalize.js";
  import { answer } from "/hosts/answers.mjs";
  await isoflag.ready();
  window.answer = text => answer(isoflag, canonicalize, JSON.parse(text), { hasTools: ${hasTools} }).join("\\n");
</script>`;

async function serve(request, response) {
  const path = new URL(request.url, "http://page").pathname;
  if (path === "/") {
    response.writeHead(200, { "content-type": types[".html"] }).end(page);
    return;
  }
  const [, root, ...rest] = path.split("/");
  const file = normalize(join(roots[root] ?? here, ...rest));
  if (roots[root] === undefined || relative(roots[root], file).startsWith("..")) {
    response.writeHead(404).end();
    return;
  }
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

const server = createServer(serve);
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch(launchOptions());
try {
  const tab = await browser.newPage();
  tab.on("pageerror", error => console.error(`page: ${error.message}`));
  await tab.goto(`http://127.0.0.1:${server.address().port}/`);
  await tab.waitForFunction(() => window.answer !== undefined);
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const written = `${await tab.evaluate(line => window.answer(line), text)}\n`;
    if (!process.stdout.write(written)) {
      await new Promise(resolve => process.stdout.once("drain", resolve));
    }
  }
} finally {
  await browser.close();
  server.close();
}
