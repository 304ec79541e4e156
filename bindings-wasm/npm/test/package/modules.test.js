// The WebAssembly modules import only the binding's own glue, so that the core does no I/O. Failures to start one are reported
// with a remedy, and allow a later attempt.

import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

const core = await readFile(new URL("../../dist/core.wasm", import.meta.url));
const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
const empty = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const html = Buffer.from("<!doctype html><title>every unknown path</title>");

let copies = 0;
/**
 * Each copy of the entry for browsers has its own state. Its imports are shared, so only the failures of `ready` are
 * separate.
 */
async function fresh() {
  return /** @type {typeof import("../../dist/index.js")} */ (
    await import(`../../dist/index.js?copy=${++copies}`)
  );
}

describe("`ready`", () => {
  /** @type {Record<string, { status?: number, type?: string, body: Buffer, breaks?: boolean }>} */
  const answers = {
    "/missing.wasm": { status: 404, type: "text/html", body: html },
    "/page.wasm": { type: "text/html; charset=utf-8", body: html },
    "/page-with-the-type.wasm": { type: "application/wasm", body: html },
    "/half.wasm": { type: "application/wasm", body: core.subarray(0, 1000) },
    "/half-without-type.wasm": { type: "", body: core.subarray(0, 1000) },
    "/nothing.wasm": { type: "application/wasm", body: Buffer.alloc(0) },
    "/breaks-off.wasm": { type: "application/wasm", body: core, breaks: true },
    "/breaks-off-without-type.wasm": { type: "text/plain", body: core, breaks: true },
    "/other.wasm": { type: "application/wasm", body: empty },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    assert.ok(answer);
    response.writeHead(answer.status ?? 200, {
      "content-type": answer.type ?? "",
      "content-length": answer.body.length,
    });
    if (answer.breaks) {
      response.write(answer.body.subarray(0, 5000), () => response.destroy());
    } else {
      response.end(answer.body);
    }
  });
  let origin = "";
  /** @type {typeof import("../../dist/index.js")} */
  let isoflag;

  before(async () => {
    await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    origin = `http://127.0.0.1:${address.port}`;
  });
  after(() => server.close());
  beforeEach(async () => {
    isoflag = await fresh();
  });

  for (const [path, code, words] of /** @type {const} */ ([
    ["/missing.wasm", "fetch-failed", "it answered 404); serve it there"],
    ["/page.wasm", "not-webassembly", "served as `text/html; charset=utf-8`, cannot be loaded (CompileError"],
    ["/page-with-the-type.wasm", "not-webassembly", "cannot be loaded (CompileError"],
    ["/half.wasm", "not-webassembly", "cannot be loaded (CompileError"],
    ["/half-without-type.wasm", "not-webassembly", "cannot be loaded (CompileError"],
    ["/nothing.wasm", "not-webassembly", "cannot be loaded (CompileError"],
    ["/breaks-off.wasm", "fetch-failed", "cannot be loaded (TypeError"],
    ["/breaks-off-without-type.wasm", "fetch-failed", "cannot be loaded (TypeError"],
    ["/other.wasm", "wrong-module", "not the core.wasm of isoflag"],
  ])) {
    it(`names ${code} for ${path}`, async () => {
      for (const source of [
        origin + path,
        new URL(origin + path),
        new Request(origin + path),
        fetch(origin + path),
      ]) {
        await assert.rejects(isoflag.ready(source), error => {
          assert.ok(error instanceof isoflag.LoadError);
          assert.equal(error.code, code);
          assert.equal(error.name, "LoadError");
          assert.ok(error.message.includes(words), error.message);
          if (code !== "wrong-module") assert.ok(error.message.includes(origin + path), error.message);
          return true;
        });
      }
    });
  }

  it("reports an address that does not respond", async () => {
    for (const source of ["http://127.0.0.1:1/core.wasm", new Request("http://127.0.0.1:1/core.wasm")]) {
      await assert.rejects(isoflag.ready(source), {
        code: "fetch-failed",
        message: /^`http:\/\/127\.0\.0\.1:1\/core\.wasm` cannot be loaded \(TypeError/,
      });
    }
  });

  it("reports bytes that are not WebAssembly", async () => {
    for (const bytes of [html, html.buffer, new Uint8Array(), new Uint8Array(2)]) {
      await assert.rejects(isoflag.ready(bytes), { code: "not-webassembly" });
      assert.throws(() => isoflag.readySync(bytes), { code: "not-webassembly" });
    }
    await assert.rejects(isoflag.ready(core.subarray(0, 1000)), { code: "not-webassembly" });
    assert.throws(() => isoflag.readySync(core.subarray(0, 1000)), { code: "not-webassembly" });
    assert.throws(() => isoflag.readySync(empty), { code: "wrong-module" });
  });

  it("reports a host that forbids compiling, whatever its message", async context => {
    class Forbidding {
      constructor() {
        throw new EvalError("not today");
      }
    }
    const refuse = async () => {
      throw new WebAssembly.CompileError("not today");
    };
    context.mock.method(WebAssembly, "Module", Forbidding);
    context.mock.method(WebAssembly, "compile", refuse);
    context.mock.method(WebAssembly, "compileStreaming", refuse);
    const expected = { code: "compile-forbidden", message: /script-src 'wasm-unsafe-eval'/ };
    const response = new Response(core, { headers: { "content-type": "application/wasm" } });
    await assert.rejects(isoflag.ready(response), expected);
    await assert.rejects(isoflag.ready(new Response(core)), expected);
    await assert.rejects(isoflag.ready(core), expected);
    assert.throws(() => isoflag.readySync(core), expected);
  });

  it("says what `readySync` takes", () => {
    for (const given of [undefined, null, "core.wasm", new URL("https://page.example/core.wasm"), {}]) {
      assert.throws(() => isoflag.readySync(/** @type {any} */ (given)), {
        code: "not-webassembly",
        message: /pass its bytes or a `WebAssembly\.Module`$/,
      });
    }
  });

  it("reports a host without WebAssembly", async () => {
    const kept = WebAssembly;
    try {
      Reflect.deleteProperty(globalThis, "WebAssembly");
      await assert.rejects(isoflag.ready(core), {
        code: "compile-forbidden",
        message: /WebAssembly is not defined/,
      });
      assert.throws(() => isoflag.readySync(core), {
        code: "compile-forbidden",
        message: /WebAssembly is not defined/,
      });
    } finally {
      Object.defineProperty(globalThis, "WebAssembly", {
        value: kept,
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  });

  it("reports the module of another release", async () => {
    const folder = await mkdtemp(join(tmpdir(), "isoflag-release-"));
    try {
      await cp(new URL("../../dist", import.meta.url), join(folder, "dist"), { recursive: true });
      await writeFile(join(folder, "package.json"), '{ "type": "module" }');
      for (const file of await readdir(join(folder, "dist"))) {
        if (!file.endsWith(".js")) continue;
        const text = await readFile(join(folder, "dist", file), "utf8");
        await writeFile(join(folder, "dist", file), text.replace(`"${version}"`, '"0.0.9"'));
      }
      const theirs = await import(pathToFileURL(join(folder, "dist/index.js")).href);
      const expected = { code: "wrong-module", message: /^not the core.wasm of isoflag 0\.0\.9;/ };
      await assert.rejects(theirs.ready(core), expected);
      await assert.rejects(theirs.ready(core), expected);
      assert.throws(() => theirs.Flags.fromObject({}), /not ready/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("works without `WebAssembly.compileStreaming`", async () => {
    const { compileStreaming } = WebAssembly;
    try {
      Reflect.deleteProperty(WebAssembly, "compileStreaming");
      const response = new Response(empty, { headers: { "content-type": "application/wasm" } });
      // This compiles, but is another module.
      await assert.rejects(isoflag.ready(response), { code: "wrong-module" });
      await assert.rejects(isoflag.ready(`${origin}/half.wasm`), { code: "not-webassembly" });
    } finally {
      WebAssembly.compileStreaming = compileStreaming;
    }
  });

  // Last: all copies share the engine, which starts once.
  it("may be called again after each failure", async () => {
    await assert.rejects(isoflag.ready(`${origin}/missing.wasm`));
    await assert.rejects(isoflag.ready(`${origin}/other.wasm`));
    assert.throws(() => isoflag.readySync(html));
    await isoflag.ready(core);
    assert.equal(isoflag.Flags.fromObject({ flags: {} }).keys().length, 0);
  });
});

/** @param {string} name */
const compiled = async name =>
  WebAssembly.compile(await readFile(new URL(`../../dist/${name}.wasm`, import.meta.url)));
const modules = { core: await compiled("core"), tools: await compiled("tools") };

/** Throwing, and the table of JavaScript objects, which core.wasm does not use. */
const glue = ["__wbg___wbindgen_throw", "__wbindgen_init_externref_table"];
/** Functions that only tools.wasm has return and throw plain objects. */
const objects = ["__wbg_Error", "__wbg_new", "__wbg_push", "__wbg_set", "__wbindgen_generic"];
const allowed = { core: new Set(glue), tools: new Set([...glue, ...objects]) };

for (const file of /** @type {const} */ (["core", "tools"])) {
  it(`${file}.wasm imports the binding's glue and nothing else`, () => {
    for (const { module: from, name, kind } of WebAssembly.Module.imports(modules[file])) {
      assert.equal(from, "./core_bg.js");
      assert.equal(kind, "function");
      const known = allowed[file].has(name.replace(/_[0-9a-f]{16}$/, ""));
      assert.ok(known, `\`${name}\` is imported and is not glue`);
    }
  });
}

it("the glue's imports read neither clock nor randomness nor network", async () => {
  const glues = await Promise.all(
    ["glue", "tools-glue"].map(
      name => import(new URL(`../../src/generated/${name}.js`, import.meta.url).href),
    ),
  );
  const imports = glues.flatMap(({ imports }) => Object.values(imports).map(String)).join("\n");
  assert.match(imports, /__wbindgen_externrefs/);
  for (const word of "Date performance Math.random crypto fetch globalThis process require".split(" ")) {
    assert.ok(!imports.includes(word), `the glue names \`${word}\``);
  }
});

describe("core.wasm", () => {
  it("has everything that tools.wasm has except the tools", () => {
    const names = (/** @type {WebAssembly.Module} */ module) =>
      WebAssembly.Module.exports(module).map(({ name }) => name);
    const core = new Set(names(modules.core));
    const missing = names(modules.tools).filter(name => !core.has(name) && !name.startsWith("__"));
    const tools = `
      advanceFlags certification checkEnvironments checkFlags chooseStrategy chosenStrategy convertText countImpact
      deployment diffFlags editText evaluateAgain evaluatePart explain finishFlag flagsDiagnostics flagsTyping freeHistory
      freeImpact freeSystemFlags fromAppConfigKey historyAdd historyBytes historyDigests historyGet historyKeep
      historyNewest historyPinned impactForms limits loadAppConfig makePartBuffer newHistory openfeatureErrors openfeatureReasons
      parentDigest parseTtl partOf patchBetween projectFlags projectionReport promoteText receipt replayReceipt retirements
      secureModeHash secureModeHashForHost specVersion startImpact strategyFor strategyProblems suggestChanges systemFlags systemReceipt
      takeInventory toAppConfigKey underStrategy version withStatus withStrategy`;
    assert.deepEqual(missing.sort(), tools.trim().split(/\s+/));
  });
});
