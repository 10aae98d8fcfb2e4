import { DELAY_EXCHANGE, type RetryPolicy, type Topology } from '@herald/broker';
import { MESSAGE_REPORTED } from '@herald/domain';

/** Eight attempts over about four minutes, then the dead-letter queue. */
const patient: RetryPolicy = {
  attempts: 8,
  backoff: [200, 1_000, 5_000, 15_000, 30_000, 60_000, 120_000],
};

export const exchange = {
  events: 'events',
  applied: 'applied',
  send: 'send',
  delay: DELAY_EXCHANGE,
  changes: 'changes',
} as const;

export const queue = {
  eventHandlerEvents: 'event-handler.events',
  campaignRunnerApplied: 'campaign-runner.applied',
  campaignRunnerDue: 'campaign-runner.due',
  messagingSend: 'messaging.send',
  messagingApplied: 'messaging.applied',
} as const;

/**
 * Every exchange, queue and binding. The delay exchange delivers to any queue by its name and needs no
 * binding here.
 */
export const topology: Topology = {
  exchanges: [
    { name: exchange.events, type: 'topic' },
    { name: exchange.applied, type: 'topic' },
    { name: exchange.send, type: 'topic' },
    { name: exchange.delay, type: 'delay' },
    { name: exchange.changes, type: 'fanout' },
  ],
  queues: [
    { name: queue.eventHandlerEvents, bindings: [{ exchange: exchange.events, key: '#' }], retry: patient },
    {
      name: queue.campaignRunnerApplied,
      bindings: [{ exchange: exchange.applied, key: '#' }],
      retry: patient,
    },
    { name: queue.campaignRunnerDue, bindings: [], retry: patient },
    { name: queue.messagingSend, bindings: [{ exchange: exchange.send, key: '#' }], retry: patient },
    {
      name: queue.messagingApplied,
      bindings: [
        { exchange: exchange.applied, key: 'prospect.erased' },
        { exchange: exchange.applied, key: MESSAGE_REPORTED },
      ],
      retry: patient,
    },
  ],
};
