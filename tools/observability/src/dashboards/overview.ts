import { catalogue as m } from '../declarations.ts';
import type { Objective } from '../rules/objective.ts';
import { objectives } from '../rules/objectives.ts';
import { burn } from './common-rows.ts';
import type { Dashboard } from './dashboard.ts';
import { of, quantile, rate } from './selectors.ts';

const all: readonly Objective[] = Object.values(objectives).flat();
const requestCount = `${m.httpSeconds.name}_count`;

/** Outcomes of a provider's call that leave the message unsent, or in doubt. */
const NOT_SENT = 'temporary|throttled|credentials|unknown';

/** Is everything well, and if not, where: golden signals, promises, lateness and stuck work. */
export const overview: Dashboard = {
  uid: 'herald-overview',
  title: 'Herald: overview',
  description: 'Is everything well, and if not, where is the fault? Each service has its own dashboard.',
  rows: [
    {
      title: 'Is everything well?',
      panels: [
        {
          title: 'Not ready',
          description: 'Processes that report not ready.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `count(${of(m.ready.name)}) - sum(${of(m.ready.name)})`, legend: 'not ready' }],
          alert: 'HeraldNotReady',
          thresholds: { warn: 1, bad: 2 },
        },
        {
          title: 'Dead letters',
          description: 'All queues together.',
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
          description: 'Messages that may or may not have left.',
          unit: 'short',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `max(${of(m.unknownSends.name)})`, legend: 'unknown' }],
          alert: 'HeraldUnknownSends',
          thresholds: { warn: 1, bad: 10 },
        },
        {
          title: 'Overdue',
          description: 'Waits and messages past their time and not done.',
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
          title: 'Broker accepts publishes',
          description: '0: an alarm on memory or disk blocks publishers.',
          unit: 'bool_on_off',
          kind: 'stat',
          width: 4,
          queries: [{ expr: `min(${of(m.brokerAccepting.name)})`, legend: 'accepts publishes' }],
          alert: 'HeraldBrokerBlocked',
        },
        {
          title: 'Delay strategy',
          description: 'How the broker delays: embedded, plugin or levels.',
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
          description: 'Answered requests per second.',
          unit: 'reqps',
          width: 6,
          queries: [{ expr: `sum by (service_name) (${rate(requestCount)})`, legend: '{{service_name}}' }],
        },
        {
          title: 'Traffic: deliveries',
          description: 'Deliveries handled per second, by queue.',
          unit: 'ops',
          width: 6,
          queries: [{ expr: `sum by (queue) (${rate(m.consumed.name)})`, legend: '{{queue}}' }],
        },
        {
          title: 'Errors: requests',
          description: 'The share of 5xx answers.',
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
          title: 'Errors: deliveries',
          description: 'Handled without success: retried, or dropped to the dead letters.',
          unit: 'ops',
          width: 6,
          queries: [
            { expr: `sum by (queue) (${rate(m.consumed.name, 'verdict!="ack"')})`, legend: '{{queue}}' },
          ],
          alert: 'HeraldRetriesHigh',
        },
        {
          title: 'Latency: requests',
          description: 'p99 of the response time.',
          unit: 's',
          width: 6,
          queries: [
            { expr: quantile(0.99, m.httpSeconds.name, ['service_name']), legend: '{{service_name}}' },
          ],
        },
        {
          title: 'Latency: event to send',
          description: 'From receiving an event to sending a message that it caused without a wait.',
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
          description: 'p99 of actual minus due time, for waits and for messages.',
          unit: 's',
          width: 6,
          queries: [{ expr: quantile(0.99, m.latenessSeconds.name, ['kind']), legend: '{{kind}}' }],
          alert: 'HeraldWaitLatenessBudgetBurn',
        },
        {
          title: 'Saturation: event loop',
          description: 'p99 of the event-loop delay, worst process of each service.',
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
          description: 'Ready deliveries by queue.',
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
          description: 'Processes that are scraped, by service.',
          unit: 'short',
          queries: [
            { expr: `count by (service_name) (${of(m.buildInfo.name)})`, legend: '{{service_name}}' },
          ],
          alert: 'HeraldMetricsAbsent',
        },
        {
          title: 'Provider failures',
          description: 'Calls that were neither accepted nor refused for good.',
          unit: 'ops',
          queries: [
            {
              expr:
                'sum by (provider, outcome) ' +
                `(${rate(`${m.providerSeconds.name}_count`, `outcome=~"${NOT_SENT}"`)})`,
              legend: '{{provider}} {{outcome}}',
            },
          ],
          alert: 'HeraldProviderFailing',
        },
        {
          title: 'Versions',
          description: 'Which version runs where.',
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
