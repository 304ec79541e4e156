/** Evidence that tests evaluated flags, for `isoflag certify`. */

import type { Flags } from "../../binding/flags.js";
import { Activity } from "../activity.js";
import { observe } from "../observation.js";

interface Host {
  readonly env?: { readonly ISOFLAG_EVIDENCE?: string };
  getBuiltinModule?(name: string): { appendFileSync(file: string, text: string): void } | undefined;
}

/**
 * Returns the same flags. While `isoflag certify` runs the tests, with the environment variable `ISOFLAG_EVIDENCE`,
 * each evaluated flag is recorded in the named file, once for each variation.
 */
export function withEvidence(flags: Flags): Flags {
  const { process } = globalThis as { process?: Host };
  const file = process?.env?.ISOFLAG_EVIDENCE;
  // Importing the module would add it to a page, too.
  const system = file ? process?.getBuiltinModule?.("node:fs") : undefined;
  if (!file || system === undefined) return flags;
  const recorded = new Set<string>();
  return observe(flags, ({ key, detail, digest }) => {
    const entry = `${detail.variationIndex} ${key}`;
    if (recorded.has(entry)) return;
    recorded.add(entry);
    const activity = new Activity();
    activity.record(key, detail.variationIndex, digest);
    // One write in append mode, so that the lines of several processes are not mixed.
    if (!activity.isEmpty) system.appendFileSync(file, `${activity.toJson()}\n`);
  });
}
