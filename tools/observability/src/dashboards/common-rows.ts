import { catalogue as m } from '@herald/metrics';
import type { Panel, Row } from './panel.ts';
import { of, quantile, rate } from './selectors.ts';

const seconds = (q: 'p50' | 'p95' | 'p99', expr: string) => ({ expr, legend: q });

/** Rate, errors and duration of the HTTP API. */
export const requests: Row = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests by route',
      description: 'Answered requests a second, by route template.',
      unit: 'reqps',
      queries: [
        { expr: `sum by (http_route) (${rate(`${m.httpSeconds.name}_count`)})`, legend: '{{http_route}}' },
      ],
    },
    {
      title: 'Requests by status',
      description: 'By the class of the status. 5xx are faults of ours; 4xx are the callers’.',
      unit: 'reqps',
      queries: [
        {
          expr:
            `sum by (class) (label_replace(${rate(`${m.httpSeconds.name}_count`)}, "class", "\${1}xx", ` +
            '"http_response_status_code", "(.).."))',
          legend: '{{class}}',
        },
      ],
    },
    {
      title: 'Time to answer',
      description: 'Of all routes together. Ingest waits for the broker’s confirmation within it.',
      unit: 's',
      queries: [
        seconds('p50', quantile(0.5, m.httpSeconds.name)),
        seconds('p95', quantile(0.95, m.httpSeconds.name)),
        seconds('p99', quantile(0.99, m.httpSeconds.name)),
      ],
    },
  ],
};

/** What goes out to the broker. */
export const publishing: Row = {
  title: 'Publishing',
  panels: [
    {
      title: 'Published',
      description: 'Messages the broker confirmed, by exchange.',
      unit: 'ops',
      queries: [{ expr: `sum by (exchange) (${rate(m.published.name)})`, legend: '{{exchange}}' }],
    },
    {
      title: 'Time to confirm',
      description: 'p99 of the time until the broker has made a publish durable.',
      unit: 's',
      queries: [{ expr: quantile(0.99, m.publishSeconds.name, ['exchange']), legend: '{{exchange}}' }],
      alert: 'HeraldPublishSlow',
      thresholds: { warn: 0.25, bad: 1 },
    },
    {
      title: 'Not confirmed, not routed',
      description: 'Publishes that failed, and messages that no queue takes. Both should be nothing.',
      unit: 'ops',
      queries: [
        { expr: `sum (${rate(m.unconfirmed.name)})`, legend: 'not confirmed' },
        { expr: `sum (${rate(m.unroutable.name)})`, legend: 'no queue takes it' },
      ],
      alert: 'HeraldPublishFailing',
    },
  ],
};

/** What comes in from the broker. */
export const queues: Row = {
  title: 'Queues',
  panels: [
    {
      title: 'Handled, by verdict',
      description: 'ack: done. retry: put off. drop: to the dead letters.',
      unit: 'ops',
      queries: [
        { expr: `sum by (queue, verdict) (${rate(m.consumed.name)})`, legend: '{{queue}} {{verdict}}' },
      ],
      alert: 'HeraldRetriesHigh',
    },
    {
      title: 'Time of a handler',
      description: 'p99 of the time a handler took with a message, or with the batch it was in.',
      unit: 's',
      queries: [{ expr: quantile(0.99, m.processSeconds.name, ['queue']), legend: '{{queue}}' }],
    },
    {
      title: 'Age at the start of the handler',
      description:
        'p95 from the publish of a message to its handler. Planned delays count where a queue gets ' +
        'delayed messages.',
      unit: 's',
      queries: [{ expr: quantile(0.95, m.messageAgeSeconds.name, ['queue']), legend: '{{queue}}' }],
    },
    {
      title: 'Waiting in the queue',
      description: 'Ready messages. One line that grows is a consumer that does not keep up.',
      unit: 'short',
      queries: [
        { expr: `max by (queue) (${of(m.queueMessages.name, 'state="ready"')})`, legend: '{{queue}}' },
      ],
      alert: 'HeraldQueueBacklog',
    },
    {
      title: 'With handlers',
      description: 'Messages in the hands of all processes together.',
      unit: 'short',
      queries: [
        { expr: `sum by (queue) (${of(m.queueMessages.name, 'state="in_flight"')})`, legend: '{{queue}}' },
      ],
    },
    {
      title: 'Consumers',
      description: 'Consumers of each queue. 0 with messages waiting is an outage.',
      unit: 'short',
      queries: [{ expr: `max by (queue) (${of(m.queueConsumers.name)})`, legend: '{{queue}}' }],
      alert: 'HeraldQueueWithoutConsumers',
    },
    {
      title: 'Handed over again',
      description:
        'Messages handled that had been handed over before: retries, and what a lost consumer gave back.',
      unit: 'ops',
      queries: [{ expr: `sum by (queue) (${rate(m.redelivered.name)})`, legend: '{{queue}}' }],
    },
    {
      title: 'Dead letters',
      description: 'How many there are now. Each is something that has not happened.',
      unit: 'short',
      queries: [
        { expr: `max by (queue) (${of(m.queueMessages.name, 'state="dead"')})`, legend: '{{queue}}' },
      ],
      alert: 'HeraldDeadLetters',
      thresholds: { warn: 1, bad: 100 },
    },
    {
      title: 'Became dead letters',
      description: 'In an hour.',
      unit: 'short',
      queries: [{ expr: `sum by (queue) (increase(${of(m.deadLetters.name)}[1h]))`, legend: '{{queue}}' }],
      alert: 'HeraldDeadLetters',
    },
  ],
};

