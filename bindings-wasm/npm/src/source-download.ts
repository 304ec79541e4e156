import type { ResponseTimes } from "./freshness.js";
import { limits } from "./generated/constants.js";
import { SourceError } from "./source-error.js";

/** How much of a document has arrived. */
export interface Progress {
  /** Bytes so far, after the host has unpacked them. */
  readonly loadedBytes: number;
  /** All bytes, where the server says so and sends them unpacked. */
  readonly totalBytes: number | undefined;
}

/** What came from the document's address. */
export interface Download {
  /** The text's bytes; undefined where the server says that nothing changed. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string | undefined;
  /** The digest that the server names in `Isoflag-Document`. */
  readonly digest: string | undefined;
  /** When the origin made the response, as far as the page may read that. */
  readonly times: ResponseTimes;
}

/** How a document is asked for. */
export interface Request {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly init: RequestInit;
  /** The tag of the document that is held. */
  readonly etag: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Asks once.
 *
 * @throws {SourceError} or, where `signal` was aborted, what it was aborted with
 */
export async function download(request: Request): Promise<Download> {
  const { url, fetch, signal } = request;
  try {
    const etag = isElsewhere(url) ? undefined : request.etag;
    const headers = new Headers(request.init.headers);
    if (!headers.has("Accept")) headers.set("Accept", "application/json");
    if (etag !== undefined) headers.set("If-None-Match", etag);
    // The host's own cache must not answer unasked: what is not ordered by its headers is believed. With a tag of ours it has no part in this; without one it asks the
    // server by its own tag, and shows what it holds as an answer of 200.
    const cache = etag === undefined ? "no-cache" : "no-store";
    const response = await fetch(url, { ...request.init, cache, headers, signal });
    const found = {
      etag: response.headers.get("ETag") ?? undefined,
      digest: response.headers.get("Isoflag-Document") ?? undefined,
      times: {
        lastModified: response.headers.get("Last-Modified"),
        date: response.headers.get("Date"),
        age: response.headers.get("Age"),
        receivedMs: Date.now(),
      },
    };
    if (response.status === 304 && etag !== undefined) return { ...found, etag, bytes: undefined };
    if (!response.ok) {
      await response.body?.cancel();
      throw new SourceError("status", url, `answered ${response.status} instead of a flag document`, {
        status: response.status,
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
    throw new SourceError(
      "network",
      url,
      `could not be fetched: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** Whether a page asks another origin, which need not allow `If-None-Match` and would then answer nothing at all. */
function isElsewhere(url: string): boolean {
  const { location } = globalThis as { location?: { href: string; origin: string } };
  return location !== undefined && new URL(url, location.href).origin !== location.origin;
}

async function readBody(response: Response, { url, signal, onProgress }: Request): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array(await response.arrayBuffer());
  // Of a packed body the server counts other bytes than those that arrive here.
  const length = response.headers.has("Content-Encoding") ? null : response.headers.get("Content-Length");
  const totalBytes = length !== null && /^[0-9]+$/.test(length) ? Number(length) : undefined;
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value);
    loadedBytes += read.value.length;
    // A `fetch` of the application's may not look at the signal, and what drips in would be kept for ever.
    if (signal.aborted || loadedBytes > limits.documentBytes) {
      await reader.cancel();
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

/** Whether it is HTML, by what the server says and by how it begins: no JSON begins so. */
function isPage(response: Response, bytes: Uint8Array): boolean {
  const beginning = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (beginning.startsWith("<")) return true;
  const type = response.headers.get("Content-Type")?.trim().toLowerCase() ?? "";
  return type.startsWith("text/html") && !/^[[{]/.test(beginning);
}
