// Two copies of the package in one process: each has its own core, and a context of one may be passed to the other.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import * as ours from "../../dist/node.js";

describe("a second copy", () => {
  let folder = "";
  /** @type {typeof ours} */
  let theirs;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflag-copy-"));
    await cp(new URL("../../dist", import.meta.url), join(folder, "dist"), { recursive: true });
    await cp(new URL("../../package.json", import.meta.url), join(folder, "package.json"));
    theirs = await import(pathToFileURL(join(folder, "dist/node.js")).href);
  });
  after(() => rm(folder, { recursive: true }));

  const document = {
    flags: {
      f: {
        key: "f",
        on: true,
        variations: ["others", "anna"],
        targets: [{ variation: 1, values: ["anna"] }],
        fallthrough: { variation: 0 },
      },
    },
  };

  it("reads the contexts of the first", () => {
    assert.notEqual(theirs.Context, ours.Context);
    const anna = new ours.Context("anna", { attributes: { country: "NO" }, private: ["country"] });
    const bob = new ours.Context("bob");
    const flags = theirs.Flags.fromObject(document);
    for (const _ of [1, 2]) {
      assert.equal(flags.variation("f", anna, "none"), "anna");
      assert.equal(flags.variation("f", bob, "none"), "others");
      assert.equal(flags.bind(anna).variation("f", "none"), "anna");
    }
    const org = new theirs.Context("acme", { kind: "org" });
    const both = theirs.Context.multi(anna, org);
    assert.deepEqual(both.toObject(), {
      kind: "multi",
      org: { key: "acme" },
      user: { key: "anna", country: "NO", _meta: { privateAttributes: ["country"] } },
    });
    assert.equal(theirs.secureModeHash("sdk", anna), ours.secureModeHash("sdk", anna));
  });

  it("reports that a context of the first was freed", () => {
    const freed = new ours.Context("anna");
    freed.free();
    const flags = theirs.Flags.fromObject(document);
    assert.throws(() => flags.variation("f", freed, "none"), /used after `free\(\)`/);
    assert.throws(
      () => ours.Flags.fromObject(document).variation("f", freed, "none"),
      /used after `free\(\)`/,
    );
  });

  it("accepts nothing else as a context", () => {
    const revoked = Proxy.revocable({ kind: "user", key: "anna" }, {});
    revoked.revoke();
    const flags = theirs.Flags.fromObject(document);
    assert.equal(flags.variation("f", revoked.proxy, "none"), "none");
    assert.equal(flags.variation("f", { kind: "user", key: "anna" }, "none"), "anna");
  });
});
