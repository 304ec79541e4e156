/** Tests of receipts. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";

import { liveHandles } from "../../dist/generated/glue.js";
import { Context, Flags, Receipt, ReceiptError, replay, SPEC_VERSION } from "../../dist/node.js";
import { document, flag } from "../documents.js";

const ada = { kind: "user", key: "ada", plan: "pro" };
const clause = { attribute: "plan", op: "in", values: ["pro"] };
const given = document(flag("f", { rules: [{ variation: 1, clauses: [clause] }] }));
const flags = Flags.fromObject(given);

/** @param {() => unknown} call */
function refusal(call) {
  try {
    call();
  } catch (error) {
    if (error instanceof ReceiptError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a receipt", () => {
  it("is an explanation of a document and a context", () => {
    const receipt = flags.receipt("f", ada);
    const { answer, trace } = flags.explain("f", ada);
    const hash = createHash("sha256").update('{"key":"ada","kind":"user","plan":"pro"}').digest("hex");
    assert.deepEqual(JSON.parse(receipt.toJson()), {
      digest: flags.digest,
      specVersion: SPEC_VERSION,
      contextHash: `sha256:${hash}`,
      flag: "f",
      answer,
      trace,
    });
    assert.equal(`${receipt}`, receipt.toJson());
    assert.equal(receipt.contextHash, `sha256:${hash}`);
    assert.equal(flags.receipt("f", Context.fromObject(ada)).toJson(), receipt.toJson());
  });

  it("replays wherever the document and the context are", () => {
    const before = liveHandles();
    const receipt = flags.receipt("f", ada);
    for (const claim of [receipt, receipt.toJson(), new TextEncoder().encode(receipt.toJson())]) {
      for (const document of [flags, given, JSON.stringify(given)]) {
        const again = replay(claim, document, ada);
        assert.ok(again instanceof Receipt);
        assert.equal(again.toJson(), receipt.toJson());
      }
    }
    const nobody = flags.receipt("f", /** @type {any} */ ({}));
    assert.equal(replay(nobody, flags, /** @type {any} */ ({})).contextHash, null);
    assert.equal(liveHandles(), before);
  });

  it("names the first step that differs", () => {
    const forged = flags.receipt("f", ada).toJson().replace('"match":true', '"match":false');
    const error = refusal(() => replay(forged, flags, ada));
    assert.deepEqual([error.code, error.path], ["other-answer", "trace.rules[0].clauses[0].match"]);
    assert.deepEqual([error.claimed, error.found], [false, true]);
  });

  it("is rejected with a code for other inputs", () => {
    const text = flags.receipt("f", ada).toJson();
    for (const [claim, document, context, code] of /** @type {[string, object, any, string][]} */ ([
      ["{}", flags, ada, "not-a-receipt"],
      [`${text} `, flags, ada, "not-a-receipt"],
      ["\ud800", flags, ada, "not-a-receipt"],
      [text, { flags: {} }, ada, "other-document"],
      [text, flags, { key: "ada", kind: "user" }, "other-context"],
      [text, flags, null, "other-context"],
      [text.replace('"specVersion":', '"specVersion":9'), flags, ada, "other-rules"],
    ])) {
      assert.equal(refusal(() => replay(claim, document, context)).code, code);
    }
    // A key that cannot be passed evaluates like a missing flag's.
    assert.equal(replay(flags.receipt("\ud800", ada), flags, ada).trace, null);
  });
});