/** How late what waits is. */
export const waits = (kind: 'wait' | 'send'): Row => {
  const own = `kind="${kind}"`;
  return {
    title: kind === 'wait' ? 'Waits' : 'Messages that wait',
    panels: [
      {
        title: 'Lateness',
        description: 'Actual minus due, at the moment it is done.',
        unit: 's',
        queries: [
          seconds('p50', quantile(0.5, m.latenessSeconds.name, [], own)),
          seconds('p95', quantile(0.95, m.latenessSeconds.name, [], own)),
          seconds('p99', quantile(0.99, m.latenessSeconds.name, [], own)),
        ],
      },
      {
        title: 'Overdue',
        description: 'Due and not done. Waits that a paused campaign holds are among them.',
        unit: 'short',
        queries: [{ expr: `max by (kind) (${of(m.waitsOverdue.name, own)})`, legend: '{{kind}}' }],
        alert: 'HeraldWaitsOverdue',
        thresholds: { warn: 10, bad: 100 },
      },
      {
        title: 'Oldest due',
        description: 'For how long the oldest of them has been due.',
        unit: 's',
        queries: [{ expr: `max by (kind) (${of(m.oldestDueSeconds.name, own)})`, legend: '{{kind}}' }],
        alert: 'HeraldOldestDueWait',
        thresholds: { warn: 60, bad: 300 },
      },
      {
        title: 'Due within a minute',
        description: 'The wave that is coming: what a scaler can act on before the queue has it.',
        unit: 'short',
        queries: [{ expr: `max by (kind) (${of(m.waitsDueSoon.name, own)})`, legend: '{{kind}}' }],
      },
    ],
  };
};

/** How many there are, and how many there may be. */
export const scaling: Row = {
  title: 'Scaling',
  panels: [
    {
      title: 'Processes',
      description: 'That show metrics, and that say they are ready.',
      unit: 'short',
      queries: [
        { expr: `count by (service_name) (${of(m.buildInfo.name)})`, legend: '{{service_name}}' },
        { expr: `sum by (service_name) (${of(m.ready.name)})`, legend: '{{service_name}} ready' },
      ],
      alert: 'HeraldNotReady',
    },
    {
      title: 'Replicas wanted and allowed',
      description: 'Of the autoscaler, as kube-state-metrics tells it.',
      unit: 'short',
      queries: [
        {
          expr:
            'max by (horizontalpodautoscaler) ' +
            '(kube_horizontalpodautoscaler_status_desired_replicas{namespace=~"$namespace",horizontalpodautoscaler=~".*($service)"})',
          legend: '{{horizontalpodautoscaler}} wanted',
        },
        {
          expr:
            'max by (horizontalpodautoscaler) ' +
            '(kube_horizontalpodautoscaler_spec_max_replicas{namespace=~"$namespace",horizontalpodautoscaler=~".*($service)"})',
          legend: '{{horizontalpodautoscaler}} at most',
        },
      ],
      alert: 'HeraldScalerAtMax',
    },
    {
      title: 'Versions',
      description: 'Processes by the version they run.',
      unit: 'short',
      queries: [{ expr: `count by (version) (${of(m.buildInfo.name)})`, legend: '{{version}}' }],
      alert: 'HeraldVersionSkew',
    },
  ],
};

