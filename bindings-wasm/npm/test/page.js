// A page for React: import this before React.

import { Window } from "happy-dom";

const window = new Window({ url: "https://page.example/" });
Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });

/** Creates a new element of the page. */
export function element() {
  const made = window.document.createElement("div");
  window.document.body.append(made);
  return /** @type {HTMLElement} */ (/** @type {unknown} */ (made));
}
