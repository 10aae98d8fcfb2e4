/** One metric: what `createMetrics` makes and `metricsTable` describes. */
export interface Declaration {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const FAST = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const HANDLING = [0.001, 0.0025, ...FAST, 30, 60];
const WAITING = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600];

/**
 * Every metric there is, the same names in all services. Base units, and labels with few values only: never a
 * workspace, a person, a campaign, a message or a URL. A name that has been released stays.
 */
export const catalogue = {
  httpSeconds: {
    kind: 'histogram',
    name: 'herald_http_server_request_duration_seconds',
    help: 'Time to answer an HTTP request, by route template.',
    labels: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: FAST,
  },
  eventsAccepted: {
    kind: 'counter',
    name: 'herald_events_accepted_total',
    help: 'Events taken in and confirmed by the broker.',
    labels: [],
  },
  eventsRejected: {
    kind: 'counter',
    name: 'herald_events_rejected_total',
    help: 'Events and webhooks refused at the door, by reason.',
    labels: ['reason'],
  },
  callbacks: {
    kind: 'counter',
    name: 'herald_callbacks_total',
    help:
      'What providers and our own links reported: accepted; ignored, for it means nothing here; scanner; ' +
      'foreign, of no message of ours; limited, over the workspace’s allowance; or lost, for a reader ' +
      'was not kept waiting.',
    labels: ['provider', 'result'],
  },
  eventsDuplicate: {
    kind: 'counter',
    name: 'herald_events_duplicate_total',
    help: 'Events that were in the log already.',
    labels: [],
  },
  eventsAppended: {
    kind: 'counter',
    name: 'herald_events_appended_total',
    help: 'Events written to the log and folded.',
    labels: [],
  },
  eventBatchSize: {
    kind: 'histogram',
    name: 'herald_event_batch_size',
    help: 'Events brought to the log at once, duplicates included.',
    labels: [],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000],
  },
  published: {
    kind: 'counter',
    name: 'herald_published_total',
    help: 'Messages the broker confirmed, by exchange.',
    labels: ['exchange'],
  },
  publishSeconds: {
    kind: 'histogram',
    name: 'herald_publish_duration_seconds',
    help: 'Time until the broker confirmed a publish.',
    labels: ['exchange'],
    buckets: FAST,
  },
  unconfirmed: {
    kind: 'counter',
    name: 'herald_publish_failures_total',
    help:
      'Messages whose publish the broker did not confirm, by exchange. They are published again by ' +
      'whoever caused them.',
    labels: ['exchange'],
  },
  brokerAccepting: {
    kind: 'gauge',
    name: 'herald_broker_accepting',
    help: '1 while the broker takes messages, 0 while an alarm of its memory or disk stops publishers.',
    labels: [],
  },
  unroutable: {
    kind: 'counter',
    name: 'herald_unroutable_total',
    help: 'Messages that no queue takes. Any is a fault of the topology.',
    labels: ['exchange'],
  },
  consumed: {
    kind: 'counter',
    name: 'herald_consumed_total',
    help: 'Messages handled, by queue and verdict: ack, retry or drop.',
    labels: ['queue', 'verdict'],
  },
  redelivered: {
    kind: 'counter',
    name: 'herald_redelivered_total',
    help: 'Messages handled that had been handed over before: retries, and what a lost consumer gave back.',
    labels: ['queue'],
  },
  processSeconds: {
    kind: 'histogram',
    name: 'herald_process_duration_seconds',
    help: 'Time a handler took with a message, or with the batch it was in.',
    labels: ['queue'],
    buckets: HANDLING,
  },
  messageAgeSeconds: {
    kind: 'histogram',
    name: 'herald_message_age_seconds',
    help:
      'Time from the publish of a message to the start of its handler, retries and planned delays ' +
      'included.',
    labels: ['queue'],
    buckets: WAITING,
  },
  queueMessages: {
    kind: 'gauge',
    name: 'herald_queue_messages',
    help:
      'Messages of a queue, by state: ready and dead are of the whole queue (every process says the ' +
      'same), in_flight are with the handlers of this process. What waits for its time is not here; see ' +
      'the waits.',
    labels: ['queue', 'state'],
  },
  queueConsumers: {
    kind: 'gauge',
    name: 'herald_queue_consumers',
    help: 'Consumers of a queue, of all processes where the broker knows of them.',
    labels: ['queue'],
  },
  deadLetters: {
    kind: 'counter',
    name: 'herald_dead_letters_total',
    help: 'Messages that became dead letters, by queue.',
    labels: ['queue'],
  },
  deadLettersDiscarded: {
    kind: 'counter',
    name: 'herald_dead_letters_discarded_total',
    help: 'Dead letters that somebody discarded through the API, by queue.',
    labels: ['queue'],
  },
  enrollments: {
    kind: 'counter',
    name: 'herald_enrollments_total',
    help: 'Enrollments by outcome: entered, completed, exited and so on.',
    labels: ['outcome'],
  },
  messages: {
    kind: 'counter',
    name: 'herald_messages_total',
    help: 'Messages to people by channel and outcome.',
    labels: ['channel', 'outcome'],
  },
  providerSeconds: {
    kind: 'histogram',
    name: 'herald_provider_call_duration_seconds',
    help: 'Time of one call of a provider.',
    labels: ['channel', 'provider', 'outcome'],
    buckets: [...FAST, 30, 60],
  },
  providerShut: {
    kind: 'gauge',
    name: 'herald_provider_shut',
    help:
      '1 while a provider is given no messages: it failed again and again, asked for patience, or ' +
      'refuses the credentials; else 0.',
    labels: ['channel', 'provider'],
  },
  failovers: {
    kind: 'counter',
    name: 'herald_provider_failovers_total',
    help: 'Messages that a provider certainly did not take and that went on to the next one.',
    labels: ['channel', 'provider'],
  },
  limited: {
    kind: 'counter',
    name: 'herald_messages_limited_total',
    help:
      'Times that a limit held a message back: send_window, quiet_hours, frequency_cap, campaign_rate, ' +
      'provider_rate, fair_share or run_order; deferred, or suppressed for good.',
    labels: ['channel', 'limit', 'effect'],
  },
  latenessSeconds: {
    kind: 'histogram',
    name: 'herald_lateness_seconds',
    help: 'Wall time from due to done: of a wait, or of a message that leaves.',
    labels: ['kind'],
    buckets: WAITING,
  },
  eventToSendSeconds: {
    kind: 'histogram',
    name: 'herald_event_to_send_seconds',
    help: 'Wall time from the receipt of an event to the sending of a message it caused without a wait.',
    labels: [],
    buckets: WAITING,
  },
  waitsOverdue: {
    kind: 'gauge',
    name: 'herald_waits_overdue',
    help: 'Waits, or messages to send, whose time has passed and that are not done.',
    labels: ['kind'],
  },
  oldestDueSeconds: {
    kind: 'gauge',
    name: 'herald_waits_oldest_due_seconds',
    help: 'How long the oldest of them has been due; 0 when none is.',
    labels: ['kind'],
  },
  waitsDueSoon: {
    kind: 'gauge',
    name: 'herald_waits_due_soon',
    help: 'Waits, or messages to send, due within the next minute.',
    labels: ['kind'],
  },
  unknownSends: {
    kind: 'gauge',
    name: 'herald_messages_unknown',
    help: 'Messages of which nobody knows whether the provider has them.',
    labels: [],
  },
  ready: {
    kind: 'gauge',
    name: 'herald_ready',
    help: '1 while the process says it is ready, else 0.',
    labels: [],
  },
  checkUp: {
    kind: 'gauge',
    name: 'herald_check_up',
    help:
      "1 while a readiness check is well (store, broker, and each service's own), else 0. Asked at each " +
      'scrape.',
    labels: ['check'],
  },
  checkSeconds: {
    kind: 'gauge',
    name: 'herald_check_duration_seconds',
    help: 'How long the check took the last time: the round trip to store or broker.',
    labels: ['check'],
  },
  delayStrategy: {
    kind: 'gauge',
    name: 'herald_delay_strategy_info',
    help: '1 for the way delays are done: embedded, plugin or levels.',
    labels: ['strategy'],
  },
  clockRate: {
    kind: 'gauge',
    name: 'herald_clock_rate',
    help: 'How many times as fast as the wall the clock runs.',
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
} as const satisfies Record<string, Declaration>;
