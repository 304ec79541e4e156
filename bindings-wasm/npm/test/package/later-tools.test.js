// Node starts from core.wasm, and continues with tools.wasm when a feature needs it or evaluations are many.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";

const dist = new URL("../../dist/", import.meta.url);

/** Evaluates before and after a use of the tools, and prints both and the number of modules compiled until then. */
const program = (/** @type {string} */ use, first = "node.js") => `
  let compiled = 0;
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct(target, given) {
      compiled++;
      return new target(...given);
    },
  });
  await import("${dist}${first}");
  const isoflag = await import("${dist}node.js");
  const { Context, Flags } = isoflag;
  const flag = { version: 1, on: true, variations: [true, { a: [1] }, "text"], offVariation: 1, fallthrough: { variation: 0 },
    rules: [{ variation: 2, clauses: [{ attribute: "country", op: "in", values: ["NO"] }] }] };
  const text = JSON.stringify({ flags: { on: { key: "on", ...flag }, off: { key: "off", ...flag, on: false } }, segments: {} });
  const flags = Flags.fromJson(text);
  const patched = flags.apply({ flags: { on: { key: "on", ...flag, version: 2, on: false } } });
  const plain = { kind: "user", key: "ada", country: "NO" };
  const context = Context.fromObject(plain);
  const bound = patched.bind(context);
  const freed = flags.bind(plain);
  freed.free();
  const errorOf = call => {
    try {
      return call();
    } catch (error) {
      return [error.name, error.message, error.code, error.path, error.line];
    }
  };
  const answers = () => [
    flags.variationDetail("on", plain, null),
    flags.variationDetail("on", context, null),
    flags.variationDetail("on", { kind: "user", key: "bob", attributes: new Map() }, null),
    flags.variationDetail("on", { key: 1, kind: "" }, "default"),
    flags.variationDetail("missing", plain, "default"),
    bound.variationDetail("on", null),
    bound.boolVariationDetail("off", true),
    bound.allFlagsState({ now: 0 }),
    flags.digest,
    patched.digest,
    context.toObject(),
    flags.bigSegmentKeys(plain),
    errorOf(() => freed.variation("on", null)),
    errorOf(() => flags.apply([])),
    errorOf(() => Context.fromObject({ kind: "user", key: "" })),
  ];
  const before = JSON.stringify(answers());
  const compiledBefore = compiled;
  const used = ${use};
  const compiledAfter = compiled;
  console.log(JSON.stringify({ before, compiledBefore, used, compiledAfter, after: JSON.stringify(answers()), compiledAtEnd: compiled }));`;

/** @param {string} use @param {string} [first] */
function run(use, first) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program(use, first)],
    { encoding: "utf8", env: { ...process.env, NODE_ENV: "production" } },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("Node's second module", () => {
  for (const [feature, use] of Object.entries({
    diagnostics: "flags.diagnostics.length",
    explain: "bound.explain('off').toJson().length > 0 && 0",
    "a method of the document": "flags.check().filter(({ severity }) => severity === 'error').length",
    "a function": "isoflag.parseTtl('1s') - 1",
    "a profile of AppConfig": "Flags.fromAppConfig('{}').keys().length",
    "a projection": "flags.project().keys().length",
    "the digest of a projection": `Flags.fromObject({ flags: {}, meta: { parentDigest: "0" } }).parentDigest - 0`,
    "an error in a document": `errorOf(() => Flags.fromJson(Buffer.from("{}", "utf16le")))[1].indexOf("not JSON: the text is UTF-16")`,
    "a patch": "Object.keys(Flags.patchBetween(flags, flags)).length",
  })) {
    it(`starts with ${feature}`, () => {
      const { before, after, used, ...compiled } = run(use);
      assert.deepEqual(compiled, { compiledBefore: 1, compiledAfter: 2, compiledAtEnd: 2 });
      assert.equal(used, 0);
      assert.equal(after, before);
    });
  }

  it("does not start for the digests of a document", () => {
    const { used, compiledAfter } = run("[flags.parentDigest]");
    assert.deepEqual([used, compiledAfter], [[null], 1]);
  });

  it("does not start for a source of documents", () => {
    const { used, compiledAfter } = run(`await (async () => {
      const fetch = async () => new Response(text);
      const source = isoflag.createSource({ url: "https://example.com/flags.json", fetch });
      const { flags } = await source.loaded;
      const value = flags.variation("on", plain, null);
      source.close();
      return value;
    })()`);
    assert.deepEqual([used, compiledAfter], ["text", 1]);
  });

  it("starts after many evaluations", () => {
    const many = (/** @type {number} */ times) =>
      `(() => { for (let count = 0; count < ${times}; count++) flags.boolVariation("on", { kind: "user", key: "k" + count }, false); return 0; })()`;
    assert.equal(run(many(4900)).compiledAfter, 1);
    const { before, after, compiledAfter, compiledAtEnd } = run(many(5000));
    assert.deepEqual([compiledAfter, compiledAtEnd], [2, 2]);
    assert.equal(after, before);
  });

  it("starts after many bound contexts", () => {
    const { compiledAfter } = run(
      `(() => { for (let count = 0; count < 5000; count++) flags.bind(plain).free(); return 0; })()`,
    );
    assert.equal(compiledAfter, 2);
  });

  it("does not prevent evaluations if it cannot start", () => {
    const { before, after, used } = run(
      `(() => {
        WebAssembly.Module = class { constructor() { throw new Error("no memory"); } };
        for (let count = 0; count < 5000; count++) flags.boolVariation("on", plain, false);
        return errorOf(() => flags.diagnostics)[0];
      })()`,
    );
    assert.equal(after, before);
    assert.equal(used, "LoadError");
  });

  it("starts after another entry's module", () => {
    const { before, after, compiledBefore, compiledAfter } = run("flags.diagnostics.length", "inline.js");
    assert.deepEqual([compiledBefore, compiledAfter], [1, 2]);
    assert.equal(after, before);
  });
});
