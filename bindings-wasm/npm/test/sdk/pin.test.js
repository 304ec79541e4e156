// The digest by which a back end finds the document of a page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { Flags } from "../../dist/node.js";
import { documentHeader } from "../../dist/source.js";
import { document, flag } from "../documents.js";
import { open, served } from "./source-server.js";

const whole = Flags.fromObject(document(flag("f", { clientSide: true })));
const projected = whole.project();
const P = `sha256:${"1".repeat(64)}`;
const meta = (/** @type {unknown} */ parentDigest) => ({ ...document(flag("f")), meta: { parentDigest } });

/** Documents, and those that only look like a projection. */
const texts = [
  projected.toJson(),
  whole.toJson(),
  `\ufeff${projected.toJson()}`,
  JSON.stringify({ path: "/", data: meta(P) }),
  JSON.stringify({ path: "/", data: meta(P), ...meta("other") }),
  JSON.stringify({ path: "/other", data: meta(P), flags: {} }),
  `{"flags": {}, "meta": {"parentDigest": "a", "parentDigest": "b"}}`,
  ...[null, 5, [P], { parentDigest: P }, ""].map(value => JSON.stringify(meta(value))),
  JSON.stringify({ flags: { parentDigest: flag("parentDigest") }, parentDigest: P, meta: [P] }),
];

describe("a source of projections", () => {
  it("has the digest of the whole document, which the header names", async () => {
    const source = await open({ body: projected.toJson() });
    assert.equal(source.snapshot.digest, projected.digest);
    assert.equal(source.snapshot.pin, whole.digest);
    assert.deepEqual(documentHeader(source), { "Isoflag-Document": whole.digest });
    assert.deepEqual(documentHeader(projected), { "Isoflag-Document": whole.digest });
    const { digest, pin } = source.snapshot;
    assert.deepEqual(documentHeader({ digest, pin }), { "Isoflag-Document": whole.digest });
    assert.deepEqual(documentHeader({ digest }), { "Isoflag-Document": digest });
    served.answer = { body: whole.toJson() };
    await source.refresh();
    assert.equal(source.snapshot.pin, undefined);
    assert.deepEqual(documentHeader(source), { "Isoflag-Document": whole.digest });
  });

  it("reads it with core.wasm as the core does with tools.wasm", async () => {
    const dist = new URL("../../dist/", import.meta.url);
    const program = `
      const { readFileSync } = await import("node:fs");
      const { Flags, readySync } = await import("${dist}index.js");
      const { createSource, documentHeader } = await import("${dist}source.js");
      readySync(readFileSync(new URL("${dist}core.wasm")));
      const texts = ${JSON.stringify(texts)};
      const pins = [];
      for (const text of texts) {
        for (const initial of [undefined, text, new TextEncoder().encode(text)]) {
          const fetch = async () => new Response(initial === undefined ? text : "", { status: initial ? 503 : 200 });
          const source = createSource({ url: "https://a.example/flags.json", Flags, fetch, initial });
          await source.loaded;
          const { digest, pin } = source.snapshot;
          pins.push([digest, pin ?? null, documentHeader(source)["Isoflag-Document"]]);
          source.close();
        }
      }
      console.log(JSON.stringify(pins));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      program,
    ]);
    const expected = texts.flatMap(text => {
      const flags = Flags.fromJson(text);
      const { digest, parentDigest: pin } = flags;
      flags.free();
      const row = [digest, pin ?? null, pin ?? digest];
      return [row, row, row];
    });
    assert.deepEqual(JSON.parse(stdout), expected);
  });
});
