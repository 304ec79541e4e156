import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { serve } from "../harness/server.js";

const bytes = await readFile(new URL("node_modules/isoflag/dist/core.wasm", import.meta.url));
const consumers = fileURLToPath(new URL("..", import.meta.url));

describe("a page", inChromium, () => {
  const visit = chromium();
  const servers = [];
  after(() => Promise.all(servers.map(server => server.stop())));

  /** Opens one of the pages, served with what the case asks for. */
  async function open(name, options) {
    const server = await serve(consumers, options);
    servers.push(server);
    return { ...(await visit(`${server.address}/page/${name}`)), requests: server.requests };
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
      const { answer, faults } = await open("ready.html", policy(allowed));
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }

  it("`isoflag/inline` under `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'`", async () => {
    const text = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
    const { answer, faults } = await open("inline.html", policy(text));
    assert.deepEqual(answer, ANSWERS);
    assert.deepEqual(faults, []);
  });

  for (const name of ["ready", "inline"]) {
    it(`a policy without \`'wasm-unsafe-eval'\` is named with its remedy (${name})`, async () => {
      const { answer } = await open(`${name}.html`, policy("default-src 'self'; img-src data:"));
      assert.equal(answer.name, "LoadError");
      assert.equal(answer.code, "compile-forbidden");
      assert.match(answer.message, /script-src 'wasm-unsafe-eval' allows it in a page/);
    });
  }

  it("a policy whose `connect-src` forbids the fetch is named", async () => {
    const text = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";
    const { answer } = await open("ready.html", policy(text));
    assert.equal(answer.code, "fetch-failed");
    assert.match(answer.message, /core\.wasm` cannot be loaded/);
  });

  for (const type of ["text/plain", "application/octet-stream", "application/wasm; charset=utf-8", ""]) {
    it(`the module served ${type === "" ? "without a type" : `as \`${type}\``} loads`, async () => {
      const { answer, faults } = await open(
        "ready.html",
        wasm(response => {
          response.writeHead(200, type === "" ? {} : { "content-type": type }).end(bytes);
          return true;
        }),
      );
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }

  /** Fails the first time, then answers with the file. */
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
    it(`${what} is named, and \`ready()\` succeeds when it is called again`, async () => {
      const { answer, page } = await open("ready.html", firstThenFile(first));
      assert.equal(answer.name, "LoadError");
      assert.equal(answer.code, code);
      assert.match(answer.message, words);
      assert.match(answer.message, /pass `ready` its address or import `isoflag\/inline`/);
      assert.deepEqual(await page.evaluate("globalThis.again()"), ANSWERS);
    });
  }

  it("a second copy of the package works, also with the contexts of the first", async () => {
    const { answer, faults } = await open("copies.html", { also: { "/page/copy/": "/page/node_modules/" } });
    assert.deepEqual(answer, {
      first: ANSWERS,
      second: ANSWERS,
      early: "isoflag is not ready; `await ready()` first",
      mixed: "anna",
    });
    assert.deepEqual(faults, []);
  });
});
