/// <reference lib="esnext.disposable" preserve="true" />
/** The exports that every entry of the package shares. */

export type { AllFlagsState, AllFlagsStateOptions, FlagState, StateOptions } from "./all-flags-state.js";
export type { BigSegments, EvaluationOptions } from "./big-segments.js";
export { BoundFlags } from "./bound-flags.js";
export type {
  ArtifactFeature,
  Certification,
  CertificationOptions,
  Deployment,
  KnownAnswer,
  LifecycleChange,
  Status,
  StepResult,
} from "./certification.js";
export type { Consistency, ConsistencyOptions } from "./consistency.js";
export { Context, type ContextLike, type ContextObject, type ContextOptions } from "./context.js";
export type { BigSegmentsStatus, EvaluationDetail, EvaluationReason } from "./detail.js";
export { ContextError, DocumentError } from "./errors.js";
export * from "./flag-types.js";
export { type Diagnostic, Flags } from "./flags.js";
export type { Evidence, ResponseTimes } from "./freshness.js";
export { SPEC_VERSION, version } from "./generated/constants.js";
export type { DocumentLike } from "./handle-scope.js";
export type { HistoryLimits, Pinned, PinOptions } from "./history.js";
export type { JsonValue } from "./json.js";
export type {
  Change,
  ChangedItem,
  CheckOptions,
  EnvironmentDiagnostics,
  Strategy,
  StrategyName,
  StrategyOptions,
  System,
} from "./lifecycle.js";
export { LoadError, type LoadErrorCode } from "./load-error.js";
export type {
  ActivityLike,
  ActivityText,
  Attention,
  DatedDocument,
  Environment,
  FindingCounts,
  Inventory,
  InventoryOptions,
  InventoryRow,
  LastEvaluated,
  Retirement,
  RetirementOptions,
  RetirementRule,
  ServedValue,
  Since,
} from "./reports.js";
