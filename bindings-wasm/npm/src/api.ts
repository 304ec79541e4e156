/// <reference lib="esnext.disposable" preserve="true" />
/** The exports that every entry of the package shares. */

export { BoundFlags } from "./binding/bound-flags.js";
export { LoadError, type LoadErrorCode } from "./binding/compiling.js";
export {
  Context,
  type ContextLike,
  type ContextMembers,
  type ContextMeta,
  type ContextObject,
  type ContextOptions,
  type LegacyUserObject,
  type MultiContextObject,
  type SingleContextObject,
} from "./binding/context.js";
export { ContextError, type Diagnostic, DocumentError } from "./binding/errors.js";
export type {
  AllFlagsState,
  AllFlagsStateOptions,
  BigSegments,
  BigSegmentsStatus,
  EvaluationDetail,
  EvaluationOptions,
  EvaluationReason,
  FlagState,
  StateOptions,
} from "./binding/evaluation.js";
export * from "./binding/flag-types.js";
export { Flags } from "./binding/flags.js";
export type { Consistency, ConsistencyOptions, Evidence, ResponseTimes } from "./binding/freshness.js";
export type { JsonValue, ValueOptions } from "./binding/json.js";
export { SPEC_VERSION, version } from "./generated/constants.js";
export type {
  DocumentSource,
  DocumentStore,
  EntrySourceOptions,
  FlagSource,
  SourceSnapshot,
  SourceStatus,
  StoredDocument,
} from "./sdk/source/source.js";
export type { CheckOptions, EnvironmentDiagnostics } from "./tools/check.js";
export type { Change, ChangedItem } from "./tools/diff.js";
export type { DocumentLike } from "./tools/documents.js";
export type { HistoryLimits, Pinned, PinOptions } from "./tools/history.js";
export type {
  FlagImpact,
  ForeseenChange,
  Impact,
  ImpactAnswer,
  ImpactGroup,
  ImpactGrouping,
  ImpactMove,
  ImpactOptions,
} from "./tools/impact.js";
export type {
  Attention,
  Environment,
  FindingCounts,
  Inventory,
  InventoryOptions,
  InventoryRow,
  ServedValue,
} from "./tools/inventory.js";
export type {
  Advance,
  Alarms,
  ArtifactFeature,
  Certification,
  CertificationOptions,
  Deployment,
  DeploymentOptions,
  KnownAnswer,
  LifecycleChange,
  RolloutDecision,
  Status,
  StepResult,
  WaitingFeature,
} from "./tools/lifecycle.js";
export type {
  Patch,
  ProjectionOptions,
  ProjectionReport,
  RefusedFlag,
  VisibleString,
} from "./tools/projection.js";
export type {
  ActivityLike,
  ActivityText,
  DatedDocument,
  LastEvaluated,
  Retirement,
  RetirementOptions,
  RetirementRule,
  Since,
} from "./tools/retirement.js";
export type { Strategy, StrategyName, StrategyOptions, System } from "./tools/strategy.js";