/** Store, broker, and what else a process cannot do without. */
export const dependencies: Row = {
  title: 'Dependencies',
  panels: [
    {
      title: 'Checks that are well',
      description: 'The share of processes in which each readiness check is well.',
      unit: 'percentunit',
      queries: [{ expr: `avg by (check) (${of(m.checkUp.name)})`, legend: '{{check}}' }],
      alert: 'HeraldDependencyDown',
    },
    {
      title: 'Time of a check',
      description: 'The longest of all processes: the round trip to store or broker.',
      unit: 's',
      queries: [{ expr: `max by (check) (${of(m.checkSeconds.name)})`, legend: '{{check}}' }],
    },
    {
      title: 'The broker takes messages',
      description: '0 while an alarm of its memory or disk stops publishers.',
      unit: 'bool_on_off',
      queries: [
        { expr: `min by (service_name) (${of(m.brokerAccepting.name)})`, legend: '{{service_name}}' },
      ],
      alert: 'HeraldBrokerBlocked',
    },
  ],
};

const perProcess = (name: string): string => `max by (service_name, pod) (${of(name)})`;

/** The process: what it uses, and what holds it up. */
export const runtime: Row = {
  title: 'Runtime',
  panels: [
    {
      title: 'Event-loop delay',
      description:
        'p99 of the time by which timers are late. Above some 100 ms everything in the process is slow.',
      unit: 's',
      queries: [{ expr: perProcess('nodejs_eventloop_lag_p99_seconds'), legend: '{{service_name}} {{pod}}' }],
      alert: 'HeraldEventLoopSlow',
      thresholds: { warn: 0.1, bad: 0.25 },
    },
    {
      title: 'CPU',
      description: 'Cores in use, by process.',
      unit: 'cores',
      queries: [
        {
          expr: `sum by (service_name, pod) (${rate('process_cpu_seconds_total')})`,
          legend: '{{service_name}} {{pod}}',
        },
      ],
    },
    {
      title: 'Memory',
      description: 'Resident, and the part of it that is the JavaScript heap.',
      unit: 'bytes',
      queries: [
        { expr: perProcess('process_resident_memory_bytes'), legend: '{{service_name}} {{pod}} resident' },
        { expr: perProcess('nodejs_heap_size_used_bytes'), legend: '{{service_name}} {{pod}} heap' },
      ],
    },
    {
      title: 'Garbage collection',
      description: 'The share of time that goes into it.',
      unit: 'percentunit',
      queries: [
        {
          expr: `sum by (service_name, pod) (${rate('nodejs_gc_duration_seconds_sum')})`,
          legend: '{{service_name}} {{pod}}',
        },
      ],
    },
    {
      title: 'Gauges that could not be read',
      description: 'They are missing from the scrape, and what is shown from them has gaps.',
      unit: 'short',
      queries: [{ expr: `sum by (metric) (increase(${of(m.readFailures.name)}[1h]))`, legend: '{{metric}}' }],
      alert: 'HeraldMetricReadFailing',
    },
  ],
};

/** The share of bad ones that is recorded of a promise, for one window. */
export const burn = (slug: string, name: string, target: number, promise: string): Panel => ({
  title: promise.charAt(0).toUpperCase() + promise.slice(1),
  description:
    'The share that was not so, over an hour and over six; ' +
    `${Number(((1 - target) * 100).toPrecision(3))} % may be in 30 days.`,
  unit: 'percentunit',
  queries: ['1h', '6h'].map((window) => ({
    expr: `namespace:herald_${slug}_errors:ratio_rate${window}{namespace=~"$namespace"}`,
    legend: `{{namespace}} ${window}`,
  })),
  alert: `Herald${name}BudgetBurn`,
});
