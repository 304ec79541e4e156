/** What kept a document source from a newer document. */
export type SourceErrorCode =
  /** The module could not be made ready. */
  | "core"
  /** Nothing answered: no network, a name that is not known, CORS. */
  | "network"
  /** Nothing answered in time. */
  | "timeout"
  /** Something answered that it has no document: `status` says what. */
  | "status"
  /** A web page came instead of a document. */
  | "html"
  /** What came is no document: `cause` says what is wrong with it, and where. */
  | "document"
  /** A cache on the way answered with a copy that the origin made before the document that is held. */
  | "stale-copy";

/** Why a document source has no document, or an old one. */
export class SourceError extends Error {
  /** Tells it from other errors, also across copies of the package. */
  override readonly name = "SourceError";
  /** The stable name of what went wrong. */
  readonly code: SourceErrorCode;
  /** The address of the document. */
  readonly url: string;
  /** The status of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(
    code: SourceErrorCode,
    url: string,
    message: string,
    { status, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(`\`${url}\` ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.url = url;
    this.status = status;
  }
}
