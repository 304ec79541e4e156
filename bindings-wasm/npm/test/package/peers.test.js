// The tests run with the lowest version of each peer; those of React run with the newest one too.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";

/** @param {string} path */
const json = async path => JSON.parse(await readFile(new URL(path, import.meta.url), "utf8"));

it("the lowest version of each peer is tested", async () => {
  const { peerDependencies, devDependencies } = await json("../../package.json");
  const { dependencies } = await json("../react-18/package.json");
  const lowest = Object.entries(peerDependencies).map(([name, range]) => [name, /\d[\d.]+/.exec(range)?.[0]]);
  const tested = { ...devDependencies, ...dependencies };
  assert.deepEqual(
    lowest,
    lowest.map(([name = ""]) => [name, tested[name]]),
  );
});
