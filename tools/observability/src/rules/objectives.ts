import { catalogue } from '../declarations.ts';
import type { Objective } from './objective.ts';

const http = catalogue.httpSeconds.name;
const DOORS = 'http_route=~"/v1/events|/hooks/.*",http_request_method="POST"';

const rate = (series: string, window: string): string => `sum by (namespace) (rate(${series}[${window}]))`;

/** A bucket's bound as Prometheus 2 stores it, `10`, and as Prometheus 3 does, `10.0`. */
const bucket = (bound: number): string =>
  Number.isInteger(bound) ? `le=~"${bound}([.]0)?"` : `le="${bound}"`;

/** Those of a histogram that took longer than a bucket's bound. */
const slower = (name: string, labels: string, bound: number) => ({
  total: (window: string) => rate(`${name}_count{${labels}}`, window),
  bad: (window: string) =>
    `(${rate(`${name}_count{${labels}}`, window)} - ` +
    `${rate(`${name}_bucket{${labels},${bucket(bound)}}`, window)})`,
});

/** What is promised, by the chart that carries its rules. */
export const objectives = {
  ingest: [
    {
      slug: 'ingest_availability',
      name: 'IngestAvailability',
      target: 0.999,
      promise: 'events and webhooks are answered without a server error',
      impact: 'Senders get 5xx. Those that retry lose nothing; those that do not lose the event.',
      total: (window) => rate(`${http}_count{${DOORS}}`, window),
      bad: (window) => rate(`${http}_count{${DOORS},http_response_status_code=~"5.."}`, window),
    },
    {
      slug: 'ingest_latency',
      name: 'IngestLatency',
      target: 0.99,
      promise: 'events and webhooks are answered within 500 ms',
      impact: 'Senders wait; those with a short time-out give up and send again.',
      ...slower(http, DOORS, 0.5),
    },
  ],
  'event-handler': [
    {
      slug: 'event_freshness',
      name: 'EventFreshness',
      target: 0.99,
      promise: 'event-handler begins to write accepted events to the log within 10 s',
      impact: 'Prospects, timelines and campaigns lag behind.',
      ...slower(catalogue.messageAgeSeconds.name, 'queue="event-handler.events"', 10),
    },
  ],
  'campaign-runner': [
    {
      slug: 'decision_freshness',
      name: 'DecisionFreshness',
      target: 0.99,
      promise: 'campaigns decide on an event within 10 s after it is in the log',
      impact: 'People enter campaigns late, and exits act late: people may get messages they no longer want.',
      ...slower(catalogue.messageAgeSeconds.name, 'queue="campaign-runner.applied"', 10),
    },
    {
      slug: 'wait_lateness',
      name: 'WaitLateness',
      target: 0.99,
      promise: 'waits end within 5 s of their time',
      impact: 'Steps of campaigns happen later than planned.',
      ...slower(catalogue.latenessSeconds.name, 'kind="wait"', 5),
    },
  ],
  messaging: [
    {
      slug: 'send_lateness',
      name: 'SendLateness',
      target: 0.99,
      promise: 'messages leave within 30 s of their time',
      impact: 'Messages arrive late, some outside the hours in which they make sense.',
      ...slower(catalogue.latenessSeconds.name, 'kind="send"', 30),
    },
    {
      slug: 'send_success',
      name: 'SendSuccess',
      target: 0.99,
      promise: 'a call of a provider ends with the message accepted or refused for good',
      impact: 'Messages are put off and retried, or nobody knows whether they have left.',
      total: (window) => rate(`${catalogue.providerSeconds.name}_count`, window),
      bad: (window) =>
        rate(
          `${catalogue.providerSeconds.name}_count{outcome=~"temporary|throttled|credentials|unknown"}`,
          window,
        ),
    },
  ],
  herald: [
    {
      slug: 'event_to_send',
      name: 'EventToSend',
      target: 0.99,
      promise: 'a message that needs no wait leaves within 30 s of the event that caused it',
      impact: 'Welcome mails, codes and confirmations come late.',
      ...slower(catalogue.eventToSendSeconds.name, 'service_name=~".+"', 30),
    },
  ],
} as const satisfies Readonly<Record<string, readonly Objective[]>>;
