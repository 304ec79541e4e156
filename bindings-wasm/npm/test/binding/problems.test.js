// Mistakes of an application are reported once, in development.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { afterEach, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";

import { Context, Flags } from "../../dist/node.js";
import { document, flag, ruleFlag } from "../documents.js";
import { nested, thrower } from "./odd-values.js";

/** @type {string[]} */
let warnings = [];
const { warn } = console;
beforeEach(() => {
  warnings = [];
  console.warn = text => warnings.push(text);
});
afterEach(() => {
  console.warn = warn;
});

const flags = Flags.fromObject(
  document(
    flag("text", { variations: ["x"] }),
    flag("broken", { fallthrough: { variation: 9 } }),
    ruleFlag("odd", { attribute: "odd", values: ["x"] }),
    ruleFlag("plan", { attribute: "plan", values: ["pro"] }),
  ),
);
const ada = { kind: "user", key: "ada" };

describe("in Node, a warning is printed once for", () => {
  it("an unknown key", () => {
    for (let turn = 0; turn < 3; turn++) flags.boolVariation("no-such-flag\n", ada, false);
    flags.bind(ada).variationDetail("no-such-flag\n", 1);
    assert.deepEqual(warnings, [
      "isoflag: there is no flag `no-such-flag\\n`: the default is returned; check the key",
    ]);
  });

  it("a key that is not a string, even one that throws when it is converted", () => {
    const keys = [5, Symbol("s"), {}, Object.create(null), { toString: thrower }, [Symbol("s")], () => 1];
    for (const key of /** @type {any[]} */ (keys)) {
      assert.equal(flags.variation(key, ada, 1), 1);
      assert.equal(flags.bind(ada).variationDetail(key, 1).reason.errorKind, "FLAG_NOT_FOUND");
    }
    const types = ["number", "symbol", "object", "function"];
    assert.deepEqual(
      warnings,
      types.map(
        type =>
          `isoflag: there is no flag of a key that is not a string (${type}): the default is returned; check the key`,
      ),
    );
  });

  it("a wrong type, and a malformed flag", () => {
    const bound = flags.bind(ada);
    for (let turn = 0; turn < 3; turn++) {
      bound.boolVariation("text", false);
      flags.boolVariation("text", ada, false);
      bound.variation("broken", 1);
    }
    assert.deepEqual(warnings, [
      "isoflag: the flag `text` serves a value of another type: the default is returned; use the getter of its type",
      "isoflag: the flag `broken`, or a flag or segment that it needs, is malformed: the default is returned; `isoflag check` reports the reason",
    ]);
  });

  it("an invalid context, with the reason", () => {
    const one = Flags.fromObject(document(flag("one"), flag("two")));
    const invalid = /** @type {any} */ ({ kind: "user", key: 5 });
    for (const key of ["one", "two", "one"]) one.boolVariation(key, invalid, false);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^isoflag: invalid context, so every flag returns the default: `key`: /);
  });

  it("an invalid context, with the reason rather than what is ignored", () => {
    const ignored = { a: new Set(), b: () => 1 };
    for (const [context, reason] of /** @type {[any, RegExp][]} */ ([
      [{ ...ignored, kind: "user" }, /: `key`: a context needs a key/],
      [{ ...ignored, kind: "user", key: Symbol("s") }, /: `key`: a symbol has no JSON form/],
      [{ ...ignored, kind: "a b", key: "ada" }, /: `kind`: /],
      [{ kind: "multi", user: { ...ignored, key: "" } }, /: `user.key`: /],
      [new Set(), /: a Set has no JSON form/],
    ])) {
      // A flag reports its first invalid context.
      Flags.fromObject(document(flag("one"))).boolVariation("one", context, false);
      assert.match(warnings.filter(text => /invalid context/.test(text)).at(-1) ?? "", reason);
    }
  });

  it("an attribute without a JSON form, with its path", () => {
    const cyclic = /** @type {any} */ ({});
    cyclic.self = cyclic;
    const thrown = Object.defineProperty({}, "inner", { enumerable: true, get: thrower });
    const odds = {
      a: () => 1,
      b: cyclic,
      c: thrown,
      d: nested(200),
      e: Number.NaN,
      f: new Map(),
      g: Symbol("s"),
    };
    for (const [name, odd] of Object.entries(odds)) {
      for (let turn = 0; turn < 2; turn++) {
        flags.boolVariation("odd", { ...ada, odd: { [name]: odd } }, false);
        flags.bind({ ...ada, odd: { [name]: odd } });
      }
    }
    const paths = warnings.map(
      text => /^isoflag: the attribute `(.*?)(?:\.value)*` of a context is ignored: /.exec(text)?.[1],
    );
    assert.deepEqual(paths, ["odd.a", "odd.b.self", "odd.c.inner", "odd.d", "odd.e", "odd.f", "odd.g"]);
  });

  it("a context without `kind` whose attributes are ignored", () => {
    const user = /** @type {any} */ ({ key: "mia", plan: "pro", email: "mia@shop.example" });
    for (let turn = 0; turn < 3; turn++) flags.boolVariation("plan", { ...user }, false);
    flags.bind(user);
    flags.boolVariation("plan", /** @type {any} */ ({ knid: "user", key: "mia" }), false);
    assert.deepEqual(warnings, [
      'isoflag: the context lacks `kind`, so it is a legacy user and `plan` is ignored; add `"kind": "user"`',
      'isoflag: the context lacks `kind`, so it is a legacy user and `knid` is ignored; add `"kind": "user"`',
    ]);
  });

  it("nothing that is right", () => {
    flags.bind(new Context("ada")).variation("text", "");
    flags.variation("text", { key: "ada", email: "a@b.example", custom: { plan: "pro" } }, "");
    flags.variation("text", { ...ada, at: new Date(0), count: 5n, absent: undefined }, "");
    assert.deepEqual(warnings, []);
  });

  it("at most 100 mistakes", () => {
    for (let index = 0; index < 1000; index++) flags.variation(`unknown-${index}`, ada, null);
    assert.ok(warnings.length <= 100, `${warnings.length}`);
  });
});

