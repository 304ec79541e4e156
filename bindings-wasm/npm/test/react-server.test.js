// Components where there is no page.

import assert from "node:assert/strict";
import { it } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";

import { liveHandles } from "../dist/generated/glue.js";
import { Flags } from "../dist/node.js";
import { Feature, IsoflagProvider, useFlag, useIsoflag } from "../dist/react.js";
import { document, ruleFlag } from "./documents.js";

function Child() {
  return h("p", null, `${useFlag("mine", false)} ${useIsoflag().status}`);
}

it("components render on a server at once, without a complaint, and leave no handle behind", () => {
  assert.equal(typeof globalThis.document, "undefined");
  const { error } = console;
  /** @type {unknown[]} */
  const complaints = [];
  console.error = (...said) => complaints.push(said);
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
