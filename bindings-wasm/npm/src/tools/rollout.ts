/** Planned rollouts: the next step of each plan in a `lifecycle.rollout`. */

import { argumentErrors } from "../binding/errors.js";
import type { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import type { Held } from "../binding/handles.js";
import * as tools from "../generated/tools-glue.js";
import { during } from "./failures.js";

/** The states of alarms by name; an alarm that is not in it is unknown. */
export type Alarms = { readonly [name: string]: "ok" | "alarm" | "OK" | "ALARM" | "INSUFFICIENT_DATA" };

/** The effect of a call of `Flags.advance` on the plan of one flag. */
export interface RolloutDecision {
  /** The flag's key. */
  readonly key: string;
  /** The decision. */
  readonly decision: "waits" | "next stage" | "complete" | "alarm" | "malformed plan" | "malformed flag";
  /** The reason, in words. */
  readonly reason: string;
  /** The index of the stage after it; null before the first one, or if an alarm turned the flag off. */
  readonly stage: number | null;
  /** The share of that stage, as a percentage. */
  readonly share: number | null;
  /** When the next stage may begin, in seconds since 1970; null if the time does not decide. */
  readonly until: number | null;
  /** The alarms that are on; without one, those whose state is unknown. */
  readonly alarms: readonly string[];
  /** The place of the problem in a malformed plan or flag. */
  readonly path: string | null;
  /** Whether the flag in the document changes. */
  readonly changed: boolean;
}

/** The document after a step of each planned rollout. */
export interface Advance {
  /** The next document; equal to the previous one if no flag changes. */
  readonly flags: Flags;
  /** The decision about each flag with a plan, in the order of the keys. */
  readonly decisions: readonly RolloutDecision[];
}

/** Returns the document after a step of each plan, and the decisions. */
export function advance(flags: Held, alarms: Alarms, now: number): Advance {
  const [states, moment] = [JSON.stringify(alarms ?? null), Number(now)];
  const found = during(argumentErrors, () => tools.advanceFlags(flags.handle, states, moment));
  const { flags: handle, decisions } = JSON.parse(found) as { flags: number; decisions: RolloutDecision[] };
  return { flags: flagsOf.made(argumentErrors.handle(handle)), decisions };
}
