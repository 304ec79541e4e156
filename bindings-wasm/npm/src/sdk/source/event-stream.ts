/** Follows a stream of server-sent events, each of which says that a document has changed. */

import { SourceError } from "./errors.js";
import type { SourceEvents, SourceOptions } from "./interface.js";

/** The events that LaunchDarkly's streams send, and those without a name. */
const EVENTS = ["message", "put", "patch"] as const;
/** `EventSource.CLOSED`. */
const CLOSED = 2;

type Stream = new (url: string, options?: { readonly withCredentials: boolean }) => SourceEvents;

/** A stream that is being followed. */
export interface Followed {
  /** Stops. A stream that was opened for an address is closed; another one may be followed again. */
  stop(): void;
}

/** Calls back for each event of the stream in the options; reports through `report` if it ends. */
export function followEvents(
  { events, request }: SourceOptions,
  changed: () => void,
  report: (error: SourceError) => void,
): Followed {
  const isGiven = typeof events === "object" && "addEventListener" in events;
  const url = isGiven ? "events" : String(events);
  const stream = isGiven ? events : opened(url, request?.credentials === "include");
  let isInterrupted = false;
  const failed = (): void => {
    isInterrupted = true;
    // Otherwise it reconnects automatically.
    if (stream.readyState === CLOSED) {
      report(new SourceError("events", url, "has ended the stream of events; the source still polls"));
    }
  };
  // Events that were sent meanwhile are lost, unless the server repeats them.
  const reopened = (): void => {
    if (isInterrupted) changed();
    isInterrupted = false;
  };
  for (const event of EVENTS) stream.addEventListener(event, changed);
  stream.addEventListener("open", reopened);
  stream.addEventListener("error", failed);
  return {
    stop: () => {
      for (const event of EVENTS) stream.removeEventListener(event, changed);
      stream.removeEventListener("open", reopened);
      stream.removeEventListener("error", failed);
      if (!isGiven) stream.close();
    },
  };
}

function opened(url: string, withCredentials: boolean): SourceEvents {
  const { EventSource } = globalThis as { EventSource?: Stream };
  if (EventSource === undefined) {
    throw new SourceError(
      "events",
      url,
      "cannot be followed, because this host runtime has no `EventSource`; pass an object with its methods, or only poll",
    );
  }
  return new EventSource(url, { withCredentials });
}
