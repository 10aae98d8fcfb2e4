import type { Broker, BrokerObserver } from '@herald/broker';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from '../log/log.ts';
import { catalogue, type Declaration } from './catalogue.ts';
import { createObserver } from './observer.ts';
import { createReadings } from './readings.ts';

type Instrument<D extends Declaration> = D['kind'] extends 'counter'
  ? Counter<D['labels'][number]>
  : D['kind'] extends 'gauge'
    ? Gauge<D['labels'][number]>
    : Histogram<D['labels'][number]>;

/** What the catalogue declares, ready to count. */
export type Instruments = { readonly [K in keyof typeof catalogue]: Instrument<(typeof catalogue)[K]> };

/** What waits in the store for its time: enrollments in a wait, or messages to send. */
export interface WaitsReading {
  /** Due and not done. */
  readonly overdue: number;
  /** s of wall time since the oldest of them was due. */
  readonly oldestSeconds: number;
  /** Due within the next minute. */
  readonly dueSoon: number;
}

/** Every metric of the process. */
export interface Metrics extends Instruments {
  readonly registry: Registry;
  /**
   * `read` is asked at each scrape. When it fails or takes over 3 s, the gauges are missing from that scrape.
   */
  watchWaits(kind: 'wait' | 'send', read: () => Promise<WaitsReading>): void;
  /** The same for messages whose outcome nobody knows. */
  watchUnknownSends(read: () => Promise<number>): void;
  /** The same for how much is in each queue. */
  watchQueues(broker: Pick<Broker, 'depth'>, queues: readonly string[]): void;
  /** Feeds what the broker does into the metrics, and what went wrong into `log`. */
  observer(log?: Log): BrokerObserver;
}

/**
 * A registry of its own with every metric of the catalogue, and prom-client's of the process and the event
 * loop.
 */
export function createMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry();
  const readings = createReadings();
  const made = instruments(registry, () => readings.refresh());
  collectDefaultMetrics({ register: registry });
  made.buildInfo.set({ version, node: process.versions.node }, 1);
  const failed = (metric: string) => (): void => made.readFailures.inc({ metric });

  return {
    ...made,
    registry,
    watchWaits: (kind, read) =>
      readings.add({
        async read() {
          const { overdue, oldestSeconds, dueSoon } = await read();
          made.waitsOverdue.set({ kind }, overdue);
          made.oldestDueSeconds.set({ kind }, oldestSeconds);
          made.waitsDueSoon.set({ kind }, dueSoon);
        },
        clear() {
          for (const gauge of [made.waitsOverdue, made.oldestDueSeconds, made.waitsDueSoon])
            gauge.remove({ kind });
        },
        failed: failed('waits'),
      }),
    watchUnknownSends: (read) =>
      readings.add({
        read: async () => made.unknownSends.set(await read()),
        clear: () => made.unknownSends.remove(),
        failed: failed('unknown_sends'),
      }),
    watchQueues(broker, queues) {
      for (const queue of queues) readings.add(queueReading(made, broker, queue, failed('queues')));
    },
    observer: (log) => createObserver(made, log),
  };
}

const queueReading = (
  made: Instruments,
  broker: Pick<Broker, 'depth'>,
  queue: string,
  failed: () => void,
) => ({
  async read() {
    const { ready, inFlight, delayed, dead } = await broker.depth(queue);
    for (const [state, count] of Object.entries({ ready, in_flight: inFlight, delayed, dead })) {
      made.queueMessages.set({ queue, state }, count);
    }
  },
  clear() {
    for (const state of ['ready', 'in_flight', 'delayed', 'dead'])
      made.queueMessages.remove({ queue, state });
  },
  failed,
});

function instruments(registry: Registry, refresh: () => Promise<void>): Instruments {
  const make = ({ kind, name, help, labels, buckets }: Declaration) => {
    const common = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') return new Counter(common);
    if (kind === 'histogram') return new Histogram({ ...common, ...(buckets && { buckets: [...buckets] }) });
    return new Gauge({ ...common, collect: refresh });
  };
  return Object.fromEntries(
    Object.entries(catalogue).map(([field, declaration]) => [field, make(declaration)]),
  ) as unknown as Instruments;
}
