// Text of a document or a caller is escaped before it reaches a terminal or a pipeline's log.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Flags, inventory } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const HOSTILE =
  "\u001b[2J\u001b]0;t\u0007\u009b31m\r\n::error file=a::b\n##[group]x\u202e\u2066\u061c\u200e\u200f\u2028\u0085\u007f\0\t";
const OBEYED = /[^\n\P{Cc}]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|^\s*::|##\[/mu;

const clause = { attribute: HOSTILE, op: HOSTILE, values: [HOSTILE] };
const flags = Flags.fromObject(
  document(flag(HOSTILE, { variations: [HOSTILE, 1], rules: [{ variation: 9, clauses: [clause] }] })),
);

/** @param {() => unknown} call */
function messageOf(call) {
  try {
    call();
  } catch (thrown) {
    return /** @type {Error} */ (thrown).message;
  }
  throw new Error("nothing was thrown");
}

/** @type {Record<string, () => string>} */
const texts = {
  "an explanation": () =>
    flags.explain(HOSTILE, { kind: "user", key: HOSTILE, [HOSTILE]: HOSTILE }).toString(),
  "a difference": () => flags.diff(document(flag(HOSTILE, { on: false, salt: HOSTILE }))).toString(),
  "a difference as Markdown": () => flags.diff(document(flag(HOSTILE, { on: false }))).toMarkdown(),
  "types for TypeScript": () => flags.typing("typescript"),
  "types for Python": () => flags.typing("python"),
  "a LifecycleError": () => messageOf(() => flags.withStatus(`${HOSTILE}!`, "Done", 1)),
  "a StrategyError": () => messageOf(() => flags.withStrategy("Custom", { on: [`${HOSTILE}!`] })),
  "the name of a document": () =>
    messageOf(() => inventory({ prod: flags }, { now: 1, activity: { [HOSTILE]: "{}" } })),
  "a DocumentError": () => messageOf(() => Flags.fromJson(`{"flags": {${JSON.stringify(HOSTILE)}: 1e999}}`)),
};

describe("nothing has an effect on terminals of", () => {
  for (const [name, text] of Object.entries(texts)) {
    it(name, () => assert.doesNotMatch(text(), OBEYED));
  }
});
