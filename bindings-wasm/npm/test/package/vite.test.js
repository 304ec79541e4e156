// The plugin for Vite, with Vite itself.

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build, createServer } from "vite";

import { isoflag } from "../../dist/vite.js";
import { document, flag } from "../documents.js";

const text = JSON.stringify(document(flag("f", { variations: ["</script><b>"] })));

/** @type {string} */
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "isoflag-vite-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(fileURLToPath(new URL("../..", import.meta.url)), join(folder, "node_modules/isoflag"), "dir");
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, "flags.json"), text);
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><head><title>t</title></head><script type="module" src="/app.js"></script>',
  );
  writeFileSync(
    join(folder, "app.js"),
    'import { createSource } from "isoflag"; globalThis.source = createSource({ url: "/flags.json" });',
  );
});
after(() => rmSync(folder, { recursive: true }));

/** Builds the page; returns its HTML, its script, and the names of its assets. @param {Parameters<typeof isoflag>[0]} options */
async function built(options) {
  await build({
    root: folder,
    base: "/shop/",
    logLevel: "silent",
    plugins: [isoflag(options)],
    build: { minify: false, emptyOutDir: true },
  });
  const assets = readdirSync(join(folder, "dist/assets"));
  const script = assets
    .filter(name => name.endsWith(".js"))
    .map(name => readFileSync(join(folder, "dist/assets", name), "utf8"));
  return { html: readFileSync(join(folder, "dist/index.html"), "utf8"), assets, script: script.join("\n") };
}

describe("the page that Vite builds", () => {
  it("preloads the module and the document", async () => {
    const { html, assets } = await built({ url: "/flags.json" });
    const module = assets.find(name => name.endsWith(".wasm"));
    assert.ok(module);
    const links = [...html.matchAll(/<link rel="preload" as="fetch" href="([^"]*)" crossorigin>/g)];
    assert.deepEqual(
      links.map(([_, href]) => href),
      [`/shop/assets/${module}`, "/flags.json"],
    );
  });

  it("preloads the module by any name, and no other package's `core.wasm`", async () => {
    writeFileSync(join(folder, "core.wasm"), new Uint8Array(5000));
    writeFileSync(join(folder, "other.html"), '<script type="module" src="/other.js"></script>');
    writeFileSync(
      join(folder, "other.js"),
      'import core from "./core.wasm?url"; import "./app.js"; globalThis.core = core;',
    );
    await build({
      root: folder,
      logLevel: "silent",
      plugins: [isoflag({ url: "/flags.json" })],
      build: {
        emptyOutDir: true,
        rolldownOptions: { input: join(folder, "other.html"), output: { assetFileNames: "[hash][extname]" } },
      },
    });
    const html = readFileSync(join(folder, "dist/other.html"), "utf8");
    const names = [...html.matchAll(/href="\/([^"]*\.wasm)"/g)].map(([_, name = ""]) => name);
    const core = readFileSync(new URL("../../dist/core.wasm", import.meta.url));
    assert.equal(readdirSync(join(folder, "dist")).filter(name => name.endsWith(".wasm")).length, 2);
    assert.deepEqual(
      names.map(name => readFileSync(join(folder, "dist", name)).equals(core)),
      [true],
    );
  });

  it("preloads the module with a relative base, also for a page in a folder", async () => {
    mkdirSync(join(folder, "a/b"), { recursive: true });
    const pages = ["index.html", "a/b/index.html"];
    writeFileSync(join(folder, "a/b/index.html"), readFileSync(join(folder, "index.html")));
    for (const base of ["", "./"]) {
      await build({
        root: folder,
        base,
        logLevel: "silent",
        plugins: [isoflag({ url: "/flags.json" })],
        build: { emptyOutDir: true, rolldownOptions: { input: pages.map(page => join(folder, page)) } },
      });
      for (const page of pages) {
        const html = readFileSync(join(folder, "dist", page), "utf8");
        const [, href = ""] = /<link rel="preload" as="fetch" href="([^"]*\.wasm)"/.exec(html) ?? [];
        assert.ok(existsSync(join(folder, "dist", page, "..", href)), `${page}: ${href}`);
      }
    }
  });

  it("embeds a document that the source finds", async () => {
    const { html } = await built({ url: "/flags.json", embed: "flags.json" });
    const [, embedded = ""] =
      /<script type="application\/json" data-isoflag="\/flags.json">(.*?)<\/script>/s.exec(html) ?? [];
    assert.deepEqual(JSON.parse(embedded), JSON.parse(text));
  });

  it("embeds a document of an address", async () => {
    const server = createHttpServer((request, response) => response.end(request.url === "/f" ? text : "[]"));
    await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    try {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      const { html } = await built({ url: "/flags.json", embed: `http://127.0.0.1:${port}/f` });
      assert.match(html, /data-isoflag/);
      await assert.rejects(
        built({ url: "/flags.json", embed: `http://127.0.0.1:${port}/other` }),
        /a document is an object/,
      );
    } finally {
      server.close();
    }
  });

  it("loads the entry that warns about mistakes only while it is developed", async () => {
    const { script } = await built({ url: "/flags.json" });
    assert.doesNotMatch(script, /there is no flag/);
    // A build sets it.
    Reflect.deleteProperty(process.env, "NODE_ENV");
    const server = await createServer({
      root: folder,
      logLevel: "silent",
      server: { middlewareMode: true, ws: false },
      optimizeDeps: { noDiscovery: true },
    });
    try {
      const found = await server.environments.client.pluginContainer.resolveId(
        "isoflag",
        join(folder, "app.js"),
      );
      assert.match(found?.id ?? "", /dist\/development\.js$/);
    } finally {
      await server.close();
    }
  });
});
