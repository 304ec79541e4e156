// Imports every entry of the package as its host runtime would, checks what it exports and contains, and runs the examples
// of the documentation.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const dist = new URL("../../dist/", import.meta.url);
const bytes = await readFile(new URL("core.wasm", dist));
const toolsBytes = await readFile(new URL("tools.wasm", dist));

const surface = `
  BoundFlags Context ContextError Diff DocumentError DocumentHistory Explanation Flags LifecycleError
  LoadError PinError Receipt ReceiptError SPEC_VERSION StrategyError checkEnvironments fromAppConfigKey
  inventory parseTtl ready readySync replay secureModeHash toAppConfigKey version`
  .trim()
  .split(/\s+/);

/** The exports of entries that make sources too: `index.js`, for pages without a bundler, does not. */
const withSource = [...surface, "createSource"].sort();

/** Those of the entries that load `tools.wasm`. */
const withTools = [...withSource, "SystemFlags", "convert", "edit", "promote", "suggest"].sort();

/** Each in a process of its own: an entry is ready once for all. @param {string} program @param {string[]} options */
async function answer(program, options = []) {
  const script = `${program}
const flags = isoflag.Flags.fromJson('{"flags":{"f":{"key":"f","on":false,"offVariation":0,"variations":["yes"]}}}');
console.log(JSON.stringify([Object.keys(isoflag).sort(), flags.variation("f", { kind: "user", key: "k" }, "no")]));`;
  const { stdout, stderr } = await run(
    process.execPath,
    [...options, "--input-type=module", "--eval", script],
    {
      cwd: new URL("../..", import.meta.url),
    },
  );
  return { answer: JSON.parse(stdout), stderr };
}

const expected = [withSource, "yes"];
const expectedOfIndex = [surface, "yes"];
const expectedOfTools = [withTools, "yes"];

describe("the entry", () => {
  it("for Node is ready when it is imported", async () => {
    assert.deepEqual((await answer('import * as isoflag from "isoflag";')).answer, expectedOfTools);
    assert.deepEqual(
      (await answer(`import * as isoflag from "${dist}node.js"; await isoflag.ready();`)).answer,
      expectedOfTools,
    );
  });

  it("for Node can be required", async () => {
    const require = createRequire(import.meta.url);
    assert.equal(require.resolve("isoflag"), new URL("node.js", dist).pathname);
    const { answer: answered } = await answer(
      'import { createRequire } from "node:module"; const isoflag = createRequire(process.cwd() + "/x.js")("isoflag");',
    );
    assert.deepEqual(
      answered[0].filter((/** @type {string} */ name) => name !== "__esModule" && name !== "module.exports"),
      withTools,
    );
    assert.equal(answered[1], "yes");
  });

  it("with everything inlined is ready when it is imported", async () => {
    assert.deepEqual((await answer('import * as isoflag from "isoflag/inline";')).answer, expected);
  });

  it("for browsers can be loaded synchronously", async () => {
    const program = (/** @type {string} */ module) => `
      import { readFileSync } from "node:fs";
      import * as isoflag from "${dist}index.js";
      const bytes = readFileSync(new URL("${dist}core.wasm"));
      isoflag.readySync(${module});`;
    assert.deepEqual((await answer(program("bytes"))).answer, expectedOfIndex);
    assert.deepEqual((await answer(program("new WebAssembly.Module(bytes)"))).answer, expectedOfIndex);
  });

  it("for bundlers makes sources", async () => {
    const program = `import { readFileSync } from "node:fs"; import * as isoflag from "${dist}page.js";
      isoflag.readySync(readFileSync(new URL("${dist}core.wasm")));`;
    assert.deepEqual((await answer(program)).answer, expected);
  });

  it("for browsers reports that it is not ready", async () => {
    const program = `import * as isoflag from "${dist}index.js";`;
    await assert.rejects(answer(program), /isoflag is not ready; `await ready\(\)` first/);
  });

  describe("for edge runtimes", () => {
    const hooks = `export async function load(url, context, next) {
      if (!url.endsWith(".wasm")) return next(url, context);
      const source = 'import { readFileSync } from "node:fs"; export default new WebAssembly.Module(readFileSync(new URL(' + JSON.stringify(url) + ')));';
      return { format: "module", source, shortCircuit: true };
    }`;
    const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    const options = ["--conditions=workerd", `--import=data:text/javascript,${encodeURIComponent(register)}`];

    it("takes the module that the runtime compiled", async () => {
      const { answer: answered } = await answer('const isoflag = await import("isoflag");', options);
      assert.deepEqual(answered, expected);
    });

    it("accepts the one with all features, if it is loaded first", async () => {
      const program = `const isoflag = await import("isoflag/tools"); await import("isoflag");
        console.error(isoflag.secureModeHash("key", { key: "k" }).length);`;
      const { answer: answered, stderr } = await answer(program, options);
      assert.deepEqual([answered, stderr], [expectedOfTools, "64\n"]);
      const late = 'const isoflag = await import("isoflag"); await import("isoflag/tools");';
      await assert.rejects(answer(late, options), /import `isoflag\/tools` instead of `isoflag`/);
    });
  });
});

