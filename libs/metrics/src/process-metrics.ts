import { buckets, type Declarations } from './declaration.ts';

/** The metrics of every process. */
export const processMetrics = {
  httpSeconds: {
    kind: 'histogram',
    name: 'herald_http_server_request_duration_seconds',
    help: 'Time to answer an HTTP request, by route template.',
    labels: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: buckets.FAST,
  },
  published: {
    kind: 'counter',
    name: 'herald_published_total',
    help: 'Envelopes that the broker confirmed, by exchange.',
    labels: ['exchange'],
  },
  publishSeconds: {
    kind: 'histogram',
    name: 'herald_publish_duration_seconds',
    help: 'Time until the broker confirmed a publish.',
    labels: ['exchange'],
    buckets: buckets.FAST,
  },
  unconfirmed: {
    kind: 'counter',
    name: 'herald_publish_failures_total',
    help: 'Envelopes that the broker did not confirm, by exchange. Their sender publishes them again.',
    labels: ['exchange'],
  },
  brokerAccepting: {
    kind: 'gauge',
    name: 'herald_broker_accepting',
    help: '1 while the broker accepts envelopes, 0 while a memory or disk alarm blocks publishers.',
    labels: [],
  },
  unroutable: {
    kind: 'counter',
    name: 'herald_unroutable_total',
    help: 'Envelopes that no queue accepts. Any is a fault of the topology.',
    labels: ['exchange'],
  },
  consumed: {
    kind: 'counter',
    name: 'herald_consumed_total',
    help: 'Deliveries handled, by queue and verdict: ack, retry or drop.',
    labels: ['queue', 'verdict'],
  },
  redelivered: {
    kind: 'counter',
    name: 'herald_redelivered_total',
    help:
      'Deliveries that were not the first of their envelope: retries, and those that a lost consumer ' +
      'returned.',
    labels: ['queue'],
  },
  processSeconds: {
    kind: 'histogram',
    name: 'herald_process_duration_seconds',
    help: 'Time to handle a delivery, or the batch it was in.',
    labels: ['queue'],
    buckets: buckets.HANDLING,
  },
  messageAgeSeconds: {
    kind: 'histogram',
    name: 'herald_message_age_seconds',
    help:
      'Time from the publish of an envelope to the start of its handler, retries and planned delays ' +
      'included.',
    labels: ['queue'],
    buckets: buckets.WAITING,
  },
  queueMessages: {
    kind: 'gauge',
    name: 'herald_queue_messages',
    help:
      'Envelopes in a queue, by state: ready and dead count the whole queue (every process shows the ' +
      'same), in_flight those that this process is handling. Delayed envelopes are not counted; see ' +
      'the waits.',
    labels: ['queue', 'state'],
  },
  queueConsumers: {
    kind: 'gauge',
    name: 'herald_queue_consumers',
    help: 'Consumers of a queue, over all processes if the broker knows them.',
    labels: ['queue'],
  },
  deadLetters: {
    kind: 'counter',
    name: 'herald_dead_letters_total',
    help: 'Envelopes that became dead letters, by queue.',
    labels: ['queue'],
  },
  deadLettersDiscarded: {
    kind: 'counter',
    name: 'herald_dead_letters_discarded_total',
    help: 'Dead letters that were discarded through the API, by queue.',
    labels: ['queue'],
  },
  ready: {
    kind: 'gauge',
    name: 'herald_ready',
    help: '1 while the process is ready, else 0.',
    labels: [],
  },
  checkUp: {
    kind: 'gauge',
    name: 'herald_check_up',
    help:
      "1 while a readiness check succeeds (store, broker, and each service's own), else 0. Runs at " +
      'each scrape.',
    labels: ['check'],
  },
  checkSeconds: {
    kind: 'gauge',
    name: 'herald_check_duration_seconds',
    help: 'Duration of the last run of the check: for store and broker, the round trip.',
    labels: ['check'],
  },
  delayStrategy: {
    kind: 'gauge',
    name: 'herald_delay_strategy_info',
    help: '1 for the way that envelopes are delayed: embedded, plugin or levels.',
    labels: ['strategy'],
  },
  clockRate: {
    kind: 'gauge',
    name: 'herald_clock_rate',
    help: 'How many times as fast as the wall clock the clock runs.',
    labels: [],
  },
  buildInfo: {
    kind: 'gauge',
    name: 'herald_build_info',
    help: '1 for the version that runs.',
    labels: ['version', 'node'],
  },
  readFailures: {
    kind: 'counter',
    name: 'herald_metric_read_failures_total',
    help: 'Gauges that could not be read at a scrape and are missing from it.',
    labels: ['metric'],
  },
} as const satisfies Declarations;
