import { setTimeout as sleep } from 'node:timers/promises';

/** Herald's clock as seen from here, and ways to wait for it. Both ways reject when the run is called off. */
export interface Pace {
  /** How many times as fast as the wall the clock runs. */
  readonly rate: number;
  /** What the clock shows, in ms since 1970. */
  now(): number;
  /** Resolves when the clock shows an instant, at once if that has passed. */
  until(instant: number): Promise<void>;
  /** Resolves after so many ms on the wall. */
  pause(ms: number): Promise<void>;
}

export interface Reading {
  /** What the clock showed, in ms since 1970, when `performance.now()` was `readAt`. */
  readonly at: number;
  readonly readAt: number;
}

export function createPace(rate: number, { at, readAt }: Reading, calledOff: AbortSignal): Pace {
  const now = (): number => at + (performance.now() - readAt) * rate;
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: calledOff });
  return {
    rate,
    now,
    pause,
    async until(instant) {
      const early = instant - now();
      if (early > 0) await pause(early / rate);
    },
  };
}
