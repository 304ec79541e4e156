/** Serves the page's files on the loopback address: the package's browser build, the runner, the vectors. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const at = path => fileURLToPath(new URL(path, import.meta.url));

/** The folder of each path of the server. */
const ROOTS = {
  "/isoflag/": at("../../node_modules/isoflag/dist/"),
  "/canonicalize/": at("../../node_modules/canonicalize/lib/"),
  "/node/": at("../node/"),
  "/vectors/": at("../../vectors/"),
  "/": at("./"),
};

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
};

function fileOf(path) {
  const prefix = Object.keys(ROOTS).find(root => path.startsWith(root));
  const file = normalize(join(ROOTS[prefix], path.slice(prefix.length)));
  return file.startsWith(ROOTS[prefix].replace(/\/$/, sep)) ? file : undefined;
}

/** Starts the server on a free port; returns its address and a function that stops it. */
export async function serve() {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://loopback").pathname);
    try {
      const body = await readFile(fileOf(path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}
