/** Downloads a document. */

import type { ResponseTimes } from "../../binding/freshness.js";
import { limits } from "../../generated/constants.js";
import { messageOf, SourceError } from "./errors.js";

/** The progress of a download. */
export interface Progress {
  /** Bytes so far, after decompression. */
  readonly loadedBytes: number;
  /** The total number of bytes, if the server sends it and no compression. */
  readonly totalBytes: number | undefined;
}

/** The response with a document. */
export interface Download {
  /** The text's bytes; undefined if the server reports no change. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string | undefined;
  /** The digest in the server's header `Isoflag-Document`. */
  readonly digest: string | undefined;
  /** When the origin made the response, as far as the page may read its headers. */
  readonly times: ResponseTimes;
}

/** The request for a document. */
export interface Request {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly init: RequestInit;
  /** The tag of the current document. */
  readonly etag: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Sends one request.
 *
 * @throws {SourceError} or, if `signal` was aborted, its reason
 */
export async function download(request: Request): Promise<Download> {
  const { url, fetch, signal } = request;
  try {
    const { etag } = request;
    const headers = new Headers(request.init.headers);
    if (!headers.has("Accept")) headers.set("Accept", "application/json");
    if (etag !== undefined) headers.set("If-None-Match", etag);
    // The host's cache must not answer on its own: responses without ordering headers are accepted. With our tag it is
    // bypassed; without one it revalidates with its own tag, and returns its copy as status 200.
    const cache = cacheMode(etag === undefined ? "no-cache" : "no-store");
    const response = await fetch(url, { ...request.init, ...cache, headers, signal });
    // Another origin, also that of a redirect, may not allow `If-None-Match`, and would then fail the next request.
    const mayRevalidate = !isElsewhere(url) && !isElsewhere(response.url || url);
    const found = {
      etag: (mayRevalidate ? response.headers.get("ETag") : null) ?? undefined,
      digest: response.headers.get("Isoflag-Document") ?? undefined,
      times: {
        lastModified: response.headers.get("Last-Modified"),
        date: response.headers.get("Date"),
        age: response.headers.get("Age"),
        receivedMs: Date.now(),
      },
    };
    if (response.status === 304 && etag !== undefined) return { ...found, etag, bytes: undefined };
    // 206 is a part of the document, which was not requested.
    if (!response.ok || response.status === 206) {
      discard(response.body);
      throw new SourceError("status", url, `answered ${response.status} instead of a flag document`, {
        status: response.status,
        retryAfterMs: retryAfterMs(response.headers),
      });
    }
    const bytes = await readBody(response, request);
    if (isPage(response, bytes)) {
      throw new SourceError(
        "html",
        url,
        "answered a web page instead of a flag document; a server for a single-page application does so for paths that it does not know: check the address",
        { status: response.status },
      );
    }
    return { ...found, bytes };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof SourceError) throw error;
    throw new SourceError("network", url, `could not be fetched: ${messageOf(error)}`, { cause: error });
  }
}

/** Whether an address is of another origin than the page. */
function isElsewhere(url: string): boolean {
  const { document, location, origin } = globalThis as Partial<
    Pick<Window, "document" | "location" | "origin">
  >;
  if (location === undefined) return false;
  try {
    // As `fetch` resolves it: the address of a frame with `srcdoc` is neither a base nor has it an origin.
    return new URL(url, document?.baseURI ?? location.href).origin !== (origin ?? location.origin);
  } catch {
    // An application's `fetch` may take any address.
    return true;
  }
}

/** The option of a request for a mode of the cache, unless the host runtime refuses it, as edge runtimes without a cache do. */
function cacheMode(cache: RequestCache): RequestInit {
  try {
    new Request("https://isoflag.invalid", { cache });
    return { cache };
  } catch {
    return {};
  }
}

/** Cancels a body without waiting for that. One of an application's `fetch` may be of another kind. */
function discard(body: Partial<Pick<ReadableStream, "cancel">> | null | undefined): void {
  body?.cancel?.().catch(() => {});
}

/** The longest time that a server can postpone the next attempt. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Reads seconds, or a date by the server's clock; undefined if it is neither. */
function retryAfterMs(headers: Headers): number | undefined {
  const header = headers.get("Retry-After");
  if (header === null) return undefined;
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : undefined;
}

async function readBody(response: Response, { url, signal, onProgress }: Request): Promise<Uint8Array> {
  const { body } = response;
  // An application's `fetch` may have no streams, or those of Node.
  if (typeof body?.getReader !== "function") return new Uint8Array(await response.arrayBuffer());
  // For a compressed body the server counts other bytes than those that arrive here.
  const length = response.headers.has("Content-Encoding") ? null : response.headers.get("Content-Length");
  const totalBytes = length !== null && /^[0-9]+$/.test(length) ? Number(length) : undefined;
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  const reader = body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    loadedBytes += read.value.length;
    // An application's `fetch` may ignore the signal, and slowly arriving data would be kept without limit.
    if (signal.aborted || loadedBytes > limits.documentBytes) {
      discard(reader);
      throw new SourceError("document", url, `is longer than ${limits.documentBytes} bytes`);
    }
    onProgress({ loadedBytes, totalBytes });
  }
  const bytes = new Uint8Array(loadedBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Whether it is HTML, by its content type and its beginning: no JSON begins like that. */
function isPage(response: Response, bytes: Uint8Array): boolean {
  const beginning = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (beginning.startsWith("<")) return true;
  const type = response.headers.get("Content-Type")?.trim().toLowerCase() ?? "";
  return type.startsWith("text/html") && !/^[[{]/.test(beginning);
}
