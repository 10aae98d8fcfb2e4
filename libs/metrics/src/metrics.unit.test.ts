import { logLines } from '@herald/log/testing';
import { describe, expect, it } from 'vitest';
import type { Declarations } from './declaration.ts';
import { createMetrics } from './metrics.ts';
import { metricsTable } from './metrics-table.ts';
import { processMetrics } from './process-metrics.ts';
import { createReadings } from './readings.ts';
import { waitingMetrics, watchWaits } from './waiting-metrics.ts';

const metrics = () => createMetrics({ version: '1.2.3' });
/** What an app may declare. */
const appMetrics = {
  eventsAccepted: { kind: 'counter', name: 'herald_events_accepted_total', help: 'Events.', labels: [] },
  unknownSends: { kind: 'gauge', name: 'herald_messages_unknown', help: 'Messages.', labels: [] },
} as const satisfies Declarations;
const delivery = { queue: 'q', id: 'i', key: 'k', body: {}, attempt: 2, publishedAt: Date.now() - 5_000 };

const scrape = async (text: Promise<string>): Promise<string[]> =>
  (await text).split('\n').filter((line) => line.startsWith('herald_') && !line.includes('_bucket'));

describe('metricsTable', () => {
  it('describes declarations by a table with a row for each', () => {
    const rows = metricsTable(processMetrics).split('\n');
    expect(rows).toHaveLength(Object.keys(processMetrics).length + 2);
    expect(rows).toContain(
      '| `herald_consumed_total` | counter | `queue`, `verdict` | Deliveries handled, by queue and verdict: ack, retry or drop. |',
    );
  });
});

