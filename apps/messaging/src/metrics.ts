import {
  AT_MOST,
  buckets,
  type Declarations,
  type Instruments,
  type Metrics,
  waitingMetrics,
} from '@herald/metrics';
import { LIMIT_NAMES } from './limits/limit-names.ts';

/** What this service measures beside what every process does. */
export const messagingMetrics = {
  ...waitingMetrics,
  messages: {
    kind: 'counter',
    name: 'herald_messages_total',
    help: `Messages to people, by channel and outcome. ${AT_MOST}`,
    labels: ['channel', 'outcome'],
  },
  providerSeconds: {
    kind: 'histogram',
    name: 'herald_provider_call_duration_seconds',
    help: 'Time of one call of a provider.',
    labels: ['channel', 'provider', 'outcome'],
    buckets: [...buckets.FAST, 30, 60],
  },
  providerShut: {
    kind: 'gauge',
    name: 'herald_provider_shut',
    help:
      '1 while the gate of a provider is shut (repeated failures, a request to slow down, or refused ' +
      'credentials), else 0.',
    labels: ['channel', 'provider'],
  },
  failovers: {
    kind: 'counter',
    name: 'herald_provider_failovers_total',
    help: `Messages that a provider certainly did not accept and that went on to the next one. ${AT_MOST}`,
    labels: ['channel', 'provider'],
  },
  accountSeconds: {
    kind: 'histogram',
    name: 'herald_account_call_duration_seconds',
    help: "Time of one call of a provider with a workspace's own account, by kind of provider.",
    labels: ['channel', 'provider', 'outcome'],
    buckets: [...buckets.FAST, 30, 60],
  },
  accountsShut: {
    kind: 'gauge',
    name: 'herald_accounts_shut',
    help: "Workspaces' own accounts that this replica gives no messages now, by kind of provider.",
    labels: ['channel', 'provider'],
  },
  accountFailovers: {
    kind: 'counter',
    name: 'herald_account_failovers_total',
    help: "Messages that a workspace's own account certainly did not take and that went on to the next one.",
    labels: ['channel', 'provider'],
  },
  limited: {
    kind: 'counter',
    name: 'herald_messages_limited_total',
    help:
      `Times that a limit held a message back, by limit (${LIMIT_NAMES.join(', ')}) and effect: ` +
      `deferred, or suppressed for good. ${AT_MOST}`,
    labels: ['channel', 'limit', 'effect'],
  },
  eventToSendSeconds: {
    kind: 'histogram',
    name: 'herald_event_to_send_seconds',
    help: 'Wall time from receiving an event to sending a message that it caused without a wait.',
    labels: [],
    buckets: buckets.WAITING,
  },
  unknownSends: {
    kind: 'gauge',
    name: 'herald_messages_unknown',
    help: 'Messages of which nobody knows whether the provider has them.',
    labels: [],
  },
} as const satisfies Declarations;

/** Every metric that this service may set. */
export type MessagingMetrics = Metrics & Instruments<typeof messagingMetrics>;
