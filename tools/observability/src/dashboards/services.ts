import { catalogue as m } from '../declarations.ts';
import type { Objective } from '../rules/objective.ts';
import { objectives } from '../rules/objectives.ts';
import { burn, dependencies, publishing, queues, requests, runtime, scaling, waits } from './common-rows.ts';
import type { Dashboard } from './dashboard.ts';
import type { Row } from './panel.ts';
import { of, quantile, rate } from './selectors.ts';

const promises = (service: keyof typeof objectives): Row => ({
  title: 'Promises',
  panels: objectives[service].map(({ slug, name, target, promise }: Objective) =>
    burn(slug, name, target, promise),
  ),
});

const intake: Row = {
  title: 'Events',
  panels: [
    {
      title: 'Accepted',
      description: 'Events accepted and confirmed by the broker.',
      unit: 'ops',
      queries: [{ expr: `sum (${rate(m.eventsAccepted.name)})`, legend: 'accepted' }],
    },
    {
      title: 'Refused, by reason',
      description:
        'Refused by ingest. credential, signature: the sender could not be verified. unavailable: the ' +
        'broker did not confirm.',
      unit: 'ops',
      queries: [{ expr: `sum by (reason) (${rate(m.eventsRejected.name)})`, legend: '{{reason}}' }],
      alert: 'HeraldWebhooksRefused',
    },
    {
      title: 'Webhooks by status',
      description: 'All sources together.',
      unit: 'reqps',
      queries: [
        {
          expr:
            'sum by (http_response_status_code) ' +
            `(${rate(`${m.httpSeconds.name}_count`, 'http_route="/hooks/:workspace/:source"')})`,
          legend: '{{http_response_status_code}}',
        },
      ],
    },
  ],
};

const returnedMail: Row = {
  title: 'Mail that comes back',
  panels: [
    {
      title: 'Mails that came back, by result',
      description: 'recorded: a bounce, a complaint or a request to unsubscribe. The others changed nothing.',
      unit: 'ops',
      queries: [{ expr: `sum by (result) (${rate(m.returnedMails.name)})`, legend: '{{result}}' }],
    },
    {
      title: 'Mailbox is read',
      description: '1 while a replica reads the mailbox of bounces (`BOUNCE_IMAP_URL`).',
      unit: 'bool_on_off',
      queries: [{ expr: `max by (mailbox) (${of(m.mailboxReadable.name)})`, legend: '{{mailbox}}' }],
      alert: 'HeraldBounceMailboxUnreadable',
    },
  ],
};

const log: Row = {
  title: 'The event log',
  panels: [
    {
      title: 'Written',
      description: 'Events written to the log and folded.',
      unit: 'ops',
      queries: [{ expr: `sum (${rate(m.eventsAppended.name)})`, legend: 'written' }],
    },
    {
      title: 'Duplicates',
      description: 'The same event again: from a sender that retried, or after a crash.',
      unit: 'ops',
      queries: [{ expr: `sum (${rate(m.eventsDuplicate.name)})`, legend: 'duplicate' }],
    },
    {
      title: 'Batch size',
      description: 'p95 of the events written at once. It grows with the load: that is how the log keeps up.',
      unit: 'short',
      queries: [{ expr: quantile(0.95, m.eventBatchSize.name), legend: 'p95' }],
    },
  ],
};

const enrollments: Row = {
  title: 'Enrollments',
  panels: [
    {
      title: 'Entered and ended',
      description: 'Enrollments by outcome. failed: a step could not be done.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (outcome) (${rate(m.enrollments.name, 'outcome!~"refused_.*"')})`,
          legend: '{{outcome}}',
        },
      ],
      width: 12,
    },
    {
      title: 'Not entered, by reason',
      description: 'Mostly normal: a condition was false, or the person was in the campaign already.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (outcome) (${rate(m.enrollments.name, 'outcome=~"refused_.*"')})`,
          legend: '{{outcome}}',
        },
      ],
      width: 12,
    },
  ],
};

