// The entries beside the evaluator: their exports, and that none of them contains an evaluator.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";

/** The exports of each entry, and its external imports. */
/** @type {Record<string, { offers: string[], needs: string[] }>} */
const entries = {
  activity: { offers: ["Activity"], needs: [] },
  "openfeature-server": { offers: ["IsoflagServerProvider"], needs: ["@openfeature/server-sdk"] },
  "openfeature-web": { offers: ["IsoflagWebProvider"], needs: ["@openfeature/web-sdk"] },
  react: {
    offers: ["Feature", "IsoflagProvider", "documentHeader", "useFlag", "useFlagDetail", "useIsoflag"],
    needs: ["react"],
  },
  source: { offers: ["DocumentSource", "SourceError", "createSource", "documentHeader"], needs: [] },
  testing: { offers: ["eachState", "record", "testWithFlag", "underStrategy", "withOverrides"], needs: [] },
};
const dist = new URL("../../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

/** The texts of the modules that an entry loads, and its external imports. */
/** @param {string} entry */
async function load(entry) {
  /** @type {Map<string, string>} */
  const own = new Map();
  /** @type {Set<string>} */
  const others = new Set();
  const waiting = [`./${entry}.js`];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (own.has(name)) continue;
    const text = await readFile(new URL(name, dist), "utf8");
    own.set(name, text);
    for (const [, from = ""] of text.matchAll(/(?:^|;)(?:import|export)\b[^;"]*"([^"]+)"/gm)) {
      if (from.startsWith("./")) waiting.push(from);
      else others.add(from);
    }
  }
  return { text: [...own.values()].join("\n"), others: [...others].sort() };
}

describe("the entry", () => {
  for (const [entry, { offers, needs }] of Object.entries(entries)) {
    it(`isoflag/${entry} exports its API, and does not contain a second evaluator`, async () => {
      assert.deepEqual(Object.keys(await import(`isoflag/${entry}`)).sort(), offers);
      const { text, others } = await load(entry);
      assert.deepEqual(others, needs);
      assert.doesNotMatch(text, /WebAssembly/);
      for (const name of needs) {
        assert.ok(name in manifest.peerDependencies);
        assert.equal(manifest.peerDependenciesMeta[name].optional, true);
      }
    });
  }

  it("of the package imports the evaluator, which this test detects", async () => {
    assert.match((await load("index")).text, /WebAssembly/);
  });

  it("isoflag/react is marked as client code for server renderers", async () => {
    assert.match(await readFile(new URL("react.js", dist), "utf8"), /^"use client";/);
  });
});
