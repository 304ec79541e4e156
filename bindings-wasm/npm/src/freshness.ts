/** The times of an HTTP response: its headers as text, each of which may be absent. */
export interface ResponseTimes {
  /** The header `Last-Modified`. */
  readonly lastModified?: string | null | undefined;
  /** The header `Date`. */
  readonly date?: string | null | undefined;
  /** The header `Age`. */
  readonly age?: string | null | undefined;
  /** When the response arrived, in milliseconds since 1970. */
  readonly receivedMs?: number | undefined;
}

/** The evidence of a source about the documents that it fetched; see `Flags.supersedes`. */
export interface Evidence {
  /** Whether no cache can have answered. */
  readonly authoritative?: boolean | undefined;
  /** The response that carried the offered document. */
  readonly offered?: ResponseTimes | null | undefined;
  /** The response that carried, or last confirmed, the current document. */
  readonly held?: ResponseTimes | null | undefined;
}
