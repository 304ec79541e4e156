/**
 * `isoflag/source`: fetches a flag document and keeps it up to date. Pass the class `Flags` of the entry that the page
 * uses, so that there is one evaluator.
 */

export {
  type DecidedWith,
  type DocumentHeader,
  documentHeader,
  type KnownDigest,
} from "./sdk/source/document-header.js";
export type { Progress } from "./sdk/source/download.js";
export { SourceError, type SourceErrorCode } from "./sdk/source/error.js";
export * from "./sdk/source/source.js";
export { TimezoneError } from "./sdk/source/timezone.js";