it("the members of a legacy user are those that the core reads", () => {
  const names = "key name anonymous firstName lastName email country avatar ip".split(" ");
  const user = Object.fromEntries(names.map(name => [name, name === "anonymous" ? true : name]));
  const read = Context.fromObject(/** @type {any} */ ({ ...user, secondary: "x", plan: "y" })).toObject();
  assert.deepEqual(Object.keys(read).sort(), ["kind", ...names].sort());
  warnings = [];
  flags.bind(/** @type {any} */ ({ ...user, custom: {}, privateAttributeNames: [] }));
  assert.deepEqual(warnings, []);
});

describe("in a process of its own", () => {
  const run = promisify(execFile);
  const dist = new URL("../../dist/", import.meta.url);
  const use = `
    const { readFileSync } = await import("node:fs");
    isoflag.readySync(readFileSync(new URL("${dist}core.wasm")));
    const flags = isoflag.Flags.fromJson('{"flags":{}}');
    flags.variation("typo", { kind: "user", key: "k" }, 1);
    flags.bind({ key: "mia", plan: "pro" });`;

  /** @param {string} program @param {object} env */
  async function printed(program, env = {}) {
    const { stderr } = await run(process.execPath, ["--input-type=module", "--eval", program + use], {
      cwd: new URL("../..", import.meta.url),
      env: { ...process.env, ...env },
    });
    return stderr.trim().split("\n").filter(Boolean).length;
  }

  it("the entry for pages that are developed warns, and the other does not", async () => {
    assert.equal(await printed(`const isoflag = await import("${dist}development.js");`), 2);
    assert.equal(await printed(`const isoflag = await import("${dist}page.js");`), 0);
    assert.equal(await printed(`const isoflag = await import("${dist}index.js");`), 0);
  });

  it("Node is silent in production", async () => {
    const program = 'const isoflag = await import("isoflag");';
    assert.equal(await printed(program, { NODE_ENV: "" }), 2);
    assert.equal(await printed(program, { NODE_ENV: "production" }), 0);
  });

  it("Node without WebAssembly imports the package, and `ready` says why it cannot start", async () => {
    const program = `
      delete globalThis.WebAssembly;
      const isoflag = await import("isoflag");
      const error = await isoflag.ready().catch(error => error);
      console.log(error instanceof isoflag.LoadError, error.code, error.message);
      try { isoflag.Flags.fromJson("{}") } catch (error) { console.log(error.message) }`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: new URL("../..", import.meta.url),
    });
    const [first = "", second] = stdout.trim().split("\n");
    assert.match(first, /^true compile-forbidden WebAssembly is forbidden here/);
    assert.equal(second, "isoflag is not ready; `await ready()` first");
  });
});
