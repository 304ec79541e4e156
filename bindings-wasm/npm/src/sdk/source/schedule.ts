/** Decides when a source polls: at an interval, when the page is seen or online again, and after a failure. */

import type { SourceError } from "./error.js";
import type { PageVisibility, SourceOptions } from "./options.js";

/** The pause after the first failure; each further one is twice as long. */
const FIRST_PAUSE_MS = 1_000;
/** The longest pause, unless the interval is longer. */
const LONGEST_PAUSE_MS = 300_000;

type Online = Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">>;

/** The schedule of one source. It is closed at first. */
export class Schedule {
  readonly #options: SourceOptions;
  readonly #page: PageVisibility | undefined;
  readonly #poll: () => void;
  #isOpen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** The time before which a server asks not to be polled, by a clock that is never set. */
  #earliest = 0;

  constructor(options: SourceOptions, page: PageVisibility | undefined, poll: () => void) {
    this.#options = options;
    this.#page = page;
    this.#poll = poll;
  }

  open(): void {
    this.#isOpen = true;
    if (this.#options.refetchOnVisible !== false) {
      this.#page?.addEventListener("visibilitychange", this.#pollUnlessTooEarly);
    }
    (globalThis as Online).addEventListener?.("online", this.#retryNow);
    this.#wait();
  }

  close(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    this.#page?.removeEventListener("visibilitychange", this.#pollUnlessTooEarly);
    (globalThis as Online).removeEventListener?.("online", this.#retryNow);
  }

  /** Reports the end of an attempt, and why it failed. */
  ended(error: SourceError | undefined): void {
    this.#failures = error === undefined ? 0 : this.#failures + 1;
    this.#earliest = performance.now() + (error?.retryAfterMs ?? 0);
    if (this.#isOpen) this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const pause = this.#pause();
    if (pause === undefined) return;
    this.#timer = setTimeout(() => {
      // The page may be hidden, so that this does not poll.
      this.#wait();
      this.#poll();
    }, pause);
    // The timer must not keep a Node process alive.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #pause(): number | undefined {
    const { intervalMs = 0 } = this.#options;
    // With 0 or NaN a timer would fire a thousand times a second.
    if (this.#failures === 0) return intervalMs > 0 ? intervalMs : undefined;
    const longest = intervalMs > LONGEST_PAUSE_MS ? intervalMs : LONGEST_PAUSE_MS;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), longest);
    // Pages that failed together do not return together.
    const jittered = pause * (0.5 + Math.random() / 2);
    return Math.max(jittered, this.#earliest - performance.now());
  }

  readonly #pollUnlessTooEarly = (): void => {
    if (performance.now() >= this.#earliest) this.#poll();
  };

  readonly #retryNow = (): void => {
    if (this.#failures > 0) this.#pollUnlessTooEarly();
  };
}
