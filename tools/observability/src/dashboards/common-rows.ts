import { catalogue as m } from '../declarations.ts';
import type { Panel, Row } from './panel.ts';
import { of, quantile, rate } from './selectors.ts';

const seconds = (q: 'p50' | 'p95' | 'p99', expr: string) => ({ expr, legend: q });

/** Rate, errors and duration of the HTTP API. */
export const requests: Row = {
  title: 'Requests',
  panels: [
    {
      title: 'Requests by route',
      description: 'Answered requests per second, by route template.',
      unit: 'reqps',
      queries: [
        { expr: `sum by (http_route) (${rate(`${m.httpSeconds.name}_count`)})`, legend: '{{http_route}}' },
      ],
    },
    {
      title: 'Requests by status',
      description: 'By class of status. 5xx are faults of the service, 4xx of the caller.',
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
      title: 'Response time',
      description: 'All routes together. Includes ingest’s wait for the broker’s confirmation.',
      unit: 's',
      queries: [
        seconds('p50', quantile(0.5, m.httpSeconds.name)),
        seconds('p95', quantile(0.95, m.httpSeconds.name)),
        seconds('p99', quantile(0.99, m.httpSeconds.name)),
      ],
    },
  ],
};

/** What is published to the broker. */
export const publishing: Row = {
  title: 'Publishing',
  panels: [
    {
      title: 'Published',
      description: 'Publishes that the broker confirmed, by exchange.',
      unit: 'ops',
      queries: [{ expr: `sum by (exchange) (${rate(m.published.name)})`, legend: '{{exchange}}' }],
    },
    {
      title: 'Time to confirm',
      description: 'p99 of the time until the broker confirms a publish.',
      unit: 's',
      queries: [{ expr: quantile(0.99, m.publishSeconds.name, ['exchange']), legend: '{{exchange}}' }],
      alert: 'HeraldPublishSlow',
      thresholds: { warn: 0.25, bad: 1 },
    },
    {
      title: 'Not confirmed, not routed',
      description: 'Publishes that failed, and publishes that no queue takes. Both should be zero.',
      unit: 'ops',
      queries: [
        { expr: `sum (${rate(m.unconfirmed.name)})`, legend: 'not confirmed' },
        { expr: `sum (${rate(m.unroutable.name)})`, legend: 'no queue takes it' },
      ],
      alert: 'HeraldPublishFailing',
    },
  ],
};

/** What is consumed from the broker. */
export const queues: Row = {
  title: 'Queues',
  panels: [
    {
      title: 'Handled, by verdict',
      description: 'ack: done. retry: to be handled again. drop: to the dead letters.',
      unit: 'ops',
      queries: [
        { expr: `sum by (queue, verdict) (${rate(m.consumed.name)})`, legend: '{{queue}} {{verdict}}' },
      ],
      alert: 'HeraldRetriesHigh',
    },
    {
      title: 'Handler time',
      description: 'p99 of the time a handler takes for one delivery, or for its batch.',
      unit: 's',
      queries: [{ expr: quantile(0.99, m.processSeconds.name, ['queue']), legend: '{{queue}}' }],
    },
    {
      title: 'Age when handling starts',
      description:
        'p95 of the time from publish to handler. Includes planned delays, in queues that have them.',
      unit: 's',
      queries: [{ expr: quantile(0.95, m.messageAgeSeconds.name, ['queue']), legend: '{{queue}}' }],
    },
    {
      title: 'Ready',
      description:
        'Deliveries that wait in the queue. A line that grows is a consumer that does not keep up.',
      unit: 'short',
      queries: [
        { expr: `max by (queue) (${of(m.queueMessages.name, 'state="ready"')})`, legend: '{{queue}}' },
      ],
      alert: 'HeraldQueueBacklog',
    },
    {
      title: 'In flight',
      description: 'Deliveries being handled, all processes together.',
      unit: 'short',
      queries: [
        { expr: `sum by (queue) (${of(m.queueMessages.name, 'state="in_flight"')})`, legend: '{{queue}}' },
      ],
    },
    {
      title: 'Consumers',
      description: 'Consumers of each queue. 0 while deliveries wait is an outage.',
      unit: 'short',
      queries: [{ expr: `max by (queue) (${of(m.queueConsumers.name)})`, legend: '{{queue}}' }],
      alert: 'HeraldQueueWithoutConsumers',
    },
    {
      title: 'Redelivered',
      description:
        'Deliveries that had been handed over before: retries, and those returned by a lost consumer.',
      unit: 'ops',
      queries: [{ expr: `sum by (queue) (${rate(m.redelivered.name)})`, legend: '{{queue}}' }],
    },
    {
      title: 'Dead letters',
      description: 'How many there are now. Each is work that has not happened.',
      unit: 'short',
      queries: [
        { expr: `max by (queue) (${of(m.queueMessages.name, 'state="dead"')})`, legend: '{{queue}}' },
      ],
      alert: 'HeraldDeadLetters',
      thresholds: { warn: 1, bad: 100 },
    },
    {
      title: 'New dead letters',
      description: 'In the last hour.',
      unit: 'short',
      queries: [{ expr: `sum by (queue) (increase(${of(m.deadLetters.name)}[1h]))`, legend: '{{queue}}' }],
      alert: 'HeraldDeadLetters',
    },
  ],
};

