/** Plays a run: its steps follow each other at a pace. */
import { useEffect, useRef, useState } from "react";
import type { Change } from "./fleet-api";
import { FleetRun, type Protection, type RunState } from "./fleet-run";

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
