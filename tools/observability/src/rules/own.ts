import { catalogue } from '../declarations.ts';
import { labelled } from './every-service.ts';
import { type Alert, above, below, type RuleGroup } from './rule.ts';

const calls = catalogue.providerSeconds.name;
const callRate = (labels: string): string =>
  `sum by (namespace, channel, provider) (rate(${calls}_count{${labels}}[10m]))`;
const share = (outcomes: string): string => `${callRate(`outcome=~"${outcomes}"`)} / (${callRate('')} > 0)`;

const webhooks: Alert = {
  alert: 'HeraldWebhooksRefused',
  ...above(
    `sum by (namespace, reason) (rate(${catalogue.eventsRejected.name}{reason=~"signature|mapping"}[15m]))`,
    0.1,
  ),
  for: '15m',
  severity: 'ticket',
  summary:
    'Webhooks in {{ $labels.namespace }} are refused ({{ $labels.reason }}): {{ $value | humanize }} a ' +
    'second',
  impact: 'A sender’s events are not recorded: its secret or payload has changed, or somebody is probing.',
};

const mailbox: Alert = {
  alert: 'HeraldBounceMailboxUnreadable',
  // One replica that reads it is enough.
  ...below(`max by (namespace, mailbox) (${catalogue.mailboxReadable.name})`, 1),
  for: '15m',
  severity: 'ticket',
  summary:
    'The mailbox {{ $labels.mailbox }} to which mail comes back in {{ $labels.namespace }} is not read',
  impact: 'Bounces, complaints and requests to unsubscribe wait in it, and mail still goes to these people.',
};

const sending: readonly Alert[] = [
  {
    alert: 'HeraldUnknownSends',
    ...above(`max by (namespace) (${catalogue.unknownSends.name}{service_name="messaging"})`, 0),
    for: '15m',
    severity: 'ticket',
    summary: 'Nobody knows whether {{ $value }} messages in {{ $labels.namespace }} have left',
    impact: 'Each may have reached its person or not. They wait for the provider’s report or an operator.',
  },
  {
    alert: 'HeraldProviderFailing',
    ...above(share('temporary|credentials|unknown'), 0.25),
    for: '5m',
    severity: 'page',
    summary:
      '{{ $value | humanizePercentage }} of the calls of {{ $labels.provider }} ' +
      'in {{ $labels.namespace }} fail',
    impact: 'Messages by {{ $labels.channel }} are put off, or go to the next provider if there is one.',
  },
  {
    alert: 'HeraldProviderThrottled',
    ...above(share('throttled'), 0.1),
    for: '10m',
    severity: 'ticket',
    summary:
      '{{ $labels.provider }} throttles {{ $value | humanizePercentage }} of the calls ' +
      'in {{ $labels.namespace }}',
    impact:
      'Messages by {{ $labels.channel }} leave as fast as the provider allows, which is slower than ' +
      'they come.',
  },
  {
    alert: 'HeraldProviderShut',
    ...above(`max by (namespace, channel, provider) (${catalogue.providerShut.name})`, 0),
    for: '10m',
    severity: 'ticket',
    summary: '{{ $labels.provider }} in {{ $labels.namespace }} has been shut for 10 minutes',
    impact: 'Messages by {{ $labels.channel }} wait, unless another provider sends them.',
  },
];

const together: readonly Alert[] = [
  {
    alert: 'HeraldVersionSkew',
    ...above(`count by (namespace) (count by (namespace, version) (${catalogue.buildInfo.name}))`, 1),
    for: '1h',
    severity: 'ticket',
    summary: '{{ $value }} versions of Herald run side by side in {{ $labels.namespace }}',
    impact: 'None by itself: neighbouring versions understand each other. But a rollout has not ended.',
  },
];

const group = (name: string, service: string, alerts: readonly Alert[]): RuleGroup => ({
  name,
  rules: alerts.map((alert) => labelled(alert, service)),
});

/** Alerts that only one service has. */
export const webhookAlerts = group('herald-ingest-webhooks', 'ingest', [webhooks]);
export const mailAlerts = group('herald-ingest-mail', 'ingest', [mailbox]);
export const sendAlerts = group('herald-messaging-sends', 'messaging', sending);
export const wholeAlerts = group('herald-whole', 'herald', together);
