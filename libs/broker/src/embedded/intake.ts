import type { BatchOptions, ConsumeOptions } from '../broker.ts';
import type { Member } from './member.ts';

/** How a consumer takes envelopes from its queue: a `Member` without the handler. */
export type Intake = Omit<Member, 'hand'>;

/** One envelope for each run of the handler, up to `prefetch` runs at once. */
export function oneByOne({ prefetch }: ConsumeOptions): Intake {
  let running = 0;
  return {
    limit: prefetch,
    wants: () => (running < prefetch ? 1 : 0),
    take: (count) => {
      running += count;
    },
    giveBack: (count) => {
      running -= count;
    },
    idle: () => {},
  };
}

/** A batch is ready when it is full, or `wait` ms after its first envelope; `wake` is called then. */
export function inBatches({ size, wait, prefetch }: BatchOptions, wake: () => void): Intake {
  const limit = Math.min(size, prefetch);
  let busy = false;
  /** Starts with the first envelope that waits, also while the batch before is under way. */
  let timer: NodeJS.Timeout | undefined;
  let waited = false;

  const startOver = (): void => {
    clearTimeout(timer);
    timer = undefined;
    waited = false;
  };

  const isReady = (available: number, atOnce: boolean): boolean => {
    if (available >= limit || atOnce || waited || wait <= 0) return true;
    timer ??= setTimeout(() => {
      waited = true;
      wake();
    }, wait);
    return false;
  };

  return {
    limit,
    wants: (available, atOnce) => (isReady(available, atOnce) && !busy ? Math.min(limit, available) : 0),
    take: () => {
      busy = true;
      startOver();
    },
    giveBack: () => {
      busy = false;
    },
    idle: startOver,
  };
}
