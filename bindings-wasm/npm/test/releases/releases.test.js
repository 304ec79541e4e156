// Two releases in one process of Node, and in one page.

import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import * as one from "../../dist/tools.js";
import { pageOf, skip } from "../chromium.js";
import { EXPECTED, mixed, ofOtherRelease } from "./releases.js";

describe("two releases", () => {
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflag-release-"));
    const dist = new URL("../../dist/", import.meta.url);
    await cp(dist, join(folder, "dist"), { recursive: true });
    await cp(new URL("../package.json", dist), join(folder, "package.json"));
    for (const name of await readdir(dist)) {
      if (!/\.(js|wasm)$/.test(name)) continue;
      await writeFile(join(folder, "dist", name), ofOtherRelease(await readFile(new URL(name, dist))));
    }
  });
  after(() => rm(folder, { recursive: true }));

  it("in one process answer independently", async () => {
    /** @type {typeof one} */
    const other = await import(pathToFileURL(join(folder, "dist/tools.js")).href);
    const module = await readFile(join(folder, "dist/tools.wasm"));
    assert.throws(() => one.readySync(module), { code: "wrong-module" });
    one.readySync(await readFile(new URL("../../dist/tools.wasm", import.meta.url)));
    other.readySync(module);
    assert.deepEqual(mixed(one, other), EXPECTED);
  });

  describe("in one page", { skip }, () => {
    const visited = pageOf("/test/releases/page.js", (request, response) => {
      const path = /^\/other\/dist\/([\w.-]+\.(js|wasm))$/.exec(request.url ?? "");
      if (path === null) return false;
      const type = path[2] === "js" ? "text/javascript" : "application/wasm";
      readFile(join(folder, "dist", path[1] ?? "")).then(file =>
        response.writeHead(200, { "content-type": type }).end(file),
      );
      return true;
    });

    it("answer independently, and refuse the module of the other", async () => {
      assert.deepEqual(await visited(), { refused: "wrong-module", ...EXPECTED });
    });
  });
});
