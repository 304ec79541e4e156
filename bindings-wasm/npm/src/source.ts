/**
 * `isoflag/source`: fetches a flag document and keeps it up to date. Pass the class `Flags` of the entry that the page
 * uses, so that there is one evaluator.
 */

export type { Progress } from "./sdk/source/download.js";
export { SourceError, type SourceErrorCode, TimezoneError } from "./sdk/source/errors.js";
export {
  type DecidedWith,
  type DocumentHeader,
  documentHeader,
  type KnownDigest,
} from "./sdk/source/pin.js";
export * from "./sdk/source/source.js";
