// Documents that a source answers with before its server has answered, and the listeners of one flag.

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { ParityReporter } from "../../dist/activity.js";
import { liveHandles } from "../../dist/generated/glue.js";
import { createSource, Flags } from "../../dist/node.js";
import { cacheStorage } from "../../dist/persist.js";
import { documentHeader } from "../../dist/source.js";
import { pageOverrides, withPageOverrides } from "../../dist/testing.js";
import { document, flag, ruleFlag, sourceOf } from "../documents.js";

const url = "https://a.example/flags.json";
const ada = { kind: "user", key: "ada" };

/** A document whose flag `f` serves a text. @param {string} text @param {number} [stamp] */
const serving = (text, stamp) => ({
  ...document(flag("f", { variations: [text] })),
  ...(stamp === undefined ? {} : { meta: { lastModifiedTimestamp: stamp } }),
});

/** A server that answers when the test calls `answer`. */
function server() {
  /** @type {(response: Response) => void} */
  let answer = () => {};
  /** @type {Promise<Response>} */
  const answered = new Promise(resolve => {
    answer = resolve;
  });
  return { answer, fetch: /** @type {any} */ (() => answered) };
}

/** @type {{ close(): void }[]} */
const opened = [];
const settle = () => new Promise(resolve => setTimeout(resolve, 5));

/** @param {Partial<Parameters<typeof createSource>[0]>} options */
function start(options) {
  const source = createSource({ url, ...options });
  opened.push(source);
  const text = () => source.snapshot.flags?.stringVariation("f", ada, "default");
  return { source, state: () => [source.snapshot.status, text()] };
}

/** The Cache Storage of a browser, as far as it is used. */
function browserCaches() {
  /** @type {Map<string, Map<string, Response>>} */
  const stored = new Map();
  const open = async (/** @type {string} */ name) => {
    const entries = stored.get(name) ?? new Map();
    stored.set(name, entries);
    return {
      match: async (/** @type {string} */ key) => entries.get(key)?.clone(),
      put: async (/** @type {string} */ key, /** @type {Response} */ response) => entries.set(key, response),
    };
  };
  Object.assign(globalThis, { caches: { open } });
  return stored;
}

afterEach(() => {
  for (const source of opened.splice(0)) source.close();
  Reflect.deleteProperty(globalThis, "caches");
});

