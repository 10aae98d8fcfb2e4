import type { BatchOptions, ConsumeOptions } from '../broker.ts';
import type { Member } from './member.ts';

/** How a consumer takes its messages: what a `Member` is but for the handler. */
export type Intake = Omit<Member, 'hand'>;

/** One at a time to each of `prefetch` runs of the handler. */
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

/** A batch when it is full or `wait` ms after its first message came; `wake` is called then. */
export function inBatches({ size, wait, prefetch }: BatchOptions, wake: () => void): Intake {
  const limit = Math.min(size, prefetch);
  let busy = false;
  /** Runs from when the first message waits, also while the batch before is under way. */
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