describe('createMetrics', () => {
  it('shows the process, the event loop and the build from the start', async () => {
    const text = await metrics().registry.metrics();
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'])
      expect(text).toContain(name);
    expect(text).toContain(`herald_build_info{version="1.2.3",node="${process.versions.node}"} 1`);
    expect(text).toContain('herald_metric_read_failures_total{metric="queues"} 0');
  });

  it('has a registry of its own each time', async () => {
    const [one, two] = [metrics().declare(appMetrics), metrics().declare(appMetrics)];
    one.eventsAccepted.inc(3);
    expect(await scrape(two.registry.metrics())).toContain('herald_events_accepted_total 0');
  });

  it('gives one instrument to all who declare the same metric, and refuses another metric of its name', async () => {
    const made = metrics();
    made.declare(appMetrics).eventsAccepted.inc(1);
    made.declare(appMetrics).eventsAccepted.inc(2);
    expect(await scrape(made.registry.metrics())).toContain('herald_events_accepted_total 3');
    const again = { eventsAccepted: { ...appMetrics.eventsAccepted } };
    expect(() => made.declare(again)).toThrow('herald_events_accepted_total');
  });

  it('counts what the broker does, and logs ids and reasons of what went wrong, never bodies', async () => {
    const made = metrics();
    const { log, lines, text } = logLines();
    const observer = made.observer(log);
    const secret = { ...delivery, body: { hunter2: 'hunter2' } };
    observer.settled?.(secret, { kind: 'ack' }, 2);
    observer.settled?.(secret, { kind: 'retry', reason: 'r' }, 0.5);
    observer.settled?.({ ...secret, publishedAt: Date.now() + 60_000 }, { kind: 'drop', reason: 'r' }, 0.5);
    observer.dead?.(secret, 'poison');
    observer.unroutable?.({ exchange: 'e', key: 'k', id: 'u', body: secret.body });
    observer.published?.('e', 7, 0.01);
    observer.unconfirmed?.('e', 3);
    observer.fault?.(new Error('disk full'));
    const shown = await scrape(made.registry.metrics());
    expect(shown).toEqual(
      expect.arrayContaining([
        'herald_consumed_total{queue="q",verdict="ack"} 1',
        'herald_consumed_total{queue="q",verdict="retry"} 1',
        'herald_consumed_total{queue="q",verdict="drop"} 1',
        'herald_process_duration_seconds_sum{queue="q"} 3',
        'herald_message_age_seconds_count{queue="q"} 3',
        'herald_dead_letters_total{queue="q"} 1',
        'herald_unroutable_total{exchange="e"} 1',
        'herald_published_total{exchange="e"} 7',
        'herald_publish_failures_total{exchange="e"} 3',
        'herald_redelivered_total{queue="q"} 3',
      ]),
    );
    // The handlers started after 3 s and 4.5 s; the delivery from a clock ahead of ours counts as 0.
    const { values } = await made.messageAgeSeconds.get();
    const sum = values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value;
    expect(sum).toBeGreaterThanOrEqual(7.5);
    expect(sum).toBeLessThan(8.5);
    expect(lines()).toMatchObject([
      { level: 'error', queue: 'q', messageId: 'i', attempt: 2, reason: 'poison' },
      { level: 'error', exchange: 'e', messageId: 'u' },
      { level: 'error', err: { message: 'disk full' } },
    ]);
    expect(text()).not.toContain('hunter2');
  });

  it('shows whether the broker accepts envelopes, and logs an error when it does not', async () => {
    const made = metrics();
    const { log, lines } = logLines();
    const observer = made.observer(log);
    observer.accepting?.(true);
    expect(await scrape(made.registry.metrics())).toContain('herald_broker_accepting 1');
    observer.accepting?.(false);
    expect(await scrape(made.registry.metrics())).toContain('herald_broker_accepting 0');
    expect(lines()).toMatchObject([{ level: 'error' }]);
  });

  it('starts the counters of known queues and exchanges at 0, so that the first fault is an increase', async () => {
    const made = metrics();
    made.observer(undefined, ['e']);
    made.watchQueues({ load: async () => ({ ready: 0, inFlight: 0, dead: 0, consumers: 1 }) }, ['q']);
    expect(await scrape(made.registry.metrics())).toEqual(
      expect.arrayContaining([
        'herald_dead_letters_total{queue="q"} 0',
        'herald_consumed_total{queue="q",verdict="drop"} 0',
        'herald_unroutable_total{exchange="e"} 0',
        'herald_publish_failures_total{exchange="e"} 0',
        'herald_metric_read_failures_total{metric="queues"} 0',
      ]),
    );
  });

  it('names the service on every series if it has a name', async () => {
    const made = createMetrics({ version: '1', service: 'ingest' });
    const series = (await made.registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line));
    for (const line of series) expect(line).toContain('service_name="ingest"');
  });

  it('reads gauges that need a query once per scrape', async () => {
    const made = metrics().declare({ ...waitingMetrics, ...appMetrics });
    let asked = 0;
    watchWaits(made, 'wait', async () => {
      asked += 1;
      return { overdue: asked, oldestSeconds: 2, dueSoon: 3 };
    });
    made.watch('unknown_sends', {
      read: async () => made.unknownSends.set(4),
      clear: () => made.unknownSends.remove(),
    });
    made.watchQueues({ load: async () => ({ ready: 1, inFlight: 2, dead: 4, consumers: 3 }) }, ['q']);
    await made.registry.metrics();
    const shown = await scrape(made.registry.metrics());
    expect(asked).toBe(2);
    expect(shown).toEqual(
      expect.arrayContaining([
        'herald_waits_overdue{kind="wait"} 2',
        'herald_waits_oldest_due_seconds{kind="wait"} 2',
        'herald_waits_due_soon{kind="wait"} 3',
        'herald_messages_unknown 4',
        'herald_queue_messages{queue="q",state="in_flight"} 2',
        'herald_queue_messages{queue="q",state="dead"} 4',
        'herald_queue_consumers{queue="q"} 3',
      ]),
    );
  });

  it('omits gauges that cannot be read, counts the failure, and shows all others', async () => {
    const made = metrics().declare(waitingMetrics);
    let broken = false;
    const read = async () => {
      if (broken) throw new Error('no database');
      return { overdue: 1, oldestSeconds: 0, dueSoon: 0 };
    };
    watchWaits(made, 'wait', read);
    watchWaits(made, 'send', async () => ({ overdue: 5, oldestSeconds: 0, dueSoon: 0 }));
    await made.registry.metrics();
    broken = true;
    await made.registry.metrics();
    const shown = await scrape(made.registry.metrics());
    expect(shown.filter((line) => line.includes('kind="wait"'))).toEqual([]);
    expect(shown).toContain('herald_waits_overdue{kind="send"} 5');
    expect(shown.find((line) => line.includes('read_failures_total{metric="waits"'))).toMatch(
      /\{metric="waits"\} [12]$/,
    );
  });
});

describe('createReadings', () => {
  it('waits no longer than its limit', async () => {
    const readings = createReadings(20);
    const outcome: string[] = [];
    readings.add({
      read: () => new Promise(() => {}),
      clear: () => outcome.push('cleared'),
      failed: () => outcome.push('failed'),
    });
    await readings.refresh();
    expect(outcome).toEqual(['cleared', 'failed']);
  });
});
