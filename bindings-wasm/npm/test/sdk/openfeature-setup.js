// OpenFeature's SDKs, whose providers are removed after each test, and documents that it frees.

import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { OpenFeature as Server } from "@openfeature/server-sdk";
import { OpenFeature as Web } from "@openfeature/web-sdk";
import { liveHandles } from "../../dist/generated/glue.js";
import { Flags } from "../../dist/node.js";
import { document, flag, ruleFlag } from "../documents.js";

export { Server, Web };

const silent = { error() {}, warn() {}, info() {}, debug() {} };
Web.setLogger(silent);
Server.setLogger(silent);

/** @type {Flags[]} */
const loaded = [];
let before = 0;
beforeEach(() => {
  before = liveHandles();
});
afterEach(async () => {
  await Web.clearProviders();
  await Server.clearProviders();
  await Web.clearContexts();
  for (const flags of loaded.splice(0)) flags.free();
  assert.equal(newHandles(), 0);
});

/** The number of handles that the test has left so far. */
export const newHandles = () => liveHandles() - before;

/** @param {object} whole */
export function loadDocument(whole) {
  const flags = Flags.fromObject(whole);
  loaded.push(flags);
  return flags;
}

/** @param {object[]} items */
export const load = (...items) => loadDocument(document(...items));

/** Serves the first variation to everybody. */
export const rollout = { variations: [{ variation: 0, weight: 100_000 }] };

export const everyType = () =>
  load(
    flag("bool"),
    flag("number", { variations: [1.5] }),
    flag("string", { variations: ["text"] }),
    flag("object", { variations: [{ a: [1] }] }),
    flag("list", { variations: [[1]] }),
    flag("null", { variations: [null] }),
    flag("off", { on: false }),
    flag("nothing", { on: false, offVariation: null }),
    flag("broken", { fallthrough: { variation: 9 } }),
    ruleFlag("ruled", { attribute: "key", values: ["ada"] }),
    flag("percentage", { fallthrough: { rollout } }),
    {
      ...ruleFlag("percentageRule", { attribute: "key", values: ["ada"] }),
      rules: [{ clauses: [], rollout }],
    },
    flag("targeted", { targets: [{ variation: 0, values: ["ada"] }], fallthrough: { rollout } }),
  );

/** @param {any} details */
export function essence({ value, variant, reason, errorCode }) {
  return JSON.parse(JSON.stringify({ value, variant, reason, errorCode }));
}
