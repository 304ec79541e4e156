/** The lifecycles of features: statuses, certified and deployed artifacts, and planned rollouts. */

import { argumentErrors, ErrorKind, type Failure } from "../binding/errors.js";
import type { Flags } from "../binding/flags.js";
import { flagsOf } from "../binding/flags-of.js";
import type { Held } from "../binding/handles.js";
import type { JsonValue } from "../binding/json.js";
import * as tools from "../generated/tools-glue.js";
import { during } from "./documents.js";

/** The status of a feature, from planning to release. */
export type Status = "To Do" | "Doing" | "Staging" | "Done" | "Finished";

/** Yes, no or unknown. */
export type KnownAnswer = "yes" | "no" | "unknown";

/** A rejected change of a flag's lifecycle, or a rejected deployment. */
export class LifecycleError extends Error {
  /** Identifies the error, also across copies of the package. */
  override readonly name = "LifecycleError";
  /**
   * `unknown-flag`, `unknown-status`, `malformed-flag`, `no-status`, `illegal-transition`, `not-rolled-out`,
   * `not-certified` or `not-deployable`.
   */
  readonly code: string;
  /** The statuses that may follow the current one, if an invalid status was requested. */
  readonly legal: readonly Status[];

  constructor(failure: Failure & { readonly legal?: readonly Status[] }, options?: ErrorOptions) {
    super(failure.message, options);
    this.code = failure.code;
    this.legal = failure.legal ?? [];
  }
}

const lifecycleErrors = new ErrorKind(
  (failure, options) => new LifecycleError(failure, options),
  "malformed-flag",
);

/** Returns the document with another status of a flag. */
export function withStatus(flags: Held, key: string, status: Status, now: number): Flags {
  const moment = Number(now);
  return flagsOf.made(lifecycleErrors.handle(tools.withStatus(flags.handle, key, status, moment)));
}

/** The members to write into a flag's `lifecycle`. */
export interface LifecycleChange {
  /** The flag's key. */
  readonly key: string;
  /** The status before; null if the flag had none. */
  readonly from: Status | null;
  /** The status after, which may be the same. */
  readonly to: Status;
  /** The members to set; null marks an unknown value. */
  readonly set: { readonly [member: string]: JsonValue };
}

/** The result of the tests under one strategy. */
export type StepResult = "passed" | "failed" | "not-run";

/** The test results of an artifact. Times are seconds since 1970. */
export interface CertificationOptions {
  /** The tests under `Production State`. */
  readonly productionState: StepResult;
  /** The tests under `Next Release`. */
  readonly nextRelease: StepResult;
  /** The module that the artifact contains, of a system with several; see `lifecycle.modules`. */
  readonly module?: string | undefined;
  /** The build time of the artifact; by default it contains everything that is in `Staging`. */
  readonly artifactTime?: number | undefined;
  /** The current time. */
  readonly now: number;
  /** The flags that the tests evaluated; without them, the results are trusted. */
  readonly evaluated?: EvaluatedFlags | undefined;
}

/** The keys of the flags that tests evaluated, by strategy. */
export interface EvaluatedFlags {
  /** Under `Production State`. */
  readonly productionState: readonly string[];
  /** Under `Next Release`. */
  readonly nextRelease: readonly string[];
}

/** A feature, and whether an artifact contains it. */
export interface ArtifactFeature {
  /** The flag's key. */
  readonly key: string;
  /** The status of the feature. */
  readonly status: Status;
  /** Whether it was on the main branch when the artifact was built. */
  readonly included: KnownAnswer;
  /** Whether selected users get it: it is done, and deployed in each of its modules. */
  readonly beta: boolean;
}

/** The verdict and the changes that follow from an artifact's tests. */
export interface Certification {
  /** The verdict. */
  readonly verdict: "certified" | "deployable" | "not-deployable";
  /** Whether the artifact may be deployed. */
  readonly deployable: boolean;
  /** The module of the artifact; null if none was named. */
  readonly module: string | null;
  /** The build time, in seconds since 1970. */
  readonly artifactTimestamp: number;
  /** The features that become `Done`, and those of which the module is certified. */
  readonly changes: readonly LifecycleChange[];
  /** The features that remain in `Staging`, because it is not known that the artifact contains them. */
  readonly left: readonly ArtifactFeature[];
  /**
   * The keys of the features that remain in `Staging`, because the tests under `Next Release` did not evaluate them.
   */
  readonly untested: readonly string[];
  /** The features that remain in `Staging` until these modules are certified too. */
  readonly waiting: readonly WaitingFeature[];
}

/** A feature in several modules, of which some are not certified. */
export interface WaitingFeature {
  /** The flag's key. */
  readonly key: string;
  /** The names of these modules. */
  readonly modules: readonly string[];
}

/** Returns the certification of a document from test results. */
export function certification(flags: Held, options: CertificationOptions): Certification {
  const { productionState, nextRelease, module, artifactTime, now } = options;
  const evaluated = options.evaluated === undefined ? undefined : JSON.stringify(options.evaluated);
  const built = artifactTime == null ? undefined : Number(artifactTime);
  const moment = Number(now);
  const found = during(argumentErrors, () =>
    tools.certification(flags.handle, productionState, nextRelease, module, built, moment, evaluated),
  );
  return JSON.parse(found) as Certification;
}

/** The features and changes that the deployment of an artifact brings. */
export interface Deployment {
  /** The features in `Staging`, `Done` and `Finished`, in the order of the keys. */
  readonly features: readonly ArtifactFeature[];
  /** Changes to write so that `Beta` uses the deployed artifact. */
  readonly changes: readonly LifecycleChange[];
}

/** The options of a deployment. */
export interface DeploymentOptions {
  /** The module that the artifact contains, of a system with several; see `lifecycle.modules`. */
  readonly module?: string | undefined;
}

/** Returns the deployment of an artifact for a document. */
export function deployment(
  flags: Held,
  artifactTime: number,
  now: number,
  options: DeploymentOptions = {},
): Deployment {
  const [built, moment] = [Number(artifactTime), Number(now)];
  const found = during(lifecycleErrors, () => tools.deployment(flags.handle, options.module, built, moment));
  return JSON.parse(found) as Deployment;
}

/** Four weeks, in seconds. */
const SAFETY_PERIOD = 28 * 86_400;

/** Returns the end of a feature's rollout for a document. */
export function finish(
  flags: Held,
  key: string,
  now: number,
  safetyPeriod = SAFETY_PERIOD,
): LifecycleChange | undefined {
  const [moment, period] = [Number(now), Number(safetyPeriod)];
  const change = during(lifecycleErrors, () => tools.finishFlag(flags.handle, key, moment, period));
  return change === undefined ? undefined : (JSON.parse(change) as LifecycleChange);
}

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
