/** Statuses, and what follows from the tests of an artifact. */

import { argumentErrors, ErrorKind, type Failure } from "./errors.js";
import * as tools from "./generated/tools-glue.js";
import type { JsonValue } from "./json.js";
import type { Held } from "./ownership.js";

/** How far a feature is on its way to everybody. */
export type Status = "To Do" | "Doing" | "Staging" | "Done" | "Finished";

/** Yes, no, or nobody knows. */
export type KnownAnswer = "yes" | "no" | "unknown";

/** A change of a flag's lifecycle, or a deployment, that is refused. */
export class LifecycleError extends Error {
  /** Tells it from other errors, also across copies of the package. */
  override readonly name = "LifecycleError";
  /**
   * `unknown-flag`, `unknown-status`, `malformed-flag`, `no-status`, `illegal-transition`, `not-rolled-out`,
   * `not-certified` or `not-deployable`.
   */
  readonly code: string;
  /** The statuses that may follow the one that the flag has, where another was asked for. */
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

/** The handle of a document with another status of a flag. */
export function withStatus(flags: Held, key: string, status: Status, now: number): number {
  const moment = Number(now);
  return lifecycleErrors.handle(tools.withStatus(flags.handle, key, status, moment));
}

/** What to write into a flag's `lifecycle`. */
export interface LifecycleChange {
  /** The flag's key. */
  readonly key: string;
  /** The status before; null where the flag had none. */
  readonly from: Status | null;
  /** The status after, which may be the same. */
  readonly to: Status;
  /** The members to set; null says that nothing is known any more. */
  readonly set: { readonly [member: string]: JsonValue };
}

/** How the tests under one strategy ended. */
export type StepResult = "passed" | "failed" | "not-run";

/** How the tests of an artifact ended. Moments are seconds since 1970. */
export interface CertificationOptions {
  /** The tests under `Production State`. */
  readonly productionState: StepResult;
  /** The tests under `Next Release`. */
  readonly nextRelease: StepResult;
  /** When the artifact was built; without it, it holds everything that is in `Staging`. */
  readonly artifactTime?: number | undefined;
  /** The time. */
  readonly now: number;
  /** What the tests evaluated; without it, their results are believed as they are. */
  readonly evaluated?: EvaluatedFlags | undefined;
}

/** The keys of the flags that tests evaluated, by the strategy under which they ran. */
export interface EvaluatedFlags {
  /** Under `Production State`. */
  readonly productionState: readonly string[];
  /** Under `Next Release`. */
  readonly nextRelease: readonly string[];
}

/** A feature, and whether an artifact holds it. */
export interface ArtifactFeature {
  /** The flag's key. */
  readonly key: string;
  /** How far the feature is. */
  readonly status: Status;
  /** Whether it was on the main branch when the artifact was built. */
  readonly included: KnownAnswer;
  /** Whether chosen users get it: it is done, and the artifact is deployed. */
  readonly beta: boolean;
}

/** What follows from the tests of an artifact. */
export interface Certification {
  /** In a word. */
  readonly verdict: "certified" | "deployable" | "not-deployable";
  /** Whether the artifact may be deployed. */
  readonly deployable: boolean;
  /** When it was built, in seconds since 1970. */
  readonly artifactTimestamp: number;
  /** The features that become `Done`. */
  readonly changes: readonly LifecycleChange[];
  /** The features that stay in `Staging`, since the artifact is not known to hold them. */
  readonly left: readonly ArtifactFeature[];
  /** The keys of the features that stay in `Staging`, since the tests under `Next Release` did not evaluate them. */
  readonly untested: readonly string[];
}

/** What follows from the tests of an artifact, for a document. */
export function certification(flags: Held, options: CertificationOptions): Certification {
  const { productionState, nextRelease, artifactTime, now } = options;
  const evaluated = options.evaluated === undefined ? undefined : JSON.stringify(options.evaluated);
  const built = artifactTime == null ? undefined : Number(artifactTime);
  const moment = Number(now);
  const found = argumentErrors.during(() =>
    tools.certification(flags.handle, productionState, nextRelease, built, moment, evaluated),
  );
  return JSON.parse(found) as Certification;
}

/** What the deployment of an artifact brings. */
export interface Deployment {
  /** The features in `Staging`, `Done` and `Finished`, in the order of the keys. */
  readonly features: readonly ArtifactFeature[];
  /** What to write, so that `Beta` knows what is deployed. */
  readonly changes: readonly LifecycleChange[];
}

/** What a deployment brings, for a document. */
export function deployment(flags: Held, artifactTime: number, now: number): Deployment {
  const [built, moment] = [Number(artifactTime), Number(now)];
  const found = lifecycleErrors.during(() => tools.deployment(flags.handle, built, moment));
  return JSON.parse(found) as Deployment;
}

/** Four weeks, in seconds. */
const SAFETY_PERIOD = 28 * 86_400;

/** The end of a feature's rollout, for a document. */
export function finish(
  flags: Held,
  key: string,
  now: number,
  safetyPeriod = SAFETY_PERIOD,
): LifecycleChange | undefined {
  const [moment, period] = [Number(now), Number(safetyPeriod)];
  const change = lifecycleErrors.during(() => tools.finishFlag(flags.handle, key, moment, period));
  return change === undefined ? undefined : (JSON.parse(change) as LifecycleChange);
}