describe("an initial document", () => {
  for (const [form, initial] of /** @type {[string, any][]} */ ([
    ["an object", serving("initial")],
    ["a text", JSON.stringify(serving("initial"))],
    ["bytes", new TextEncoder().encode(JSON.stringify(serving("initial")))],
  ])) {
    it(`answers until the server does: ${form}`, async () => {
      const { fetch, answer } = server();
      const { source, state } = start({ initial, fetch });
      await settle();
      assert.deepEqual(state(), ["stale", "initial"]);
      answer(Response.json(serving("live")));
      await source.loaded;
      assert.deepEqual(state(), ["ready", "live"]);
    });
  }

  it("answers if the server fails", async () => {
    const { state, source } = start({ initial: serving("initial"), fetch: async () => Response.error() });
    await source.loaded;
    await settle();
    assert.deepEqual(state(), ["stale", "initial"]);
  });

  it("is reported if it is not a document, and the server's is taken", async () => {
    /** @type {any[]} */
    const errors = [];
    const { fetch, answer } = server();
    const { source, state } = start({ initial: "[", fetch, onError: error => errors.push(error) });
    await settle();
    assert.deepEqual(
      errors.map(({ code }) => code),
      ["document"],
    );
    answer(Response.json(serving("live")));
    await source.loaded;
    assert.deepEqual(state(), ["ready", "live"]);
  });

  it("is read as `Flags.fromJson` and `Flags.fromObject` read it", async () => {
    /** @type {any[]} */
    const errors = [];
    const onError = (/** @type {any} */ error) => errors.push(error);
    const inherited = Object.create({ toJSON: () => serving("another") });
    const { state } = start({ initial: Object.assign(inherited, serving("own")), fetch: server().fetch });
    for (const initial of [{ ...serving("x"), odd: () => 1 }, '{"flags":{"\ud800":{}}}']) {
      start({ initial, fetch: server().fetch, onError });
    }
    await settle();
    assert.deepEqual(state(), ["stale", "own"]);
    assert.deepEqual(
      errors.map(({ code, cause }) => [code, cause.name]),
      [
        ["document", "DocumentError"],
        ["document", "DocumentError"],
      ],
    );
  });

  it("is the one that the page embeds for the address, if none is given", async () => {
    const scripts = [
      { dataset: { isoflag: "https://other.example/" }, textContent: "[" },
      { dataset: { isoflag: url }, textContent: JSON.stringify(serving("embedded")) },
      { dataset: { isoflag: "/f.json" }, textContent: JSON.stringify(serving("relative")) },
    ];
    const page = Object.assign(new EventTarget(), {
      visibilityState: "visible",
      baseURI: "https://page.example/a/",
      querySelectorAll: () => scripts,
    });
    Object.assign(globalThis, { document: page });
    try {
      for (const [address, text] of /** @type {const} */ ([
        [url, "embedded"],
        ["/f.json", "relative"],
        [new URL("https://page.example/f.json"), "relative"],
        ["f.json", undefined],
      ])) {
        const { state } = start({ url: address, fetch: server().fetch });
        await settle();
        assert.equal(state()[1], text);
      }
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
  });
});

describe("a persisted document", () => {
  /** Visits the page once, with a server that answers. @param {object} answered */
  async function visit(answered) {
    const { source } = start({ persist: cacheStorage(), fetch: async () => Response.json(answered) });
    await source.loaded;
    await settle();
    source.close();
  }

  it("answers the second visit at once, and after an outage", async () => {
    browserCaches();
    const before = liveHandles();
    await visit(serving("first"));
    const { fetch, answer } = server();
    const { source, state } = start({ persist: cacheStorage(), fetch });
    await settle();
    assert.deepEqual(state(), ["stale", "first"]);
    answer(Response.json(serving("second")));
    await source.loaded;
    assert.deepEqual(state(), ["ready", "second"]);
    await settle();
    source.close();
    const down = start({ persist: cacheStorage(), fetch: async () => Response.error() });
    await down.source.loaded;
    await settle();
    assert.deepEqual(down.state(), ["stale", "second"]);
    down.source.close();
    assert.equal(liveHandles(), before);
  });

  it("is ignored if it was damaged, or was replaced by another's", async () => {
    const stored = browserCaches();
    await visit(serving("first"));
    const [entries] = stored.values();
    const kept = /** @type {Response} */ (entries?.get(url));
    entries?.set(url, new Response(JSON.stringify(serving("forged")), { headers: kept.headers }));
    const { state } = start({ persist: cacheStorage(), fetch: server().fetch });
    await settle();
    assert.deepEqual(state(), ["loading", undefined]);
  });

  it("is preferred to an initial one only if it is not older", async () => {
    browserCaches();
    await visit(serving("kept", 1_700_000_000));
    for (const [stamp, text] of /** @type {const} */ ([
      [1_600_000_000, "kept"],
      [1_800_000_000, "initial"],
    ])) {
      const initial = serving("initial", stamp);
      const { state } = start({ persist: cacheStorage(), initial, fetch: server().fetch });
      await settle();
      assert.deepEqual(state(), ["stale", text]);
    }
  });

  it("does not replace what the server has answered already", async () => {
    browserCaches();
    await visit(serving("first"));
    const store = cacheStorage();
    /** @type {(value: undefined) => void} */
    let go = () => {};
    const gate = new Promise(resolve => {
      go = resolve;
    });
    const slow = { ...store, read: async (/** @type {string} */ at) => gate.then(() => store.read(at)) };
    const { source, state } = start({ persist: slow, fetch: async () => Response.json(serving("live")) });
    await source.loaded;
    go(undefined);
    await settle();
    assert.deepEqual(state(), ["ready", "live"]);
  });

  it("answers if the initial one is not a document, which is reported", async () => {
    browserCaches();
    await visit(serving("kept"));
    /** @type {any[]} */
    const errors = [];
    const onError = (/** @type {any} */ error) => errors.push(error);
    const { state } = start({ persist: cacheStorage(), initial: "[", fetch: server().fetch, onError });
    await settle();
    assert.deepEqual([state(), errors.length], [["stale", "kept"], 1]);
  });

  for (const kept of [
    null,
    5,
    {},
    { bytes: "[", digest: "sha256:" },
    { bytes: new Uint8Array(3), times: 5 },
  ]) {
    it(`that is not one is ignored: ${JSON.stringify(kept)}`, async () => {
      const persist = /** @type {any} */ ({ read: async () => kept, write: async () => {} });
      /** @type {unknown[]} */
      const errors = [];
      const onError = (/** @type {unknown} */ error) => errors.push(error);
      const { state } = start({ persist, fetch: server().fetch, onError });
      await settle();
      assert.deepEqual([state(), errors], [["loading", undefined], []]);
    });
  }

  it("of a store that throws is ignored", async () => {
    const refuse = () => {
      throw new Error("SecurityError");
    };
    const persist = { read: refuse, write: refuse };
    const { source, state } = start({ persist, initial: serving("initial"), fetch: server().fetch });
    await settle();
    assert.deepEqual(state(), ["stale", "initial"]);
    source.close();
    const live = start({ persist, fetch: async () => Response.json(serving("live")) });
    assert.equal((await live.source.loaded).error, undefined);
    assert.deepEqual(live.state(), ["ready", "live"]);
  });

  it("is not kept without a Cache Storage, or in a full one, and nothing fails", async () => {
    await visit(serving("first"));
    const forbidden = () => {
      throw new Error("SecurityError");
    };
    Object.defineProperty(globalThis, "caches", { get: forbidden, configurable: true });
    await visit(serving("first"));
    Reflect.deleteProperty(globalThis, "caches");
    const refuse = async () => {
      throw new Error("QuotaExceededError");
    };
    Object.assign(globalThis, { caches: { open: refuse } });
    await visit(serving("first"));
  });
});

describe("a listener of one flag", () => {
  it("is called when its value changes, and not for other changes", async () => {
    const rule = ruleFlag("vip", { attribute: "key", values: ["ada"] });
    const answers = [
      document(rule, flag("f", { variations: ["a"] })),
      document({ ...rule, version: 2 }, flag("f", { variations: ["b"] })),
      document(rule, flag("f", { variations: ["b"], version: 3 })),
      document(flag("vip", { variations: [false] })),
    ];
    const fetch = /** @type {any} */ (async () => Response.json(answers.shift()));
    const { source } = start({ fetch, authoritative: true });
    /** @type {unknown[]} */
    const seen = [];
    const stop = source.subscribe("f", ({ value }) => seen.push(value), ada);
    source.subscribe("vip", ({ value, reason }) => seen.push([value, reason.kind]), ada);
    await source.loaded;
    assert.deepEqual(seen, ["a", [true, "RULE_MATCH"]]);
    await source.refresh();
    assert.deepEqual(seen.slice(2), ["b"]);
    await source.refresh();
    assert.equal(seen.length, 3);
    stop();
    await source.refresh();
    assert.deepEqual(seen.slice(3), [[false, "FALLTHROUGH"]]);
  });

  it("may change what it gets", async () => {
    const steps = [1, 2, 2, 9];
    const next = () => document(flag("f", { variations: [{ step: steps.shift() }] }));
    const fetch = /** @type {any} */ (async () => Response.json(next()));
    const { source } = start({ fetch, authoritative: true });
    /** @type {unknown[]} */
    const seen = [];
    source.subscribe(
      "f",
      (/** @type {any} */ { value }) => {
        seen.push(value.step);
        value.step = 9;
      },
      ada,
    );
    for (await source.loaded; steps.length > 0; await source.refresh());
    assert.deepEqual(seen, [1, 2, 9]);
  });
});

describe("overrides by the address of a page", () => {
  /** @type {Map<string, string>} */
  const session = new Map();
  const sessionStorage = {
    getItem: (/** @type {string} */ name) => session.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ value) => session.set(name, value),
  };
  /** @param {string} search */
  const open = search => Object.assign(globalThis, { location: { search }, sessionStorage });
  afterEach(() => {
    session.clear();
    for (const name of ["location", "sessionStorage"]) Reflect.deleteProperty(globalThis, name);
  });

  it("are JSON or text, and last for the session until they end", () => {
    open("?isoflag.f=one-page&isoflag.count=3&isoflag.on=true&other=1");
    const expected = { f: "one-page", count: 3, on: true };
    assert.deepEqual(pageOverrides(), expected);
    open("?");
    assert.deepEqual(pageOverrides(), expected);
    open("?isoflag.f=&isoflag.count=4");
    assert.deepEqual(pageOverrides(), { count: 4, on: true });
    session.set("isoflag.overrides", "{");
    open("?isoflag.__proto__=1");
    assert.deepEqual(Object.entries(pageOverrides()), [["__proto__", 1]]);
    session.clear();
    const withoutForm = ["1e400", "[-1e400]", '"\\ud800"', '{"\\ud800":1}'];
    open(`?${new URLSearchParams(withoutForm.map(text => [`isoflag.${text}`, text]))}`);
    assert.deepEqual(Object.values(pageOverrides()), withoutForm);
  });

  it("are those of the address if the session's storage is forbidden or holds something else", () => {
    for (const stored of ["null", "[1]", '"text"', "1"]) {
      session.set("isoflag.overrides", stored);
      open("?isoflag.f=1");
      assert.deepEqual(pageOverrides(), { f: 1 });
    }
    const forbidden = () => {
      throw new Error("SecurityError");
    };
    Object.defineProperty(globalThis, "sessionStorage", { get: forbidden, configurable: true });
    assert.deepEqual(pageOverrides(), { f: 1 });
  });

  it("are the values of a source, and of its next documents", () => {
    const before = liveHandles();
    const held = sourceOf(Flags.fromObject(serving("a")));
    const source = withPageOverrides(held.source, { f: "mine", added: [1] });
    const values = () => [
      source.snapshot.flags?.variation("f", ada, ""),
      source.snapshot.flags?.variation("added", ada, null),
    ];
    assert.deepEqual(values(), ["mine", [1]]);
    assert.equal(source.snapshot, source.snapshot);
    let calls = 0;
    const stop = source.subscribe(() => {
      calls++;
      assert.deepEqual(values(), ["mine", [1]]);
    });
    held.change({ fetching: true });
    held.replace(Flags.fromObject(serving("b")));
    assert.deepEqual([calls, values()], [2, ["mine", [1]]]);
    stop();
    assert.equal(held.listeners.size, 0);
    source.snapshot.flags?.free();
    held.source.snapshot.flags?.free();
    assert.equal(liveHandles(), before);
    assert.equal(withPageOverrides(held.source, {}), held.source);
  });

  it("are of a document that has a digest of its own, and that no back end has", () => {
    for (const whole of [serving("a"), { ...serving("a"), meta: { version: 2 } }]) {
      const client = document(flag("f", { variations: ["a"], clientSide: true }));
      const projected = Flags.fromObject({ ...whole, ...client }).project();
      for (const original of [Flags.fromObject(whole), projected]) {
        const held = sourceOf(original);
        const source = withPageOverrides(held.source, { f: "mine" });
        const { flags, digest, version } = source.snapshot;
        assert.equal(digest, flags?.digest);
        assert.notEqual(digest, original.digest);
        assert.equal(flags?.parentDigest, undefined);
        assert.equal(version, flags?.version);
        assert.deepEqual(documentHeader(original), {
          "Isoflag-Document": original.parentDigest ?? original.digest,
        });
        assert.deepEqual(documentHeader(source), {});
        const parity = new ParityReporter({ Flags, sampling: 1, random: () => 0 });
        parity.observe(/** @type {Flags} */ (flags)).variation("f", ada, "");
        assert.ok(parity.header()["Isoflag-Answers"]?.startsWith(`${digest},`));
        flags?.free();
        original.free();
      }
    }
  });
});
