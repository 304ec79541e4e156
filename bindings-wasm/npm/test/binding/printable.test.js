// Text of a caller or a document is escaped in the errors of core.wasm, and in those that are thrown without it.

import assert from "node:assert/strict";
import { it } from "node:test";

import * as inline from "../../dist/inline.js";
import { eachState } from "../../dist/testing.js";
import { HOSTILE, OBEYED, quotingCalls, rawMessages, textsOf } from "../hostile.js";

it("errors quote texts in printable form", async () => assert.deepEqual(await rawMessages(inline), []));

it("each of these calls throws", async () => {
  for (const [name, call] of Object.entries(quotingCalls(inline, HOSTILE[0] ?? ""))) {
    assert.equal((await textsOf(call)).length, 2, name);
  }
});

it("a key remains recognizable", () => {
  assert.throws(() => inline.Context.fromObject({ kind: "user", key: "a", "a\n\u202e##[b": 10n ** 400n }), {
    path: '["a\\n\\u202e\\u0023#[b"]',
  });
  assert.throws(() => inline.Context.fromObject({ kind: "user", key: "a", "汉 👍": 10n ** 400n }), {
    path: '["汉 👍"]',
  });
});

it("a module's address is printed in printable form", async () => {
  const load = /** @type {typeof import("../../dist/index.js").ready} */ (
    (await import("../../dist/index.js")).ready
  );
  for (const text of HOSTILE) {
    const headers = { "Content-Type": "text/html" };
    const answer = new Response("no module", { headers });
    Object.defineProperty(answer, "url", { value: text });
    const [message = ""] = await textsOf(() => load(answer));
    assert.match(message, /cannot be loaded/);
    assert.doesNotMatch(message, OBEYED);
  }
});

it("the name of a test is printable", () => {
  const flags = inline.Flags.fromJson('{"flags":{}}');
  const names = eachState(
    name => name,
    "test",
    flags,
    { [`a${HOSTILE.join("")}`]: [HOSTILE.join("")] },
    () => {},
  );
  for (const name of names) assert.doesNotMatch(name, OBEYED);
});
