// A server's HTML and the page that hydrates it, for each combination of their bootstraps, sources and flags.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { describe, it } from "node:test";
import * as React from "react";
import { renderToPipeableStream, renderToString } from "react-dom/server";
import { liveHandles } from "../../dist/generated/glue.js";
import { Feature, IsoflagProvider, useFlag, useFlagDetail, useIsoflag } from "../../dist/react.js";
import { anna, anon, gate, inMode, load, show, sourceOf } from "./pages.js";

const { act, createElement: h, lazy, startTransition, Suspense, useState } = React;

/**
 * @typedef {import("../../dist/react.js").IsoflagProviderProps} Props
 * @typedef {import("react").ReactNode} ReactNode
 */

const timed = { lifecycle: { lastModifiedTimestamp: 1 } };
const error = /** @type {any} */ (new Error("503"));

/** The states of a source when a server renders or a page hydrates. */
const SOURCES = {
  "a source that is loading": () => sourceOf(),
  "a source that is ready": () => sourceOf(load("document", timed)),
  "a source that has failed": () => sourceOf(undefined, { status: "error", error }),
  "a source that is stale": () => sourceOf(load("document", timed), { status: "stale", error }),
  "a source that is closed": () => sourceOf(undefined, { status: "closed" }),
};
const FLAGS = { "no flags": undefined, "fixed flags": undefined, ...SOURCES };
const BOOTSTRAPS = {
  "no bootstrap": undefined,
  "values as bootstrap": { plan: true, text: "bootstrap" },
  "a state as bootstrap": {
    plan: true,
    text: "bootstrap",
    $flagsState: { plan: { variation: 0, isBackendConsistent: true }, text: { variation: 0 } },
  },
};

function Everything() {
  const { status, digest, version, error } = useIsoflag();
  const parts = [
    useFlag("plan", false),
    useFlag("text", "default"),
    JSON.stringify(useFlagDetail("text", "default")),
    [status, digest, version, error].join("/"),
  ];
  return h(
    "p",
    null,
    parts.join(" "),
    h(Feature, { flag: "plan", fallback: "-" }, "+"),
    h(Feature, { flag: "plan", requireConsistent: true, fallback: "-" }, "+"),
  );
}

/** @param {ReactNode} node */
async function stream(node) {
  const html = new PassThrough();
  await new Promise((resolve, reject) => {
    const { pipe } = renderToPipeableStream(node, {
      onAllReady: () => resolve(pipe(html)),
      onError: reject,
    });
  });
  return textOf(html);
}

/** @param {keyof typeof FLAGS} name */
const isFixed = name => name === "fixed flags";

for (const [bootstrapName, bootstrap] of Object.entries(BOOTSTRAPS)) {
  describe(`with ${bootstrapName}`, () => {
    for (const server of /** @type {(keyof typeof FLAGS)[]} */ (Object.keys(FLAGS))) {
      it(`a page hydrates the HTML of a server with ${server}`, async () => {
        for (const page of /** @type {(keyof typeof FLAGS)[]} */ (Object.keys(FLAGS))) {
          // Without a bootstrap a page cannot know the answers of a document that only the server has.
          if (bootstrap === undefined && isFixed(server) !== isFixed(page)) continue;
          for (const strict of [false, true]) {
            const fixed = load("document", timed);
            /** @param {keyof typeof FLAGS} name */
            const flagsOf = name =>
              isFixed(name) ? fixed : name === "no flags" ? undefined : SOURCES[name]().source;
            const common = { context: anna, bootstrap, ttlSeconds: 1, digest: bootstrap && "sha256:abc" };
            const child = h(Suspense, null, h(Everything));
            const serverTree = h(IsoflagProvider, { ...common, flags: flagsOf(server) }, child);
            const flags = flagsOf(page);
            const pageTree = inMode(h(IsoflagProvider, { ...common, flags }, child), strict);
            const html = strict ? await stream(serverTree) : renderToString(serverTree);
            const before = liveHandles();
            const hydrated = await show(pageTree, html);
            const what = `${server} -> ${page}${strict ? ", strict" : ""}`;
            assert.deepEqual(hydrated.recovered, [], what);
            const rendered = await show(pageTree);
            assert.equal(hydrated.text(), rendered.text(), what);
            await hydrated.hide();
            await rendered.hide();
            assert.equal(liveHandles(), before, what);
          }
        }
      });
    }
  });
}

describe("a boundary that hydrates late", () => {
  for (const [bootstrapName, bootstrap] of Object.entries(BOOTSTRAPS)) {
    for (const strict of [false, true]) {
      it(`hydrates the server's answers, with ${bootstrapName}${strict ? ", in strict mode" : ""}`, async () => {
        const { Gate, open } = gate();
        const held = sourceOf();
        const digest = bootstrap && "sha256:abc";
        /** @type {(user: typeof anna) => void} */
        let setUser = () => {};
        /** @param {{ flags: Props["flags"], closed: boolean }} props */
        function App({ flags, closed }) {
          const [context, set] = useState(anon);
          setUser = set;
          return h(
            IsoflagProvider,
            { flags, context: { ...context }, bootstrap, digest },
            h(Everything),
            h(Suspense, null, h(Gate, { closed }, h(Everything))),
          );
        }
        const html = await stream(h(App, { flags: undefined, closed: false }));
        const page = await show(inMode(h(App, { flags: held.source, closed: true }), strict), html);
        const late = () => page.container.querySelectorAll("p")[1]?.textContent;
        const sent = late();
        await held.replace(load("first"));
        await held.replace(load("second"));
        assert.equal(late(), sent);
        await act(async () => startTransition(() => setUser(anna)));
        assert.equal(late(), sent);
        await open();
        assert.deepEqual(page.recovered, []);
        const [one, two] = [...page.container.querySelectorAll("p")].map(element => element.textContent);
        assert.equal(one, two);
        assert.match(String(one), /^true second .*ready/);
      });
    }
  }

  it("hydrates the server's answers when its code arrives late", async () => {
    /** @type {(module: { default: typeof Everything }) => void} */
    let arrive = () => {};
    /** @type {Promise<{ default: typeof Everything }>} */
    const arrival = new Promise(resolve => {
      arrive = resolve;
    });
    const Late = lazy(() => arrival);
    const held = sourceOf(load("document"));
    /** @param {import("react").ComponentType} child */
    const tree = child =>
      h(IsoflagProvider, { flags: held.source, context: anon }, h(Suspense, null, h(child)));
    const page = await show(tree(Late), await stream(tree(Everything)));
    await held.replace(load("newer"));
    assert.match(String(page.text()), /default .*loading/);
    await act(async () => arrive({ default: Everything }));
    assert.deepEqual(page.recovered, []);
    assert.match(String(page.text()), /newer .*ready/);
  });
});
