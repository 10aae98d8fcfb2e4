import { catalogue } from '../declarations.ts';
import { labelled } from './every-service.ts';
import { type Alert, above, type RuleGroup } from './rule.ts';

/** What can go wrong with the queues that a service consumes. */
export function queueAlerts(service: string): RuleGroup {
  const own = `service_name="${service}"`;
  const messages = (state: string): string =>
    `max by (namespace, queue) (${catalogue.queueMessages.name}{${own},state="${state}"})`;
  const consumers = `max by (namespace, queue) (${catalogue.queueConsumers.name}{${own}})`;
  const alerts: Alert[] = [
    {
      alert: 'HeraldDeadLetters',
      ...above(messages('dead'), 0),
      for: '1m',
      severity: 'ticket',
      summary: '{{ $value }} dead letters of {{ $labels.queue }} in {{ $labels.namespace }}',
      impact: 'Their effect has not happened. They wait for a person to check and replay them.',
    },
    {
      alert: 'HeraldQueueWithoutConsumers',
      ...above(messages('ready'), 0, { and: { left: `(1 - clamp_max(${consumers}, 1))`, above: 0 } }),
      for: '5m',
      severity: 'page',
      summary: 'Nobody consumes {{ $labels.queue }} in {{ $labels.namespace }}, and deliveries wait in it',
      impact: 'The work of this queue stops.',
    },
    {
      alert: 'HeraldQueueBacklog',
      ...above(messages('ready'), 10_000),
      for: '15m',
      severity: 'ticket',
      summary:
        '{{ $value }} deliveries in {{ $labels.queue }} in {{ $labels.namespace }} have been ready for ' +
        '15 minutes',
      impact: 'More comes in than is handled: everything in this queue is late.',
    },
    {
      alert: 'HeraldRetriesHigh',
      ...above(
        `sum by (namespace, queue) (rate(${catalogue.consumed.name}{${own},verdict="retry"}[10m])) / ` +
          `(sum by (namespace, queue) (rate(${catalogue.consumed.name}{${own}}[10m])) > 0)`,
        0.1,
      ),
      for: '10m',
      severity: 'ticket',
      summary:
        '{{ $value | humanizePercentage }} of the deliveries of {{ $labels.queue }} in ' +
        '{{ $labels.namespace }} are retried',
      impact: 'Work is repeated and late, and ends in dead letters if this goes on.',
    },
  ];
  return { name: `herald-${service}-queues`, rules: alerts.map((alert) => labelled(alert, service)) };
}

/** What can go wrong with waits and messages in the store. */
export function waitAlerts(service: string, kind: 'wait' | 'send'): RuleGroup {
  const own = `service_name="${service}",kind="${kind}"`;
  const what = kind === 'wait' ? 'waits of campaigns' : 'messages to send';
  const alerts: Alert[] = [
    {
      alert: 'HeraldWaitsOverdue',
      ...above(`max by (namespace) (${catalogue.waitsOverdue.name}{${own}})`, 100),
      for: '10m',
      severity: 'ticket',
      summary: `{{ $value }} ${what} in {{ $labels.namespace }} are overdue`,
      impact: 'People get what was planned for them late.',
    },
    {
      alert: 'HeraldOldestDueWait',
      ...above(`max by (namespace) (${catalogue.oldestDueSeconds.name}{${own}})`, 300),
      for: '5m',
      severity: 'ticket',
      summary:
        `The oldest of the ${what} in {{ $labels.namespace }} has been due for {{ $value | ` +
        'humanizeDuration }}',
      impact: 'Something blocks it: the sweep should have handled it within a minute.',
    },
    {
      alert: 'HeraldWaitsUnwatched',
      expr:
        `absent(${catalogue.waitsOverdue.name}{${own}}) and on () ` +
        `(count(${catalogue.buildInfo.name}{service_name="${service}"}) > 0)`,
      measures: [`count(${catalogue.waitsOverdue.name}{${own}})`],
      for: '15m',
      severity: 'ticket',
      summary: `${service} runs but reports no metrics about the ${what}`,
      impact: 'Alerts on overdue work cannot fire.',
    },
  ];
  return { name: `herald-${service}-waits`, rules: alerts.map((alert) => labelled(alert, service)) };
}
