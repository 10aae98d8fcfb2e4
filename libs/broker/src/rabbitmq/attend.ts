import type { BatchOptions, ConsumeOptions } from '../broker.ts';

/** How a consumer hands over what comes. */
export interface Attend<T> {
  /** The most the broker may give us at once. */
  readonly limit: number;
  come(item: T): void;
  /** Hands over no more; returns what is waiting here. */
  stop(): T[];
  /** The connection is lost: what is waiting here comes again. */
  forget(): void;
}

export type Work<T> = (items: readonly T[]) => Promise<void>;

export function oneByOne<T>({ prefetch }: ConsumeOptions, work: Work<T>): Attend<T> {
  return {
    limit: prefetch,
    come: (item) => void work([item]),
    stop: () => [],
    forget: () => {},
  };
}

/**
 * A batch when it is full or `wait` ms after its first message came. No more than one batch is fetched: the broker counts an attempt
 * for whatever it takes back, also for what no handler has seen.
 */
export function inBatches<T>({ size, wait, prefetch }: BatchOptions, work: Work<T>): Attend<T> {
  const limit = Math.min(size, prefetch);
  let items: T[] = [];
  let busy = false;
  let waited = false;
  let timer: NodeJS.Timeout | undefined;

  const takeAll = (): T[] => {
    clearTimeout(timer);
    timer = undefined;
    waited = false;
    const all = items;
    items = [];
    return all;
  };
  const look = (): void => {
    if (items.length === 0 || busy) return;
    if (items.length < limit && !waited) return;
    busy = true;
    void work(takeAll()).finally(() => {
      busy = false;
      look();
    });
  };
  const time = (): void => {
    waited = true;
    look();
  };

  return {
    limit,
    come(item) {
      items.push(item);
      timer ??= setTimeout(time, wait);
      look();
    },
    stop: takeAll,
    forget: takeAll,
  };
}
