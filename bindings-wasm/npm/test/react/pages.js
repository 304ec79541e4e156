// Flags, sources and pages for the tests of components. Import it before React.

import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { act, Component, createElement as h, StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";

import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { document, flag, sourceOf as plainSourceOf, ruleFlag } from "../documents.js";
import { element } from "../page.js";

/**
 * @typedef {import("../../dist/react.js").SourceSnapshot} SourceSnapshot
 * @typedef {import("react").ReactNode} ReactNode
 */

export const anon = { kind: "user", key: "anon" };
export const anna = { kind: "user", key: "anna" };

/** Errors that React prints, and rejections; a test that expects some clears them. @type {unknown[]} */
export const complaints = [];
console.error = (...printed) => {
  // A server and a page are two processes, except in tests.
  if (!/Detected multiple renderers|ExperimentalWarning/.test(printed[0])) complaints.push(printed);
};
process.on("unhandledRejection", error => complaints.push(error));

/** Functions that close the resources of a test when it ends. @type {(() => unknown)[]} */
const opened = [];
let handles = 0;
beforeEach(() => {
  handles = liveHandles();
});
// Each test leaves nothing behind: no handle, no subscription, no complaint.
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  assert.equal(liveHandles(), handles, "handles are left behind");
  assert.deepEqual(complaints.splice(0), []);
});

/** Loads a document for one test. @param {object[]} items */
export function loadFlags(...items) {
  const flags = Flags.fromObject(document(...items));
  opened.push(() => flags.free());
  return flags;
}

/** A document in which `plan` is true for anna only and `text` serves the given value. */
/** @param {unknown} [text] @param {object} [members] */
export function load(text = "x", members = {}) {
  const plan = ruleFlag("plan", { attribute: "key", values: ["anna"] });
  return loadFlags({ ...plan, ...members }, flag("text", { variations: [text] }));
}

/** A source whose document a test replaces while React is subscribed. */
/** @param {Flags | undefined} [flags] @param {Partial<SourceSnapshot>} [first] */
export function sourceOf(flags, first = {}) {
  const held = plainSourceOf(flags);
  held.change(first);
  opened.push(() => assert.equal(held.listeners.size, 0, "a subscription is left behind"));
  return {
    source: held.source,
    raw: held,
    listeners: held.listeners,
    /** @param {Partial<SourceSnapshot>} changes */
    change: changes => act(async () => held.change(changes)),
    /** @param {Flags} next */
    replace: next => act(async () => held.replace(next)),
  };
}

/** Runs tests in both modes of React. @param {(strict: boolean, mode: string) => void} define */
export function inBothModes(define) {
  define(false, "");
  define(true, ", in strict mode");
}

/** @param {ReactNode} node @param {boolean} strict */
export const inMode = (node, strict) => (strict ? h(StrictMode, null, node) : node);

/** Renders into a new page, or hydrates a server's HTML. @param {ReactNode} node @param {string} [html] */
export async function show(node, html) {
  const container = element();
  /** @type {string[]} */
  const recovered = [];
  const options = { onRecoverableError: (/** @type {unknown} */ error) => recovered.push(String(error)) };
  /** @type {import("react-dom/client").Root} */
  let root;
  if (html === undefined) {
    root = createRoot(container, options);
    await act(async () => root.render(node));
  } else {
    container.innerHTML = html;
    await act(async () => {
      root = hydrateRoot(container, node, options);
    });
  }
  const hide = () => act(async () => root.unmount());
  opened.push(hide);
  return {
    container,
    /** Errors that React recovered from, such as a mismatch between server and page. */
    recovered,
    text: () => container.textContent,
    /** @param {ReactNode} next */
    show: next => act(async () => root.render(next)),
    hide,
  };
}

/** Shows that its children have thrown. */
export class Boundary extends Component {
  /** @override */
  state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  /** @override */
  render() {
    return this.state.failed ? "failed" : /** @type {any} */ (this.props).children;
  }
}

/** A component that suspends until it is released. */
export function gate() {
  let isOpen = false;
  let release = () => {};
  const opened = new Promise(resolve => {
    release = () => resolve(undefined);
  });
  return {
    /** @param {{ closed?: boolean, children?: ReactNode }} props */
    Gate({ closed = true, children = null }) {
      if (closed && !isOpen) throw opened;
      return children;
    },
    open: () =>
      act(async () => {
        isOpen = true;
        release();
      }),
  };
}
