import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build, createServer, preview } from "vite";
import { ANSWERS } from "../harness/answers.js";
import { chromium, inChromium } from "../harness/chromium.js";
import { tellEmitted } from "../harness/emitted.js";

const root = fileURLToPath(new URL(".", import.meta.url));
const common = { root, configFile: false, logLevel: "error" };
const listen = { host: "127.0.0.1", port: 0 };

const PAGES = [
  ["index.html", "`isoflag`"],
  ["url.html", "`ready` with the address from `isoflag/core.wasm?url`"],
  ["inline.html", "`isoflag/inline`"],
];

describe("Vite's build", inChromium, () => {
  const visit = chromium();
  let server;
  before(async () => {
    await rm(`${root}out`, { recursive: true, force: true });
    const input = PAGES.map(([page]) => root + page);
    await build({ ...common, build: { outDir: "out", target: "es2022", rolldownOptions: { input } } });
    server = await preview({ ...common, build: { outDir: "out" }, preview: listen });
  });
  after(() => server?.close());

  it("build: copies the module once", async test => {
    const files = await tellEmitted(test, `${root}out`);
    assert.equal(files.filter(file => file.endsWith(".wasm")).length, 1, files.join());
  });

  for (const [page, what] of PAGES) {
    it(`build: ${what}`, async () => {
      const { answer, faults } = await visit(`http://127.0.0.1:${server.httpServer.address().port}/${page}`);
      assert.deepEqual(answer, ANSWERS);
      assert.deepEqual(faults, []);
    });
  }
});

for (const [how, optimizeDeps] of [
  ["dev server", {}],
  ["dev server with `optimizeDeps.exclude`", { exclude: ["isoflag"] }],
]) {
  describe(how, inChromium, () => {
    const visit = chromium();
    let server;
    before(async () => {
      await rm(`${root}node_modules/.vite`, { recursive: true, force: true });
      // What all consumers ask with lies outside of this one.
      const fs = { allow: [".."] };
      server = await createServer({ ...common, optimizeDeps, server: { ...listen, fs, hmr: false } });
      await server.listen();
    });
    after(() => server?.close());

    for (const [page, what] of PAGES) {
      it(`${how}: ${what}`, async () => {
        const { answer, faults } = await visit(
          `http://127.0.0.1:${server.httpServer.address().port}/${page}`,
        );
        assert.deepEqual(answer, ANSWERS);
        assert.deepEqual(faults, []);
      });
    }
  });
}
