import { catalogue as m } from '@herald/metrics';
import type { Objective } from '../rules/objective.ts';
import { objectives } from '../rules/objectives.ts';
import { burn } from './common-rows.ts';
import type { Dashboard } from './dashboard.ts';
import { of, quantile, rate } from './selectors.ts';

const all: readonly Objective[] = Object.values(objectives).flat();
const requestCount = `${m.httpSeconds.name}_count`;

/** Is all well, and if not, where: four golden signals, what is promised, what is late and what is stuck. */
export const overview: Dashboard = {
  uid: 'herald-overview',
  title: 'Herald: overview',
  description: 'Is all well, and if not, where. Each service has a dashboard of its own.',
  rows: [
    {
      title: 'Is all well?',
      panels: [
        {
          title: 'Not ready',
          description: 'Processes that say they are not ready.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `count(${of(m.ready.name)}) - sum(${of(m.ready.name)})`, legend: 'not ready' }],
          alert: 'HeraldNotReady',
          thresholds: { warn: 1, bad: 2 },
        },
        {
          title: 'Dead letters',
          description: 'Of all queues together.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [
            {
              expr: `sum(max by (namespace, queue) (${of(m.queueMessages.name, 'state="dead"')}))`,
              legend: 'dead letters',
            },
          ],
          alert: 'HeraldDeadLetters',
          thresholds: { warn: 1, bad: 100 },
        },
        {
          title: 'Unknown sends',
          description: 'Messages of which nobody knows whether they have left.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `max(${of(m.unknownSends.name)})`, legend: 'unknown' }],
          alert: 'HeraldUnknownSends',
          thresholds: { warn: 1, bad: 10 },
        },
        {
          title: 'Overdue',
          description: 'Waits and messages whose time has passed and that are not done.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [
            { expr: `sum(max by (namespace, kind) (${of(m.waitsOverdue.name)}))`, legend: 'overdue' },
          ],
          alert: 'HeraldWaitsOverdue',
          thresholds: { warn: 10, bad: 100 },
        },
        {
          title: 'The broker takes messages',
          description: '0: an alarm of its memory or disk stops publishers.',
          unit: 'bool_on_off',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `min(${of(m.brokerAccepting.name)})`, legend: 'takes messages' }],
          alert: 'HeraldBrokerBlocked',
        },
        {
          title: 'Delays by',
          description: 'How delays are done: embedded, plugin or levels.',
          unit: 'none',
          kind: 'stat',
          width: 4,
          queries: [
            { expr: `count by (strategy) (${of(m.delayStrategy.name)} > 0)`, legend: '{{strategy}}' },
          ],
        },
      ],
    },
    {
      title: 'Promises',
      panels: all.map(({ slug, name, target, promise }) => ({
        ...burn(slug, name, target, promise),
        width: 6,
      })),
    },
    {
      title: 'Golden signals, by service',
      panels: [
        {
          title: 'Traffic: requests',
          description: 'Answered requests a second.',
          unit: 'reqps',
          width: 6,
          queries: [{ expr: `sum by (service_name) (${rate(requestCount)})`, legend: '{{service_name}}' }],
        },
        {
          title: 'Traffic: messages',
          description: 'Messages handled a second, by queue.',
          unit: 'ops',
          width: 6,
          queries: [{ expr: `sum by (queue) (${rate(m.consumed.name)})`, legend: '{{queue}}' }],
        },
        {
          title: 'Errors: requests',
          description: 'The share of answers that were faults of ours (5xx).',
          unit: 'percentunit',
          width: 6,
          queries: [
            {
              expr:
                `(sum by (service_name) (${rate(requestCount, 'http_response_status_code=~"5.."')}) or ` +
                `sum by (service_name) (${rate(requestCount)}) * 0) / (sum by (service_name) ` +
                `(${rate(requestCount)}) > 0)`,
              legend: '{{service_name}}',
            },
          ],
          alert: 'HeraldIngestAvailabilityBudgetBurn',
        },
        {
          title: 'Errors: messages',
          description: 'Handled and not done: put off, or dropped to the dead letters.',
          unit: 'ops',
          width: 6,
          queries: [
            { expr: `sum by (queue) (${rate(m.consumed.name, 'verdict!="ack"')})`, legend: '{{queue}}' },
          ],
          alert: 'HeraldRetriesHigh',
        },
        {
          title: 'Latency: requests',
          description: 'p99 of the time to answer.',
          unit: 's',
          width: 6,
          queries: [
            { expr: quantile(0.99, m.httpSeconds.name, ['service_name']), legend: '{{service_name}}' },
          ],
        },
        {
          title: 'Latency: event to send',
          description: 'From the receipt of an event to the sending of a message it caused without a wait.',
          unit: 's',
          width: 6,
          queries: [
            { expr: quantile(0.5, m.eventToSendSeconds.name), legend: 'p50' },
            { expr: quantile(0.99, m.eventToSendSeconds.name), legend: 'p99' },
          ],
          alert: 'HeraldEventToSendBudgetBurn',
        },
        {
          title: 'Latency: lateness',
          description: 'p99 of actual minus due: of waits, and of messages that leave.',
          unit: 's',
          width: 6,
          queries: [{ expr: quantile(0.99, m.latenessSeconds.name, ['kind']), legend: '{{kind}}' }],
          alert: 'HeraldWaitLatenessBudgetBurn',
        },
        {
          title: 'Saturation: event loop',
          description: 'p99 of its delay, the worst process of each service.',
          unit: 's',
          width: 6,
          queries: [
            {
              expr: `max by (service_name) (${of('nodejs_eventloop_lag_p99_seconds')})`,
              legend: '{{service_name}}',
            },
          ],
          alert: 'HeraldEventLoopSlow',
          thresholds: { warn: 0.1, bad: 0.25 },
        },
      ],
    },
    {
      title: 'Flow',
      panels: [
        {
          title: 'From event to message',
          description: 'Events accepted, events in the log, enrollments entered, messages sent.',
          unit: 'ops',
          queries: [
            { expr: `sum(${rate(m.eventsAccepted.name)})`, legend: 'accepted' },
            { expr: `sum(${rate(m.eventsAppended.name)})`, legend: 'in the log' },
            { expr: `sum(${rate(m.enrollments.name, 'outcome="entered"')})`, legend: 'entered' },
            { expr: `sum(${rate(m.messages.name, 'outcome="sent"')})`, legend: 'sent' },
          ],
        },
        {
          title: 'Waiting in queues',
          description: 'Ready messages by queue.',
          unit: 'short',
          queries: [
            { expr: `max by (queue) (${of(m.queueMessages.name, 'state="ready"')})`, legend: '{{queue}}' },
          ],
          alert: 'HeraldQueueBacklog',
        },
        {
          title: 'Waiting in the store',
          description: 'Due within a minute, and overdue.',
          unit: 'short',
          queries: [
            { expr: `max by (kind) (${of(m.waitsDueSoon.name)})`, legend: '{{kind}} due soon' },
            { expr: `max by (kind) (${of(m.waitsOverdue.name)})`, legend: '{{kind}} overdue' },
          ],
          alert: 'HeraldWaitsOverdue',
        },
        {
          title: 'Processes',
          description: 'That show metrics, by service.',
          unit: 'short',
          queries: [
            { expr: `count by (service_name) (${of(m.buildInfo.name)})`, legend: '{{service_name}}' },
          ],
          alert: 'HeraldMetricsAbsent',
        },
        {
          title: 'Providers’ failures',
          description: 'Calls that were neither taken nor refused for good.',
          unit: 'ops',
          queries: [
            {
              expr:
                'sum by (provider, outcome) ' +
                `(${rate(`${m.providerSeconds.name}_count`, 'outcome=~"temporary|throttled|credentials|unknown"')})`,
              legend: '{{provider}} {{outcome}}',
            },
          ],
          alert: 'HeraldProviderFailing',
        },
        {
          title: 'Versions',
          description: 'What runs where.',
          unit: 'none',
          kind: 'table',
          queries: [
            {
              expr: `count by (namespace, service_name, version, node) (${of(m.buildInfo.name)})`,
              legend: '',
            },
          ],
          alert: 'HeraldVersionSkew',
        },
      ],
    },
  ],
};
