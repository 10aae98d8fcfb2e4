import { setTimeout as sleep } from 'node:timers/promises';

/** Herald's clock, and ways to wait. Both waits reject when the run is called off. */
export interface Pace {
  /** How many times as fast as the wall clock it runs. */
  readonly rate: number;
  /** Its time now, in ms since 1970. */
  now(): number;
  /** Resolves when the clock reaches an instant; at once if it has passed. */
  until(instant: number): Promise<void>;
  /** Resolves after `ms` of wall time. */
  pause(ms: number): Promise<void>;
}

export interface Reading {
  /** The clock's time, in ms since 1970, when `performance.now()` was `readAt`. */
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
