import type { Clock, Instant } from '@herald/domain';

/**
 * ms of wall time. Far below the 2^31 - 1 ms at which a timer overflows, and short enough to notice when the
 * machine slept or its clock was set.
 */
const LONGEST_SLEEP = 30_000;

export interface Alarm {
  /** Rings once at `at` on the clock, never before; undefined: not at all. Replaces an earlier `set`. */
  set(at: Instant | undefined): void;
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let setFor: Instant | undefined;

  const sleep = (): void => {
    if (setFor === undefined) return;
    const left = Math.ceil((setFor - clock.now()) / clock.rate);
    timer = setTimeout(check, Math.max(0, Math.min(left, LONGEST_SLEEP)));
  };

  const check = (): void => {
    if (setFor === undefined || clock.now() < setFor) return sleep();
    setFor = undefined;
    ring();
  };

  return {
    set(at) {
      if (at === setFor) return;
      clearTimeout(timer);
      setFor = at;
      sleep();
    },
  };
}
