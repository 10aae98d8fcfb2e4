import type { BatchOptions, ConsumeOptions } from '../broker.ts';

/** How a consumer hands envelopes to its handler. */
export interface Intake<T> {
  /** The prefetch: the most that RabbitMQ sends before something is settled. */
  readonly limit: number;
  come(item: T): void;
  /** Hands over a suspect by itself, as a batch of its own; resolves when it is settled. */
  alone(item: T): Promise<void>;
  /** Hands over no more; returns what was not handed over yet. */
  stop(): T[];
  /** The connection is lost: RabbitMQ will deliver again what was not handed over yet. */
  forget(): void;
}

export type Work<T> = (items: readonly T[]) => Promise<void>;

export function oneByOne<T>({ prefetch }: ConsumeOptions, work: Work<T>): Intake<T> {
  return {
    limit: prefetch,
    come: (item) => void work([item]),
    alone: (item) => work([item]),
    stop: () => [],
    forget: () => {},
  };
}

/**
 * A batch is handed over when it is full, or `wait` ms after its first envelope. At most one batch is
 * fetched: RabbitMQ counts an attempt for everything it takes back, also for what no handler has seen.
 */
export function inBatches<T>({ size, wait, prefetch }: BatchOptions, work: Work<T>): Intake<T> {
  const limit = Math.min(size, prefetch);
  let items: T[] = [];
  let busy = false;
  /** Suspects, each a batch of its own, before any other. */
  const suspects: { readonly item: T; readonly done: (after?: Promise<void>) => void }[] = [];
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
  const run = (batch: readonly T[]): Promise<void> => {
    busy = true;
    return work(batch).finally(() => {
      busy = false;
      look();
    });
  };
  const look = (): void => {
    if (busy) return;
    const suspect = suspects.shift();
    if (suspect !== undefined) return suspect.done(run([suspect.item]));
    if (items.length === 0 || (items.length < limit && !waited)) return;
    void run(takeAll());
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
    alone: (item) =>
      new Promise((done) => {
        suspects.push({ item, done });
        look();
      }),
    stop: takeAll,
    forget() {
      for (const { done } of suspects.splice(0)) done();
      takeAll();
    },
  };
}
