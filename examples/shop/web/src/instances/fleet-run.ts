/**
 * Simulates journeys through a fleet while a change propagates. The clock moves in steps, and the events in each are
 * the same for the same seed, however long a step takes.
 */

import { createSource, type DocumentSource, documentHeader } from "isoflag/source";
import { Flags } from "isoflag/tools";
import { useEffect, useRef, useState } from "react";
import {
  type Answer,
  type Change,
  type Check,
  type Config,
  Fleet,
  type FleetStart,
  type FleetState,
  FORM,
  type InstanceState,
  JOURNEY,
} from "./fleet-api";

/** The condition for starting a journey, and how it is ended. */
export type Protection = "none" | "gate" | "pin";

/** The length of one step. */
const STEP_MS = 10_000;
/** The time that a visitor takes to fill in the form. */
const SHORTEST_MS = 30_000;
const LONGEST_MS = 6 * 60_000;
/** The number of steps between polls of the open page. */
const PAGE_POLLS_EVERY = 6;
/** The latest start of a journey, so that all of them end. */
const LAST_BEFORE_MS = LONGEST_MS + STEP_MS;

/** A journey that was begun. */
export interface Journey {
  readonly number: number;
  readonly visitor: string;
  readonly beganMs: number;
  readonly beganAt: number;
  /** The document that the page evaluated. */
  readonly flags: Flags;
  readonly form: string;
  readonly endsMs: number;
  readonly end?: End;
}

/** The page's claim, and the instance's check. */
export interface Dispute {
  readonly receipt: string;
  readonly check: Check;
  /** The instance's document. */
  readonly theirs: Flags;
}

/** How it ended. */
export interface End extends Answer {
  readonly at: number;
  /** The step at which the journey broke. */
  readonly dispute?: Dispute;
}

/** A page that kept the old behaviour, because the gate is closed. */
export interface HeldBack {
  readonly ms: number;
  readonly at: number;
}

/** The document of an instance from a moment on. */
export interface Span extends InstanceState {
  readonly fromMs: number;
}

/** The document of an open page from a moment on. */
export interface PageSpan {
  readonly fromMs: number;
  readonly version: number | undefined;
  readonly isOn: boolean;
  readonly form: string;
}

export interface Tally {
  readonly begun: number;
  readonly held: number;
  readonly ended: number;
  readonly broken: number;
  /** The number of broken journeys, by response status. */
  readonly byStatus: Readonly<Record<number, number>>;
}

export interface RunState {
  readonly options: Options;
  readonly start: FleetStart;
  readonly nowMs: number;
  readonly isOver: boolean;
  /** For each instance. */
  readonly spans: readonly (readonly Span[])[];
  readonly journeys: readonly Journey[];
  readonly held: readonly HeldBack[];
  readonly tally: Tally;
  /** The number of answers of the page compared with those of the instance, and the number of equal ones. */
  readonly compared: number;
  readonly same: number;
  /** The newest document. */
  readonly newest: Flags;
  /** The configuration of the last page. */
  readonly config: Config | undefined;
  /** The documents of a page that was open all the time. */
  readonly openPage: readonly PageSpan[];
}

export interface Options {
  readonly change: Change;
  readonly protection: Protection;
  readonly keepsAll: boolean;
  readonly seed: number;
}

const ended = ({ end }: Journey): boolean => end !== undefined;
export const isBroken = ({ end }: Journey): boolean => end !== undefined && end.status !== 200;
export const contextOf = (visitor: string) => ({ kind: "user", key: visitor });

export class FleetRun {
  readonly #options: Options;
  readonly #fleet: Fleet;
  readonly #documents = new Map<string, Promise<Flags>>();
  readonly #random: () => number;
  readonly #spans: Span[][];
  readonly #journeys: Journey[] = [];
  readonly #held: HeldBack[] = [];
  readonly #source: DocumentSource;
  readonly #shown: PageSpan[] = [];
  #steps = 0;
  #now: FleetState;
  #pages = 0;
  #turn = 0;
  #same = 0;
  #config: Config | undefined;

