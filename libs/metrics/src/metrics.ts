import type { Broker, BrokerObserver } from '@herald/broker';
import type { Log } from '@herald/log';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createInstruments, type Instruments } from './instruments.ts';
import { createObserver } from './observer.ts';
import { createReadings } from './readings.ts';

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
  /** The same for how much is in each queue. What is counted of them stands at 0 from now on. */
  watchQueues(broker: Pick<Broker, 'load'>, queues: readonly string[]): void;
  /**
   * Feeds what the broker does into the metrics, and what went wrong into `log`. What is counted of the
   * `exchanges` stands at 0 from now on: an alert on the first fault needs a count from before it.
   */
  observer(log?: Log, exchanges?: readonly string[]): BrokerObserver;
}

export interface MetricsOptions {
  readonly version: string;
  /** Stands on every series as `service_name`, the name that traces and logs have too. */
  readonly service?: string;
}

/**
 * Gauges of prom-client under a counter's name. Each is the sum of a gauge that has its name without
 * `_total`.
 */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/**
 * A registry of its own with every metric of the catalogue, and prom-client's of the process and the event
 * loop.
 */
export function createMetrics({ version, service }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (service !== undefined) registry.setDefaultLabels({ service_name: service });
  const readings = createReadings();
  const made = createInstruments(registry, () => readings.refresh());
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  made.buildInfo.set({ version, node: process.versions.node }, 1);
  for (const metric of ['waits', 'unknown_sends', 'queues']) made.readFailures.inc({ metric }, 0);
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
      for (const queue of queues) {
        zeroQueue(made, queue);
        readings.add(queueReading(made, broker, queue, failed('queues')));
      }
    },
    observer(log, exchanges = []) {
      for (const exchange of exchanges) zeroExchange(made, exchange);
      return createObserver(made, log);
    },
  };
}

const queueReading = (
  made: Instruments,
  broker: Pick<Broker, 'load'>,
  queue: string,
  failed: () => void,
) => ({
  async read() {
    const { ready, inFlight, dead, consumers } = await broker.load(queue);
    for (const [state, count] of Object.entries({ ready, in_flight: inFlight, dead })) {
      made.queueMessages.set({ queue, state }, count);
    }
    made.queueConsumers.set({ queue }, consumers);
  },
  clear() {
    for (const state of ['ready', 'in_flight', 'dead']) made.queueMessages.remove({ queue, state });
    made.queueConsumers.remove({ queue });
  },
  failed,
});

function zeroQueue(made: Instruments, queue: string): void {
  for (const verdict of ['ack', 'retry', 'drop'] as const) made.consumed.inc({ queue, verdict }, 0);
  made.redelivered.inc({ queue }, 0);
  made.deadLetters.inc({ queue }, 0);
  made.processSeconds.zero({ queue });
  made.messageAgeSeconds.zero({ queue });
}

function zeroExchange(made: Instruments, exchange: string): void {
  made.published.inc({ exchange }, 0);
  made.unconfirmed.inc({ exchange }, 0);
  made.unroutable.inc({ exchange }, 0);
  made.publishSeconds.zero({ exchange });
}
