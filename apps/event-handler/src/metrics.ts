import { AT_MOST, type Declarations, type Instruments, type Metrics } from '@herald/metrics';

/** What this service measures beside what every process does. */
export const eventHandlerMetrics = {
  eventsAppended: {
    kind: 'counter',
    name: 'herald_events_appended_total',
    help: `Events written to the log and folded. ${AT_MOST}`,
    labels: [],
  },
  eventsDuplicate: {
    kind: 'counter',
    name: 'herald_events_duplicate_total',
    help:
      'Events that were in the log already, also those of a process that was killed before it had ' +
      'acknowledged them.',
    labels: [],
  },
  eventBatchSize: {
    kind: 'histogram',
    name: 'herald_event_batch_size',
    help: 'Events in one batch for the log, duplicates included.',
    labels: [],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000],
  },
} as const satisfies Declarations;

/** Every metric that this service may set. */
export type EventHandlerMetrics = Metrics & Instruments<typeof eventHandlerMetrics>;