/** How late waits and messages are. */
export const waits = (kind: 'wait' | 'send'): Row => {
  const own = `kind="${kind}"`;
  return {
    title: kind === 'wait' ? 'Waits' : 'Waiting messages',
    panels: [
      {
        title: 'Lateness',
        description: 'Actual minus due time, measured when it is done.',
        unit: 's',
        queries: [
          seconds('p50', quantile(0.5, m.latenessSeconds.name, [], own)),
          seconds('p95', quantile(0.95, m.latenessSeconds.name, [], own)),
          seconds('p99', quantile(0.99, m.latenessSeconds.name, [], own)),
        ],
      },
      {
        title: 'Overdue',
        description: 'Due and not done. Includes waits held by a paused campaign.',
        unit: 'short',
        queries: [{ expr: `max by (kind) (${of(m.waitsOverdue.name, own)})`, legend: '{{kind}}' }],
        alert: 'HeraldWaitsOverdue',
        thresholds: { warn: 10, bad: 100 },
      },
      {
        title: 'Oldest due',
        description: 'How long the oldest one has been due.',
        unit: 's',
        queries: [{ expr: `max by (kind) (${of(m.oldestDueSeconds.name, own)})`, legend: '{{kind}}' }],
        alert: 'HeraldOldestDueWait',
        thresholds: { warn: 60, bad: 300 },
      },
      {
        title: 'Due within a minute',
        description: 'The coming wave: a scaler can act on it before it reaches the queue.',
        unit: 'short',
        queries: [{ expr: `max by (kind) (${of(m.waitsDueSoon.name, own)})`, legend: '{{kind}}' }],
      },
    ],
  };
};

/** How many replicas run, and how many may. */
export const scaling: Row = {
  title: 'Scaling',
  panels: [
    {
      title: 'Processes',
      description: 'Processes that are scraped, and those that are ready.',
      unit: 'short',
      queries: [
        { expr: `count by (service_name) (${of(m.buildInfo.name)})`, legend: '{{service_name}}' },
        { expr: `sum by (service_name) (${of(m.ready.name)})`, legend: '{{service_name}} ready' },
      ],
      alert: 'HeraldNotReady',
    },
    {
      title: 'Replicas wanted and allowed',
      description: 'Of the autoscaler, from kube-state-metrics.',
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
      description: 'Processes by version.',
      unit: 'short',
      queries: [{ expr: `count by (version) (${of(m.buildInfo.name)})`, legend: '{{version}}' }],
      alert: 'HeraldVersionSkew',
    },
  ],
};

/** Store, broker, and what else a process needs. */
export const dependencies: Row = {
  title: 'Dependencies',
  panels: [
    {
      title: 'Passing checks',
      description: 'The share of processes in which each readiness check passes.',
      unit: 'percentunit',
      queries: [{ expr: `avg by (check) (${of(m.checkUp.name)})`, legend: '{{check}}' }],
      alert: 'HeraldDependencyDown',
    },
    {
      title: 'Check duration',
      description: 'The slowest process: the round trip to store or broker.',
      unit: 's',
      queries: [{ expr: `max by (check) (${of(m.checkSeconds.name)})`, legend: '{{check}}' }],
    },
    {
      title: 'Broker accepts publishes',
      description: '0 while an alarm on memory or disk blocks publishers.',
      unit: 'bool_on_off',
      queries: [
        { expr: `min by (service_name) (${of(m.brokerAccepting.name)})`, legend: '{{service_name}}' },
      ],
      alert: 'HeraldBrokerBlocked',
    },
  ],
};

const perProcess = (name: string): string => `max by (service_name, pod) (${of(name)})`;

/** The process: what it uses, and what blocks it. */
export const runtime: Row = {
  title: 'Runtime',
  panels: [
    {
      title: 'Event-loop delay',
      description: 'p99 of how late timers are. Above some 100 ms everything in the process is slow.',
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
      description: 'Resident memory, and the JavaScript heap within it.',
      unit: 'bytes',
      queries: [
        { expr: perProcess('process_resident_memory_bytes'), legend: '{{service_name}} {{pod}} resident' },
        { expr: perProcess('nodejs_heap_size_used_bytes'), legend: '{{service_name}} {{pod}} heap' },
      ],
    },
    {
      title: 'Garbage collection',
      description: 'The share of time it takes.',
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
      description: 'They are missing from the scrape, so panels that use them have gaps.',
      unit: 'short',
      queries: [{ expr: `sum by (metric) (increase(${of(m.readFailures.name)}[1h]))`, legend: '{{metric}}' }],
      alert: 'HeraldMetricReadFailing',
    },
  ],
};

/** The recorded share of events that break a promise, over one hour and over six. */
export const burn = (slug: string, name: string, target: number, promise: string): Panel => ({
  title: promise.charAt(0).toUpperCase() + promise.slice(1),
  description:
    'The share that missed it, over one hour and over six. ' +
    `The budget over 30 days is ${Number(((1 - target) * 100).toPrecision(3))} %.`,
  unit: 'percentunit',
  queries: ['1h', '6h'].map((window) => ({
    expr: `namespace:herald_${slug}_errors:ratio_rate${window}{namespace=~"$namespace"}`,
    legend: `{{namespace}} ${window}`,
  })),
  alert: `Herald${name}BudgetBurn`,
});