const sends: Row = {
  title: 'Messages',
  panels: [
    {
      title: 'By outcome',
      description: 'Messages by outcome.',
      unit: 'ops',
      queries: [{ expr: `sum by (outcome) (${rate(m.messages.name)})`, legend: '{{outcome}}' }],
    },
    {
      title: 'Sent, by channel',
      description: 'Accepted by a provider.',
      unit: 'ops',
      queries: [
        { expr: `sum by (channel) (${rate(m.messages.name, 'outcome="sent"')})`, legend: '{{channel}}' },
      ],
    },
    {
      title: 'Event to send',
      description: 'From receiving an event to sending a message that it caused without a wait.',
      unit: 's',
      queries: [
        { expr: quantile(0.5, m.eventToSendSeconds.name), legend: 'p50' },
        { expr: quantile(0.95, m.eventToSendSeconds.name), legend: 'p95' },
        { expr: quantile(0.99, m.eventToSendSeconds.name), legend: 'p99' },
      ],
      alert: 'HeraldEventToSendBudgetBurn',
    },
    {
      title: 'Unknown',
      description: 'Messages that the provider may or may not have, now.',
      unit: 'short',
      queries: [{ expr: `max (${of(m.unknownSends.name)})`, legend: 'unknown' }],
      alert: 'HeraldUnknownSends',
      thresholds: { warn: 1, bad: 10 },
    },
    {
      title: 'Bounced, complained, failed',
      description: 'Complaints above one in a thousand cost the sender’s reputation.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (outcome) (${rate(m.messages.name, 'outcome=~"bounced|complained|failed|expired"')})`,
          legend: '{{outcome}}',
        },
      ],
    },
    {
      title: 'Held back by limits',
      description: 'Quiet hours, caps and rates: put off, or suppressed for good.',
      unit: 'ops',
      queries: [{ expr: `sum by (limit, effect) (${rate(m.limited.name)})`, legend: '{{limit}} {{effect}}' }],
    },
  ],
};

const providers: Row = {
  title: 'Providers',
  panels: [
    {
      title: 'Calls by outcome',
      description:
        'temporary, throttled, credentials: retried. permanent: refused for good. unknown: it may have left.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (provider, outcome) (${rate(`${m.providerSeconds.name}_count`)})`,
          legend: '{{provider}} {{outcome}}',
        },
      ],
      alert: 'HeraldProviderFailing',
    },
    {
      title: 'Call duration',
      description: 'p95 by provider.',
      unit: 's',
      queries: [{ expr: quantile(0.95, m.providerSeconds.name, ['provider']), legend: '{{provider}}' }],
    },
    {
      title: 'Throttled by the provider',
      description: 'The share of calls that a provider throttled.',
      unit: 'percentunit',
      queries: [
        {
          expr:
            `sum by (provider) (${rate(`${m.providerSeconds.name}_count`, 'outcome="throttled"')}) / ` +
            `(sum by (provider) (${rate(`${m.providerSeconds.name}_count`)}) > 0)`,
          legend: '{{provider}}',
        },
      ],
      alert: 'HeraldProviderThrottled',
    },
    {
      title: 'Shut',
      description: '1 while a provider gets no messages.',
      unit: 'bool_on_off',
      queries: [{ expr: `max by (provider) (${of(m.providerShut.name)})`, legend: '{{provider}}' }],
      alert: 'HeraldProviderShut',
    },
    {
      title: 'Failovers',
      description: 'Messages that a provider certainly did not accept and that went to the next one.',
      unit: 'ops',
      queries: [{ expr: `sum by (provider) (${rate(m.failovers.name)})`, legend: '{{provider}}' }],
    },
  ],
};

const dashboard = (
  service: keyof typeof objectives,
  description: string,
  rows: readonly Row[],
): Dashboard => ({
  uid: `herald-${service}`,
  title: `Herald: ${service}`,
  description,
  service,
  rows: [promises(service), ...rows, scaling, dependencies, runtime],
});

/** One for each service: promises, work, scaling, dependencies and runtime. */
export const serviceDashboards = {
  ingest: dashboard('ingest', 'Incoming events and webhooks.', [requests, intake, returnedMail, publishing]),
  'event-handler': dashboard('event-handler', 'The event log, and the documents folded from it.', [
    log,
    queues,
    publishing,
    requests,
  ]),
  'campaign-runner': dashboard('campaign-runner', 'Enrollments, their decisions and their waits.', [
    enrollments,
    waits('wait'),
    queues,
    publishing,
    requests,
  ]),
  messaging: dashboard('messaging', 'Outgoing messages, and their providers.', [
    sends,
    waits('send'),
    providers,
    queues,
    publishing,
    requests,
  ]),
} as const satisfies Readonly<Record<string, Dashboard>>;