  private constructor(options: Options, fleet: Fleet) {
    this.#options = options;
    this.#fleet = fleet;
    this.#random = randomNumbers(options.seed);
    this.#now = fleet.start;
    this.#source = createSource({ url: fleet.documentUrl, Flags, refetchOnVisible: false });
    this.#spans = fleet.start.instances.map(state => [{ ...state, fromMs: fleet.start.fromMs }]);
  }

  static async of(options: Options): Promise<FleetRun> {
    const run = new FleetRun(options, await Fleet.of(options.change, options.seed, options.keepsAll));
    await run.#source.loaded;
    run.#look();
    return run;
  }

  get isOver(): boolean {
    return this.#now.nowMs >= this.#fleet.start.untilMs;
  }

  async state(): Promise<RunState> {
    const broken = this.#journeys.filter(isBroken);
    const byStatus: Record<number, number> = {};
    for (const { end } of broken) if (end) byStatus[end.status] = (byStatus[end.status] ?? 0) + 1;
    return {
      options: this.#options,
      start: this.#fleet.start,
      nowMs: this.#now.nowMs,
      isOver: this.isOver,
      spans: this.#spans.map(spans => [...spans]),
      journeys: [...this.#journeys],
      held: [...this.#held],
      tally: {
        begun: this.#journeys.length,
        held: this.#held.length,
        ended: this.#journeys.filter(ended).length,
        broken: broken.length,
        byStatus,
      },
      compared: this.#pages,
      same: this.#same,
      newest: await this.#document(this.#now.newest),
      config: this.#config,
      openPage: [...this.#shown],
    };
  }

  /** Moves the clock by one step; then journeys end, and another page is opened. */
  async step(): Promise<void> {
    const { start } = this.#fleet;
    this.#now = await this.#fleet.move(Math.min(this.#now.nowMs + STEP_MS, start.untilMs));
    this.#notice();
    if (++this.#steps % PAGE_POLLS_EVERY === 0) {
      await this.#source.refresh();
      this.#look();
    }
    for (const [place, journey] of this.#journeys.entries()) {
      if (!ended(journey) && journey.endsMs <= this.#now.nowMs)
        this.#journeys[place] = { ...journey, end: await this.#end(journey) };
    }
    if (this.#now.nowMs > start.untilMs - LAST_BEFORE_MS) return;
    await this.#openPage();
  }

  #notice(): void {
    for (const [place, state] of this.#now.instances.entries()) {
      const spans = this.#spans[place];
      if (spans?.at(-1)?.digest !== state.digest) spans?.push({ ...state, fromMs: this.#now.nowMs });
    }
  }

  /** Records the open page's current document. */
  #look(): void {
    const { flags, error } = this.#source.snapshot;
    if (flags === undefined || error !== undefined) throw error ?? new Error("the open page has no document");
    const { version } = flags;
    const isOn = flags.boolVariation(JOURNEY, contextOf("visitor"), false);
    const form = flags.stringVariation(FORM, contextOf("visitor"), "");
    const last = this.#shown.at(-1);
    if (last === undefined || last.version !== version) {
      this.#shown.push({ fromMs: this.#now.nowMs, version, isOn, form });
    }
  }

  /** Returns the number of the next instance. */
  #next(): number {
    return (this.#turn++ % this.#spans.length) + 1;
  }

  #document(digest: string): Promise<Flags> {
    const known = this.#documents.get(digest) ?? this.#fleet.document(digest);
    this.#documents.set(digest, known);
    return known;
  }

  /** Simulates a visitor: the page queries an instance, evaluates with its document, and may begin a journey. */
  async #openPage(): Promise<void> {
    const { nowMs } = this.#now;
    const at = this.#next();
    const visitor = `visitor-${++this.#pages}`;
    const { body, digest } = await this.#fleet.config(at, visitor);
    this.#config = body;
    const flags = await this.#document(digest);
    const context = contextOf(visitor);
    const isOn = flags.boolVariation(JOURNEY, context, false);
    const form = flags.stringVariation(FORM, context, "");
    // After a rollback the gate counts from when the instance took the earlier document.
    const takenMs = this.#now.instances[at - 1]?.steppedBackMs ?? undefined;
    const isConsistent = (key: string) =>
      flags.consistency(key, context, nowMs, this.#fleet.start.ttlSeconds, undefined, { takenMs })
        .isBackendConsistent;
    const decided: Config = {
      isExpressCheckout: isOn,
      expressForm: form,
      isBackendConsistent: { isExpressCheckout: isConsistent(JOURNEY), expressForm: isConsistent(FORM) },
    };
    // The page has evaluated locally; the instance has returned its own answer.
    if (JSON.stringify(decided) === JSON.stringify(body)) this.#same++;
    const takes = SHORTEST_MS + this.#random() * (LONGEST_MS - SHORTEST_MS);
    if (!isOn) return;
    const { isBackendConsistent: gate } = decided;
    if (this.#options.protection === "gate" && !(gate.isExpressCheckout && gate.expressForm)) {
      this.#held.push({ ms: nowMs, at });
      return;
    }
    this.#journeys.push({
      number: this.#pages,
      visitor,
      beganMs: nowMs,
      beganAt: at,
      flags,
      form,
      endsMs: nowMs + takes,
    });
  }

  async #end({ flags, visitor, form }: Journey): Promise<End> {
    const at = this.#next();
    const headers = this.#options.protection === "pin" ? { ...documentHeader(flags) } : {};
    const answer = await this.#fleet.submit(at, visitor, form, headers);
    if (answer.status === 200) return { ...answer, at };
    const disputed = answer.status === 503 ? JOURNEY : FORM;
    const receipt = flags.receipt(disputed, contextOf(visitor)).toJson();
    const check = await this.#fleet.check(at, visitor, receipt);
    const theirs = await this.#document(JSON.parse(check.receipt).digest);
    return { ...answer, at, dispute: { receipt, check, theirs } };
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Minutes and seconds: `12:40`. */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
}

/** The same before or after the change: `+12:40`. */
export function moment(ms: number, changedMs: number): string {
  const seconds = Math.round((ms - changedMs) / 1000);
  return `${seconds < 0 ? "−" : "+"}${clock(Math.abs(seconds))}`;
}

/** The seed of every run, so that they can be compared. */
const SEED = 7;
/** The number of steps between updates while the run is not animated. */
const SHOWN_EVERY = 6;

export interface Play {
  readonly change: Change;
  readonly protection: Protection;
  readonly keepsAll: boolean;
  /** Counts restarts. */
  readonly again: number;
  /** The duration of a step in milliseconds; undefined while paused. */
  readonly pace: number | undefined;
}

export interface Playing {
  readonly state: RunState | undefined;
  readonly error: string | undefined;
}

/** Plays a run: its steps follow each other at a pace. */
export function useFleetRun({ change, protection, keepsAll, again, pace }: Play): Playing {
  const [playing, setPlaying] = useState<Playing>({ state: undefined, error: undefined });
  const wanted = useRef({ pace, changed: () => {} });
  useEffect(() => {
    wanted.current.pace = pace;
    wanted.current.changed();
  }, [pace]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` restarts the run
  useEffect(() => {
    let isStopped = false;
    setPlaying({ state: undefined, error: undefined });
    const paused = () =>
      new Promise<void>(resolve => {
        const { pace } = wanted.current;
        const timer = pace === undefined ? undefined : setTimeout(resolve, pace);
        wanted.current.changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const play = async () => {
      const run = await FleetRun.of({ change, protection, keepsAll, seed: SEED });
      for (let count = 0; !isStopped; count++) {
        const { pace } = wanted.current;
        if (pace !== 0 || count % SHOWN_EVERY === 0 || run.isOver) {
          const state = await run.state();
          if (!isStopped) setPlaying({ state, error: undefined });
        }
        if (run.isOver) return;
        if (pace !== 0) await paused();
        if (isStopped) return;
        if (wanted.current.pace !== undefined) await run.step();
      }
    };
    play().catch(error => {
      if (!isStopped)
        setPlaying(now => ({ ...now, error: error instanceof Error ? error.message : `${error}` }));
    });
    return () => {
      isStopped = true;
      wanted.current.changed();
    };
  }, [change, protection, keepsAll, again]);
  return playing;
}
