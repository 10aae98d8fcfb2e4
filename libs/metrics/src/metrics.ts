import type { Broker, BrokerObserver } from '@herald/broker';
import type { Log } from '@herald/log';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Declarations } from './declaration.ts';
import { createInstrumentMaker, type Instruments } from './instruments.ts';
import { createObserver } from './observer.ts';
import { processMetrics } from './process-metrics.ts';
import { createReadings } from './readings.ts';

type ProcessInstruments = Instruments<typeof processMetrics>;

/** The registry of a process, with the metrics of every process. */
export interface Metrics extends ProcessInstruments {
  readonly registry: Registry;
  /** These metrics and those of `declarations`. Declaring the same metric again gives the same instrument. */
  declare<D extends Declarations>(declarations: D): Metrics & Instruments<D>;
  /**
   * Calls `read` at each scrape. When it fails or takes over 3 s, `clear` removes its gauges from that
   * scrape, and `herald_metric_read_failures_total` counts it as `metric`.
   */
  watch(metric: string, gauges: { readonly read: () => Promise<void>; readonly clear: () => void }): void;
  /** Reads the length of each queue at each scrape. The queues' counters start at 0. */
  watchQueues(broker: Pick<Broker, 'load'>, queues: readonly string[]): void;
  /**
   * Counts what the broker does, and logs what went wrong to `log`. The counters of the `exchanges` start at
   * 0: an alert on the first fault needs a count from before it.
   */
  observer(log?: Log, exchanges?: readonly string[]): BrokerObserver;
}

export interface MetricsOptions {
  readonly version: string;
  /** Label `service_name` of every series; the same name as in traces and logs. */
  readonly service?: string;
}

/**
 * Gauges of prom-client with the name of a counter. Each is the sum of the gauge of the same name without
 * `_total`.
 */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** A new registry with the metrics of every process and prom-client's own (CPU, memory, event loop). */
export function createMetrics({ version, service }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (service !== undefined) registry.setDefaultLabels({ service_name: service });
  const readings = createReadings();
  const make = createInstrumentMaker(registry, () => readings.refresh());
  const made = make(processMetrics);
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  made.buildInfo.set({ version, node: process.versions.node }, 1);
  // From the start, so that its alert finds the series also in a process without queues.
  made.readFailures.inc({ metric: 'queues' }, 0);

  const metrics: Metrics = {
    ...made,
    registry,
    declare: (declarations) => ({ ...metrics, ...make(declarations) }),
    watch(metric, { read, clear }) {
      made.readFailures.inc({ metric }, 0);
      readings.add({ read, clear, failed: () => made.readFailures.inc({ metric }) });
    },
    watchQueues(broker, queues) {
      for (const queue of queues) {
        zeroQueue(made, queue);
        metrics.watch('queues', queueGauges(made, broker, queue));
      }
    },
    observer(log, exchanges = []) {
      for (const exchange of exchanges) zeroExchange(made, exchange);
      return createObserver(made, log);
    },
  };
  return metrics;
}

const queueGauges = (made: ProcessInstruments, broker: Pick<Broker, 'load'>, queue: string) => ({
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
});

function zeroQueue(made: ProcessInstruments, queue: string): void {
  for (const verdict of ['ack', 'retry', 'drop'] as const) made.consumed.inc({ queue, verdict }, 0);
  made.redelivered.inc({ queue }, 0);
  made.deadLetters.inc({ queue }, 0);
  made.processSeconds.zero({ queue });
  made.messageAgeSeconds.zero({ queue });
}

function zeroExchange(made: ProcessInstruments, exchange: string): void {
  made.published.inc({ exchange }, 0);
  made.unconfirmed.inc({ exchange }, 0);
  made.unroutable.inc({ exchange }, 0);
  made.publishSeconds.zero({ exchange });
}