describe("the entry for browsers, over HTTP", () => {
  const types = /** @type {Record<string, string>} */ ({
    "/right": "application/wasm",
    "/parameter": "application/wasm; charset=utf-8",
    "/wrong": "text/plain",
    "/none": "",
    "/tools": "application/wasm",
  });
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    const type = types[request.url ?? ""];
    if (type === undefined) {
      response.writeHead(404, { "Content-Type": "text/html" }).end("<h1>not here</h1>");
      return;
    }
    if (type !== "") response.setHeader("Content-Type", type);
    response.end(request.url === "/tools" ? toolsBytes : bytes);
  });
  let origin = "";

  before(async () => {
    await new Promise(resolve => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    origin = `http://127.0.0.1:${address.port}`;
  });
  after(() => server.close());

  const imported = `import * as isoflag from "${dist}index.js";`;

  for (const path of ["/right", "/parameter", "/wrong", "/none"]) {
    it(`is ready with the type ${JSON.stringify(types[path])}`, async () => {
      assert.deepEqual(
        (await answer(`${imported} await isoflag.ready("${origin}${path}");`)).answer,
        expectedOfIndex,
      );
      assert.deepEqual(
        (await answer(`${imported} await isoflag.ready(fetch("${origin}${path}"));`)).answer,
        expectedOfIndex,
      );
    });
  }

  it("loads once for all callers", async () => {
    requests = 0;
    const program = `${imported} const url = new URL("${origin}/right");
      await Promise.all([isoflag.ready(url), isoflag.ready(url)]); await isoflag.ready(); isoflag.readySync(new Uint8Array());`;
    assert.deepEqual((await answer(program)).answer, expectedOfIndex);
    assert.equal(requests, 1);
  });

  const traced = `
    const text = flags => flags.explain("f", { kind: "user", key: "k" }).toString();
    const one = isoflag.Flags.fromJson('{"flags":{"f":{"key":"f","on":false,"offVariation":0,"variations":["yes"]}}}');`;

  it("names the entry with the features that core.wasm lacks", async () => {
    const program = `${imported} await isoflag.ready("${origin}/right"); ${traced}
      const calls = [
        () => text(one), () => one.diagnostics, () => isoflag.secureModeHash("key", { key: "k" }), () => one.receipt("f", { key: "k" }),
        () => new isoflag.DocumentHistory(), () => isoflag.replay("{}", one, { key: "k" }), () => isoflag.parseTtl("45s"), () => one.typing(),
        () => one.withStatus("f", "Done", 1), () => one.certification({}), () => one.deployment(1, 1), () => one.finish("f", 1),
        () => one.retirements({ now: 1 }), () => one.toJson(), () => isoflag.inventory({}, { now: 1 }), () => isoflag.checkEnvironments({}),
        () => one.impact({}), () => one.advance({}, 1),
      ];
      for (const call of calls) try { call(); console.error("no error"); } catch (error) { console.error(error.message); }
      console.error(one.digest);`;
    const { answer: answered, stderr } = await answer(program);
    assert.deepEqual(answered, expectedOfIndex);
    const lines = stderr.trim().split("\n");
    const absent = `
      explain diagnostics secureModeHash receipt DocumentHistory replay parseTtl typing withStatus
      certification deployment finish retirements toJson inventory checkEnvironments impact advance`
      .trim()
      .split(/\s+/);
    for (const [index, what] of absent.entries()) {
      const message = new RegExp(`^\`${what}\` needs \`isoflag/tools\`; import that$`);
      assert.match(lines[index] ?? "", message);
    }
    assert.match(lines[absent.length] ?? "", /^sha256:[0-9a-f]{64}$/);
  });

  it("with all features has those that core.wasm lacks", async () => {
    const program = `import * as isoflag from "${dist}tools.js"; await isoflag.ready("${origin}/tools"); ${traced}
      console.error(text(one).length > 0, one.diagnostics[0].code, isoflag.secureModeHash("key", { key: "k" }).length);`;
    const { answer: answered, stderr } = await answer(program);
    assert.deepEqual(answered, expectedOfTools);
    assert.equal(stderr, "true no-variation-or-rollout 64\n");
  });

  it("rejects the module with all features, which it could not call", async () => {
    const program = `${imported} const error = await isoflag.ready("${origin}/tools").catch(error => error);
      console.error(error.code, error.message); await isoflag.ready("${origin}/right");`;
    const { answer: answered, stderr } = await answer(program);
    assert.deepEqual(answered, expectedOfIndex);
    assert.match(stderr, /^wrong-module not the core.wasm of isoflag/);
  });

  it("with all features reports that core.wasm was loaded first", async () => {
    const program = `${imported} import { ready } from "${dist}tools.js"; await isoflag.ready("${origin}/right");
      console.error((await ready().catch(error => error)).message);`;
    const { answer: answered, stderr } = await answer(program);
    assert.deepEqual(answered, expectedOfIndex);
    assert.match(stderr, /started from core.wasm already; call `ready` of `isoflag\/tools` before any other/);
  });

  it("reports a missing file, and may be called again", async () => {
    const program = `${imported} const error = await isoflag.ready("${origin}/missing").catch(error => error);
      console.error(error.message); await isoflag.ready("${origin}/right");`;
    const { answer: answered, stderr } = await answer(program);
    assert.deepEqual(answered, expectedOfIndex);
    assert.match(stderr, /missing` cannot be loaded \(Error: it answered 404\); serve/);
  });
});

/** The exports of each entry, and its external imports. */
/** @type {Record<string, { offers: string[], needs: string[] }>} */
const entries = {
  activity: { offers: ["Activity", "Exposures", "ParityReporter", "sampled"], needs: [] },
  "openfeature-server": { offers: ["IsoflagServerProvider"], needs: ["@openfeature/server-sdk"] },
  "openfeature-web": { offers: ["IsoflagWebProvider"], needs: ["@openfeature/web-sdk"] },
  react: {
    offers: [
      "Feature",
      "IsoflagProvider",
      "IsoflagTestProvider",
      "documentHeader",
      "useFlag",
      "useFlagDetail",
      "useFlags",
      "useIsoflag",
      "useIsoflagClient",
    ],
    needs: ["react"],
  },
  persist: { offers: ["cacheStorage"], needs: [] },
  source: {
    offers: ["DocumentSource", "SourceError", "TimezoneError", "createSource", "documentHeader"],
    needs: [],
  },
  testing: {
    offers: [
      "eachState",
      "pageOverrides",
      "record",
      "signOverrides",
      "testWithFlag",
      "underStrategy",
      "withOverrides",
      "withPageOverrides",
    ],
    needs: [],
  },
};
const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

/** The texts of the modules that an entry loads, and its external imports. @param {string} entry */
async function load(entry) {
  /** @type {Map<string, string>} */
  const own = new Map();
  /** @type {Set<string>} */
  const others = new Set();
  const waiting = [`./${entry}.js`];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (own.has(name)) continue;
    const text = await readFile(new URL(name, dist), "utf8");
    own.set(name, text);
    for (const [, from = ""] of text.matchAll(/(?:^|;)(?:import|export)\b[^;"]*"([^"]+)"/gm)) {
      if (from.startsWith("./")) waiting.push(from);
      else others.add(from);
    }
  }
  return { text: [...own.values()].join("\n"), others: [...others].sort() };
}

describe("the entry beside the evaluator", () => {
  for (const [entry, { offers, needs }] of Object.entries(entries)) {
    it(`isoflag/${entry} exports its API, and does not contain a second evaluator`, async () => {
      assert.deepEqual(Object.keys(await import(`isoflag/${entry}`)).sort(), offers);
      const { text, others } = await load(entry);
      assert.deepEqual(others, needs);
      assert.doesNotMatch(text, /WebAssembly/);
      for (const name of needs) {
        assert.ok(name in manifest.peerDependencies);
        assert.equal(manifest.peerDependenciesMeta[name].optional, true);
      }
    });
  }

  it("of the package imports the evaluator, which this test detects", async () => {
    assert.match((await load("index")).text, /WebAssembly/);
  });

  it("isoflag/react is marked as client code for server renderers", async () => {
    assert.match(await readFile(new URL("react.js", dist), "utf8"), /^"use client";/);
  });
});

it("the lowest version of each peer is tested, and of React the newest one too", async () => {
  const { peerDependencies, devDependencies } = manifest;
  const { dependencies } = JSON.parse(
    await readFile(new URL("../react-18/package.json", import.meta.url), "utf8"),
  );
  const lowest = Object.entries(peerDependencies).map(([name, range]) => [name, /\d[\d.]+/.exec(range)?.[0]]);
  const tested = { ...devDependencies, ...dependencies };
  assert.deepEqual(
    lowest,
    lowest.map(([name = ""]) => [name, tested[name]]),
  );
});

/** Runs the first example of a page. @param {string} page */
async function example(page) {
  const [, program] = /```js\n(.*?)```/s.exec(await readFile(new URL(page, import.meta.url), "utf8")) ?? [];
  assert.ok(program);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: new URL("../..", import.meta.url),
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  return stdout;
}

it("the README's example prints what its comments say", async () => {
  const [first, second, third] = (await example("../../README.md")).split("\n");
  assert.equal(first, "one-page");
  assert.match(String(second), /^\{ kind: 'RULE_MATCH'/);
  assert.equal(third, "classic");
});

it("the tests that docs/testing.md shows pass", async () => {
  assert.match(await example("../../../../docs/testing.md"), /pass 3\n/);
});
