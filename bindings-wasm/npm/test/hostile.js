// Texts that have an effect on terminals, readers or the logs of pipelines, and the calls that quote them in errors.

import { Activity } from "../dist/activity.js";
import { createSource } from "../dist/source.js";

export const OBEYED = /[^\n\P{Cc}]|[\p{Cf}\u2028\u2029]|^\s*::|##\[|##vso\[/mu;

export const HOSTILE = [
  "\u001b[2J\u001b]0;t\u0007",
  "\u009b31m\u0085\u007f\0\t",
  "\r\n::error file=a::b",
  "\n  ::set-output::b",
  "::error::c",
  "##[group]x",
  "##vso[task.setvariable]x",
  "###[debug]",
  "\u202e\u2066\u061c\u200e\u200f\u2028\u2029",
  "\u200b\u200d\ufeff\xad\u2060\u{e0041}",
];

/** @typedef {typeof import("../dist/index.js")} Entry */

/**
 * Calls that throw an error that quotes a text, in both modules.
 *
 * @param {Entry} entry @param {string} text
 * @returns {Record<string, () => unknown>}
 */
export function quotingCalls({ Context, Flags, LoadError }, text) {
  const key = `k${text}`;
  const json = JSON.stringify(key);
  const flags = Flags.fromJson('{"flags":{}}');
  const user = { kind: "user", key: "a" };
  const activity = (/** @type {object} */ members) =>
    JSON.stringify({ activity: 1, flags: { [key]: members } });
  const times = { first: 1, last: 1 };
  return {
    "Flags.fromJson": () => Flags.fromJson(`{"flags":{${json}:1e999}}`),
    "Flags.fromJson without flags": () => Flags.fromJson(`{${json}:{}}`),
    "Flags.fromObject": () => Flags.fromObject({ flags: { [key]: { x: Number.NaN } } }),
    "Flags.fromFlagMap": () => Flags.fromFlagMap({ [key]: [() => 1] }),
    "Flags.apply": () => flags.apply({ flags: { [key]: { x: undefined, y: [undefined] } } }),
    "Flags.bind": () =>
      flags.bind(user, { bigSegments: { status: /** @type {any} */ (key), memberships: {} } }),
    "Flags.bind, memberships": () =>
      flags.bind(user, {
        bigSegments: { status: "HEALTHY", memberships: { [key]: /** @type {any} */ (1) } },
      }),
    "Flags.variation": () =>
      flags.variation("f", user, 1, {
        bigSegments: { status: "HEALTHY", memberships: { [key]: { a: /** @type {any} */ (10n ** 400n) } } },
      }),
    "new Context": () => new Context("a", { kind: key }),
    "new Context, attributes": () => new Context("a", { attributes: { [key]: { [key]: Number.NaN } } }),
    "Context.fromJson": () => Context.fromJson(`{"kind":"user","key":"a",${json}:1e999}`),
    "Context.fromJson, a kind": () => Context.fromJson(`{"kind":${json},"key":"a"}`),
    "Context.fromJson, kinds": () => Context.fromJson(`{"kind":"multi",${json}:5}`),
    "Context.fromObject": () => Context.fromObject({ ...user, [key]: [10n ** 400n] }),
    "Context.multi": () => Context.multi(/** @type {any} */ (key)),
    ready: () => {
      throw new LoadError("fetch-failed", `\`${text}\` cannot be loaded`);
    },
    "Activity.fromJson": () => Activity.fromJson(activity({})),
    "Activity.fromJson, counts": () => Activity.fromJson(activity({ ...times, counts: { [key]: { 0: 0 } } })),
    "Activity.fromJson, a variation": () =>
      Activity.fromJson(activity({ ...times, counts: { d: { [key]: 1 } } })),
    "Activity.fromJson, times": () =>
      Activity.fromJson(activity({ first: 2, last: 1, counts: { d: { 0: 1 } } })),
    "Activity.fromJson, a version": () => Activity.fromJson(JSON.stringify({ activity: key })),
  };
}

/**
 * Returns the message and the path of the error that a call throws, if any.
 *
 * @param {() => unknown} call
 */
export async function textsOf(call) {
  try {
    await call();
  } catch (thrown) {
    const { message, path = "" } = /** @type {Error & { path?: string }} */ (thrown);
    return [message, path];
  }
  return [];
}

/**
 * Returns the message of the error of a source whose address cannot be fetched.
 *
 * @param {Entry} entry @param {string} text
 */
export async function sourceMessage({ Flags }, text) {
  const fetch = () => Promise.reject(new Error(text));
  const source = createSource({ url: `https://example.com/${text}`, Flags, fetch });
  try {
    return (await source.loaded).error?.message ?? "";
  } finally {
    source.close();
  }
}

/**
 * Returns the errors of all calls that must be thrown, and are printable.
 *
 * @param {Entry} entry
 */
export async function rawMessages(entry) {
  const raw = [];
  for (const text of HOSTILE) {
    for (const [name, call] of Object.entries(quotingCalls(entry, text))) {
      for (const shown of await textsOf(call))
        if (OBEYED.test(shown)) raw.push(`${name}: ${JSON.stringify(shown)}`);
    }
    const shown = await sourceMessage(entry, text);
    if (OBEYED.test(shown)) raw.push(`createSource: ${JSON.stringify(shown)}`);
  }
  return raw;
}
