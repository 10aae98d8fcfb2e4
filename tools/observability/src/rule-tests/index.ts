import { stringify } from 'yaml';
import { catalogue as m } from '../declarations.ts';
import type { Chart } from '../rules/index.ts';
import { objectives } from '../rules/objectives.ts';
import { type Case, ruleTests } from './case.ts';
import {
  everyServiceCases,
  mailCases,
  queueCases,
  sendCases,
  waitCases,
  webhookCases,
  wholeCases,
} from './causes.ts';
import { counted, type Flow, measured, objectiveCases } from './objectives.ts';

const request = (status: number): string =>
  `${m.httpSeconds.name}_count{namespace="n",http_route="/v1/events",http_request_method="POST",http_response_status_code="${status}"}`;
const call = (outcome: string): string =>
  `${m.providerSeconds.name}_count{namespace="n",channel="email",provider="smtp",outcome="${outcome}"}`;

type Slug = (typeof objectives)[Chart][number]['slug'];

/** Good and bad ones of each promise, as a process would count them. */
const flows: Readonly<Record<Slug, readonly Flow[]>> = {
  ingest_availability: counted(request(202), request(503)),
  ingest_latency: measured(
    m.httpSeconds.name,
    'http_route="/hooks/:workspace/:source",http_request_method="POST",http_response_status_code="202"',
    0.5,
  ),
  event_freshness: measured(m.messageAgeSeconds.name, 'queue="event-handler.events"', 10),
  decision_freshness: measured(m.messageAgeSeconds.name, 'queue="campaign-runner.applied"', 10),
  wait_lateness: measured(m.latenessSeconds.name, 'kind="wait"', 5),
  send_lateness: measured(m.latenessSeconds.name, 'kind="send"', 30),
  send_success: counted(call('sent'), call('unknown')),
  event_to_send: measured(m.eventToSendSeconds.name, 'service_name="messaging"', 30),
};

const promises = (chart: Chart): Case[] =>
  objectives[chart].flatMap((objective) =>
    flows[objective.slug].flatMap((flow) => objectiveCases(objective, flow)),
  );

const causes: Readonly<Record<Chart, readonly Case[]>> = {
  ingest: [...everyServiceCases('ingest'), ...webhookCases, ...mailCases],
  'event-handler': [
    ...everyServiceCases('event-handler'),
    ...queueCases('event-handler', 'event-handler.events'),
  ],
  'campaign-runner': [
    ...everyServiceCases('campaign-runner'),
    ...queueCases('campaign-runner', 'campaign-runner.due'),
    ...waitCases('campaign-runner', 'wait'),
  ],
  messaging: [
    ...everyServiceCases('messaging'),
    ...queueCases('messaging', 'messaging.send'),
    ...waitCases('messaging', 'send'),
    ...sendCases,
  ],
  herald: wholeCases,
};

/** The cases for each chart's rules. */
export const casesOf = (chart: Chart): readonly Case[] => [...promises(chart), ...causes[chart]];

const HEAD = '# Written by tools/observability from its sources; change them there and run: make fix\n';

const testFile = (chart: Chart, rules: string, every: string, cases: readonly Case[]) =>
  [
    `tests/observability/rules/${chart}-${rules}.yaml`,
    HEAD +
      stringify(ruleTests(`../../../charts/${chart}/rules/${rules}.yaml`, every, cases), { lineWidth: 0 }),
  ] as const;

/** The files for `promtool test rules`: path from the root of the repository, and text. */
export const ruleTestFiles = (chart: Chart): readonly (readonly [string, string])[] => [
  // Over hours: every minute would take promtool minutes.
  testFile(chart, 'objectives', '5m', promises(chart)),
  testFile(chart, 'causes', '1m', causes[chart]),
];
