/** Decides when a source polls: at an interval, when the page is seen or online again, after an event and after a failure. */

import { callBack } from "../callback.js";
import { timerDelay } from "../timer.js";
import { messageOf, SourceError } from "./errors.js";
import type { Followed } from "./event-stream.js";
import type { PageVisibility, SourceOptions } from "./interface.js";

/** The pause after the first failure; each further one is twice as long. */
const FIRST_PAUSE_MS = 1_000;
/** The longest pause, unless the interval is longer. */
const LONGEST_PAUSE_MS = 300_000;

type Timer = ReturnType<typeof setTimeout>;

/** Starts a timer that does not keep a Node process alive. Outside of a request, an edge runtime refuses timers. */
function unattended(start: () => Timer): Timer | undefined {
  try {
    const timer = start();
    (timer as { unref?: () => void }).unref?.();
    return timer;
  } catch {
    return undefined;
  }
}

type Online = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/** The schedule of one source. It is closed at first. */
export class Schedule {
  readonly #options: SourceOptions;
  readonly #page: PageVisibility | undefined;
  readonly #poll: () => void;
  readonly #changed: () => void;
  #isOpen = false;
  #interval: Timer | undefined;
  #retry: Timer | undefined;
  #followed: Followed | undefined;
  #failures = 0;
  /** The end of the server's `Retry-After`, by a clock that is never set. */
  #earliest = 0;

  constructor(
    options: SourceOptions,
    page: PageVisibility | undefined,
    poll: () => void,
    changed: () => void,
  ) {
    this.#changed = changed;
    this.#options = options;
    this.#page = page;
    this.#poll = poll;
  }

  open(hasAddress: boolean): void {
    this.#isOpen = true;
    if (hasAddress && this.#options.events !== undefined) void this.#follow();
    if (this.#options.refetchOnVisible !== false) {
      this.#page?.addEventListener("visibilitychange", this.#pollUnlessTooEarly);
    }
    (globalThis as Online).addEventListener?.("online", this.#retryNow);
    const { intervalMs } = this.#options;
    // With 0 or NaN a timer would fire a thousand times a second.
    if (intervalMs !== undefined && intervalMs > 0) {
      const poll = (): void => {
        if (this.#failures === 0) this.#poll();
      };
      this.#interval = unattended(() => setInterval(poll, timerDelay(intervalMs)));
    }
    this.#wait();
  }

  /** Stops polling, for good if `isFinal`. */
  close(isFinal = false): void {
    this.#isOpen = false;
    this.#followed?.stop();
    this.#followed = undefined;
    const { events } = this.#options;
    if (isFinal && typeof events === "object" && "close" in events) events.close();
    clearInterval(this.#interval);
    clearTimeout(this.#retry);
    this.#page?.removeEventListener("visibilitychange", this.#pollUnlessTooEarly);
    (globalThis as Online).removeEventListener?.("online", this.#retryNow);
  }

  /** Follows the stream of events. */
  async #follow(): Promise<void> {
    const report = (error: SourceError): void => callBack(() => this.#options.onError?.(error));
    try {
      const { followEvents } = await import("./event-stream.js");
      const changed = (): void => this.#unlessTooEarly(this.#changed);
      if (this.#isOpen) this.#followed ??= followEvents(this.#options, changed, report);
    } catch (thrown) {
      report(
        thrown instanceof SourceError
          ? thrown
          : new SourceError(
              "events",
              String(this.#options.events),
              `cannot be followed: ${messageOf(thrown)}`,
            ),
      );
    }
  }

  /** Reports the end of an attempt, and why it failed. */
  ended(error: SourceError | undefined): void {
    this.#failures = error === undefined ? 0 : this.#failures + 1;
    const ms = error?.retryAfterMs;
    this.#earliest = ms === undefined ? 0 : performance.now() + ms;
    if (this.#isOpen) this.#wait();
  }

  /** Waits for the next attempt after a failure. */
  #wait(): void {
    clearTimeout(this.#retry);
    if (this.#failures === 0) return;
    const retry = (): void => {
      // The page may be hidden, so that this does not poll.
      this.#wait();
      this.#poll();
    };
    this.#retry = unattended(() => setTimeout(retry, this.#pause()));
  }

  #pause(): number {
    const longest = Math.max(LONGEST_PAUSE_MS, this.#options.intervalMs || 0);
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), longest);
    // Pages that failed together do not return together.
    const jittered = pause * (0.5 + Math.random() / 2);
    return Math.max(jittered, this.#earliest - performance.now());
  }

  /** Calls back, unless the server has demanded a pause, after which the source polls automatically. */
  #unlessTooEarly(call: () => void): void {
    if (performance.now() >= this.#earliest) call();
  }

  readonly #pollUnlessTooEarly = (): void => this.#unlessTooEarly(this.#poll);

  readonly #retryNow = (): void => {
    if (this.#failures > 0) this.#pollUnlessTooEarly();
  };
}
