/** The methods of `Flags` that only `tools.wasm` implements. */

import type { ContextLike } from "../binding/context.js";
import type { Diagnostic } from "../binding/errors.js";
import type { EvaluationOptions } from "../binding/evaluation.js";
import type { FlagKey } from "../binding/flag-types.js";
import type { Flags } from "../binding/flags.js";
import type { CheckOptions } from "./check.js";
import type { Diff } from "./diff.js";
import type { DocumentLike } from "./documents.js";
import type { Receipt } from "./explanation.js";
import type { Impact, ImpactOptions } from "./impact.js";
import type {
  Advance,
  Alarms,
  Certification,
  CertificationOptions,
  Deployment,
  DeploymentOptions,
  LifecycleChange,
  Status,
} from "./lifecycle.js";
import type { ProjectionOptions, ProjectionReport } from "./projection.js";
import type { Retirement, RetirementOptions } from "./retirement.js";
import type { Strategy, StrategyName, StrategyOptions, System, SystemFlags } from "./strategy.js";

/** The methods of `Flags` for questions about the document. In a page, only `isoflag/tools` has them. */
export interface DocumentMethods {
  /**
   * Returns the document that a client needs: the flags that are available to browsers and what they depend on, folded
   * by the known attributes. Every context that has these attributes gets the same value, variation and reason. A flag
   * that would show a private value is left out; see {@link Flags.projectionReport}.
   *
   * @throws {Error} if an option is invalid
   */
  project(options?: ProjectionOptions): Flags;

  /**
   * Returns what a projection that `project` has just made contains and leaves out; undefined for other documents. The
   * whole document must not have been freed.
   */
  projectionReport(): ProjectionReport | undefined;

  /** The digest of the whole document, if this one is a projection. */
  readonly parentDigest: string | undefined;

  /** Returns the document as a system evaluates it: under the strategy that `meta.strategies` chooses for each context. */
  forSystem(system: System): SystemFlags;

  /** The strategy that a system chooses for a context by `meta.strategies`, if it chooses one. */
  strategyFor(system: System, context: ContextLike): Strategy | undefined;

  /** Returns the flag's answer with everything needed to verify it with {@link replay}. */
  receipt(key: FlagKey, context: ContextLike, options?: EvaluationOptions): Receipt;

  /**
   * Returns the document with flags turned on and off by a strategy.
   *
   * @throws {StrategyError} if the strategy is invalid, or names a missing flag
   */
  withStrategy(strategy: StrategyName | Strategy, options?: StrategyOptions): Flags;

  /** Returns the diagnostics of the document, and probable mistakes of its authors. */
  check(options?: CheckOptions): Diagnostic[];

  /** Returns the differences between this document and a later one. */
  diff(later: Flags | string | Uint8Array | object): Diff;

  /**
   * Returns the answers that change with a new document. Shares that follow from the documents are exact; those that
   * depend on attributes are only counted over contexts, one after the other.
   */
  impact(next: DocumentLike, contexts?: Iterable<ContextLike>, options?: ImpactOptions): Impact;

  /**
   * Returns this document with another status of a flag. The order is `To Do`, `Doing`, `Staging`, `Done`, `Finished`,
   * and back to `Doing` from `Staging` and `Done`; a flag without a status may get any. The `version` of the flag and
   * of the document is raised by one.
   *
   * Only the order is checked: not that tests have passed for `Done`, nor that everybody has the feature for
   * `Finished`. {@link Flags.certification} and {@link Flags.finish} check that.
   *
   * @param now the time in seconds since 1970, as everywhere in a `lifecycle`
   * @throws {LifecycleError} if the status does not follow the current one; its `legal` lists those that do
   */
  withStatus(key: FlagKey, status: Status, now: number): Flags;

  /**
   * Returns the verdict that follows from an artifact's tests. If all of them pass under `Production State` it may be
   * deployed; if they pass under `Next Release` too, its features move from `Staging` to `Done`. With `evaluated`,
   * tests that evaluated no flag of the document count as not run, and a feature that they did not evaluate remains in
   * `Staging`.
   */
  certification(options: CertificationOptions): Certification;

  /**
   * Returns the features in an artifact that was built at `artifactTime` and is deployed now, both in seconds since
   * 1970. Features that are `Done` enter `Beta`; features that an older artifact lacks leave it.
   *
   * @throws {LifecycleError} if the document does not record the artifact as certified and deployable
   */
  deployment(artifactTime: number, now: number, options?: DeploymentOptions): Deployment;

  /**
   * Returns the change that ends a feature's rollout, if it is not finished already.
   *
   * @param now the time in seconds since 1970
   * @param safetyPeriod how long the flag must remain a kill switch, in seconds (default: four weeks)
   * @throws {LifecycleError} if it is not `Done`, is off, or does not serve its "on" variation to everybody
   */
  finish(key: FlagKey, now: number, safetyPeriod?: number): LifecycleChange | undefined;

  /**
   * Returns this document after at most one step of each plan in a `lifecycle.rollout`, and the decisions. A plan waits
   * while the state of one of its alarms is unknown. An alarm takes the share back to that of the stage before; before
   * the first stage the flag is turned off. A malformed plan has no effect, and a decision that names the problem. The
   * versions of each changed flag and of the document are raised by one; if answers change, `lastModifiedTimestamp` is
   * set to `now`.
   *
   * @param alarms the states of alarms by name, such as `{ errors: "ok" }`
   * @param now the time in seconds since 1970
   */
  advance(alarms: Alarms, now: number): Advance;

  /** Returns the evidence on each flag's retirement, in the order of the keys. Missing evidence is unknown. */
  retirements(options: RetirementOptions): Retirement[];

  /** Returns the normalised document as canonical JSON text (RFC 8785), which `digest` is computed over. */
  toJson(): string;

  /** Returns the text of a file with the types of the flags: their keys and values; by default for TypeScript. */
  typing(language?: "typescript" | "python"): string;
}
