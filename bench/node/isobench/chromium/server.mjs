// Serves the page on the loopback address.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const module = fileURLToPath(new URL("../../../../bindings-wasm/npm/dist/core.wasm", import.meta.url));
const page = '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>';

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./page.mjs", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

export async function serve(data) {
  const script = await bundle();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    // A page that is isolated from other origins has a clock with a resolution of 5 µs instead of 100.
    const headers = {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cache-control": "no-store",
    };
    const send = (type, body) => response.writeHead(200, { ...headers, "content-type": type }).end(body);
    if (pathname === "/") {
      send("text/html", page);
    } else if (pathname === "/page.js") {
      send("text/javascript", script);
    } else if (pathname === "/core.wasm") {
      send("application/wasm", await readFile(module));
    } else if (pathname.startsWith("/data/")) {
      send("application/json", await readFile(join(data, basename(pathname))));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}
