// Components rendered without a page.

import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags, ready } from "../../dist/node.js";
import { Feature, IsoflagProvider, useFlag, useIsoflag } from "../../dist/react.js";
import { createSource } from "../../dist/source.js";
import { document, ruleFlag, sourceOf } from "../documents.js";

function Child() {
  return h("p", null, `${useFlag("mine", false)} ${useIsoflag().status}`);
}

it("components render on a server immediately, without a warning, and leave no handle behind", () => {
  assert.equal(typeof globalThis.document, "undefined");
  const { error } = console;
  /** @type {unknown[]} */
  const complaints = [];
  console.error = (...printed) => complaints.push(printed);
  try {
    const flags = Flags.fromObject(document(ruleFlag("mine", { attribute: "key", values: ["ada"] })));
    const before = liveHandles();
    /** @param {string} key */
    const page = key =>
      h(
        IsoflagProvider,
        { flags, context: { kind: "user", key } },
        h(Child),
        h(Feature, { flag: "mine", fallback: "-" }, "+"),
      );
    assert.equal(renderToString(page("ada")), "<p>true ready</p>+");
    assert.equal(renderToString(page("bob")), "<p>false ready</p>-");
    assert.equal(
      renderToString(h(IsoflagProvider, { bootstrap: { mine: true } }, h(Child))),
      "<p>true ready</p>",
    );
    assert.equal(liveHandles(), before);
    flags.free();
  } finally {
    console.error = error;
  }
  assert.deepEqual(complaints, []);
});

it("a source with a relative address, as a page's module makes it, does nothing on a server", async () => {
  /** @type {unknown[]} */
  const complaints = [];
  const complain = (/** @type {unknown} */ error) => complaints.push(error);
  process.on("unhandledRejection", complain);
  const fetch = mock.fn(async () => new Response("", { status: 500 }));
  mock.method(globalThis, "fetch", fetch);
  try {
    for (const url of ["/flags.json", "flags.json", "./flags.json", "//cdn.example/flags.json", "?flags"]) {
      for (const own of [undefined, /** @type {any} */ (fetch)]) {
        const source = createSource({ url, Flags, ready, fetch: own, intervalMs: 1, onError: complain });
        assert.equal((await source.loaded).status, "loading");
        await setTimeout(5);
        assert.equal(await source.refresh(), source.snapshot);
        assert.deepEqual([source.snapshot.status, source.snapshot.fetching], ["loading", false]);
        const page = h(IsoflagProvider, { flags: source, context: { kind: "user", key: "ada" } }, h(Child));
        assert.equal(renderToString(page), "<p>false loading</p>");
        source.close();
      }
    }
    assert.equal(fetch.mock.callCount(), 0);
    const absolute = createSource({ url: new URL("https://cdn.example/flags.json"), Flags, ready });
    assert.equal((await absolute.loaded).status, "error");
    assert.equal(fetch.mock.callCount(), 1);
  } finally {
    mock.restoreAll();
    process.off("unhandledRejection", complain);
  }
  assert.deepEqual(complaints, []);
});

it("a source that is ready on a server renders what the page will hydrate: the bootstrap, or nothing yet", async () => {
  const flags = Flags.fromObject(document(ruleFlag("mine", { attribute: "key", values: ["ada"] })));
  const { source } = sourceOf(flags);
  const context = { kind: "user", key: "ada" };
  const bootstrap = { mine: true };
  assert.equal(
    renderToString(h(IsoflagProvider, { flags: source, context }, h(Child))),
    "<p>false loading</p>",
  );
  for (const given of [source, undefined]) {
    assert.equal(
      renderToString(h(IsoflagProvider, { flags: given, context, bootstrap }, h(Child))),
      "<p>true ready</p>",
    );
  }
  flags.free();
});
