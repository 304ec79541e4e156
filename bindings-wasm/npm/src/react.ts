"use client";
/**
 * `isoflag/react`: flags in React 18 and 19. When a document changes, only components whose own values change render
 * again. Rendering changes nothing, so that React may discard, repeat and interleave renders.
 *
 * ```jsx
 * import { Flags, ready } from "isoflag";
 * import { IsoflagProvider, useFlag } from "isoflag/react";
 *
 * await ready();
 * const flags = Flags.fromJson(text);
 *
 * <IsoflagProvider flags={flags} context={{ kind: "user", key: "anna" }}>
 *   <App />
 * </IsoflagProvider>
 *
 * const isOnePage = useFlag("checkout", false);
 * ```
 */

export type { ActivityRecorder } from "./sdk/activity.js";
export type { Evaluation, Observer } from "./sdk/observation.js";
export type { AnswersStatus } from "./sdk/react/answers.js";
export { Feature, type FeatureProps } from "./sdk/react/feature.js";
export type { Bootstrap, FlagReason, NotReadyReason } from "./sdk/react/flag-answer.js";
export {
  type FlagDetail,
  type FlagValues,
  type IsoflagClient,
  useFlag,
  useFlagDetail,
  useFlags,
  useIsoflag,
  useIsoflagClient,
} from "./sdk/react/hooks.js";
export {
  IsoflagProvider,
  type IsoflagProviderProps,
  IsoflagTestProvider,
  type IsoflagTestProviderProps,
} from "./sdk/react/provider.js";
export {
  type DecidedWith,
  type DocumentHeader,
  documentHeader,
  type KnownDigest,
} from "./sdk/source/pin.js";
export type { FlagSource, SourceSnapshot, SourceStatus } from "./sdk/source/source.js";
