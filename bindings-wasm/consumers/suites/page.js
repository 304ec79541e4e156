/** Tests pages that load the package without a bundler: import maps, content security policies, failed responses. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ANSWERS } from "../application.js";
import { chromium, inChromium, serve } from "../pages.js";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

export async function suite(folder) {
  const bytes = await readFile(`${folder}node_modules/isoflag/dist/core.wasm`);
  describe("a page", inChromium, () => checkPage(folder, bytes));
  // `examples/browser` loads the package from its folder in the repository: serve the installed package instead.
  const installed = { "/bindings-wasm/npm/": `${folder.slice(REPOSITORY.length - 1)}node_modules/isoflag/` };
  describe("examples/browser", inChromium, () => checkExample(installed));
}

function checkPage(folder, bytes) {
  const visit = chromium();
  const servers = [];
  after(() => Promise.all(servers.map(server => server.stop())));

  /** Opens a page, served with the options of `serve`. */
  async function open(name, options) {
    const server = await serve(folder, options);
    servers.push(server);
    return { ...(await visit(`${server.address}/${name}`)), requests: server.requests };
  }
  const policy = text => ({ headers: { "content-security-policy": text } });
  const wasm = answer => ({ instead: { "core.wasm": answer } });

  it("`<script type=module>` with an import map", async () => {
    const { answer, faults, requests } = await open("import-map.html");
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
    assert.equal(requests.filter(path => path.endsWith("core.wasm")).length, 1);
  });

  it("`isoflag/inline` with an import map fetches no module", async () => {
    const { answer, faults, requests } = await open("import-map.html?/inline");
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
    assert.equal(requests.filter(path => path.endsWith("core.wasm")).length, 0);
  });

  for (const allowed of [
    "script-src 'self' 'wasm-unsafe-eval'",
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:",
  ]) {
    it(`under the policy \`${allowed}\``, async () => {
      const { answer, faults } = await open("load.html", policy(allowed));
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }

  it("`isoflag/inline` under `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'`", async () => {
    const text = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
    const { answer, faults } = await open("load.html?inline", policy(text));
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
  });

  for (const [page, entry] of [
    ["load.html", "`isoflag`"],
    ["load.html?inline", "`isoflag/inline`"],
  ]) {
    it(`${entry} under a policy without \`'wasm-unsafe-eval'\`: the error names the remedy`, async () => {
      const { answer } = await open(page, policy("default-src 'self'; img-src data:"));
      assert.equal(answer.name, "LoadError");
      assert.equal(answer.code, "compile-forbidden");
      assert.match(answer.message, /script-src 'wasm-unsafe-eval' allows it in a page/);
    });
  }

  it("under a policy whose `connect-src` forbids the fetch: the error names the module", async () => {
    const text = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
    const { answer } = await open("load.html", policy(text));
    assert.equal(answer.code, "fetch-failed");
    assert.match(answer.message, /core\.wasm` cannot be loaded/);
  });

  for (const type of ["text/plain", "application/octet-stream", "application/wasm; charset=utf-8", ""]) {
    it(`the module served ${type === "" ? "without a type" : `as \`${type}\``} loads`, async () => {
      const { answer, faults } = await open(
        "load.html",
        wasm(response => {
          response.writeHead(200, type === "" ? {} : { "content-type": type }).end(bytes);
          return true;
        }),
      );
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }

  /** Fails the first time, then responds with the file. */
  function firstThenFile(first) {
    let times = 0;
    return wasm(response => {
      times += 1;
      if (times === 1) first(response);
      return times === 1;
    });
  }
  const html = "<!doctype html><title>every unknown path</title>";

  for (const [what, code, words, first] of [
    ["a 404", "fetch-failed", /it answered 404\);/, response => response.writeHead(404).end()],
    [
      "HTML instead of the module",
      "not-webassembly",
      /served as `text\/html`, cannot be loaded \(CompileError/,
      response => response.writeHead(200, { "content-type": "text/html" }).end(html),
    ],
    [
      "HTML with the module's type",
      "not-webassembly",
      /core\.wasm` cannot be loaded \(CompileError/,
      response => response.writeHead(200, { "content-type": "application/wasm" }).end(html),
    ],
    [
      "a connection that breaks off",
      "fetch-failed",
      /cannot be loaded/,
      response => {
        response.writeHead(200, { "content-type": "application/wasm", "content-length": bytes.length });
        response.write(bytes.subarray(0, 9999), () => response.destroy());
      },
    ],
  ]) {
    it(`${what} is reported, and \`ready()\` succeeds when it is called again`, async () => {
      const { answer, page } = await open("load.html", firstThenFile(first));
      assert.equal(answer.name, "LoadError");
      assert.equal(answer.code, code);
      assert.match(answer.message, words);
      assert.match(answer.message, /pass `ready` its address or import `isoflag\/inline`/);
      assert.deepEqual(await page.evaluate("globalThis.again()"), ANSWERS);
    });
  }

  it("a second copy of the package works, also with the contexts of the first", async () => {
    const { answer, faults } = await open("copies.html", { also: { "/copy/": "/node_modules/" } });
    assert.deepEqual(answer, {
      first: ANSWERS,
      second: ANSWERS,
      early: "isoflag is not ready; `await ready()` first",
      mixed: "anna",
    });
    assert.deepEqual(faults, []);
  });
}

function checkExample(installed) {
  const reported = 'document.querySelector("[role=status]").textContent || undefined';
  const visit = chromium();
  let server;
  before(async () => {
    server = await serve(REPOSITORY, { also: installed });
  });
  after(() => server?.stop());

  it("examples/browser: shows the answers, and others for another person", async () => {
    const { answer, faults, page } = await visit(`${server.address}/examples/browser/`, { reported });
    assert.equal(answer, "one-step-checkout: true, because TARGET_MATCH");
    assert.equal(await page.textContent("#greeting"), "Velkommen");
    assert.equal(await page.isVisible("#checkout"), true);
    await page.fill("[name=key]", "bob");
    await page.selectOption("[name=country]", "SE");
    assert.equal(await page.textContent("#greeting"), "Välkommen");
    assert.equal(await page.textContent("[role=status]"), "one-step-checkout: false, because FALLTHROUGH");
    assert.equal(await page.isVisible("#checkout"), false);
    assert.deepEqual(faults, []);
  });

  it("examples/browser: shows the error if the module is not found", async () => {
    const broken = await serve(REPOSITORY, {
      also: installed,
      instead: {
        "core.wasm": response => {
          response.writeHead(404).end();
          return true;
        },
      },
    });
    try {
      const { answer } = await visit(`${broken.address}/examples/browser/`, { reported });
      assert.match(answer, /^LoadError: .*it answered 404\); /);
    } finally {
      await broken.stop();
    }
  });
}
