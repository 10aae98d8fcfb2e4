import type { Case } from './case.ts';

type Labels = Readonly<Record<string, string>>;

/** With the series `ill`: quiet at `quietAt`, firing at `firesAt`. With `well`: quiet throughout. */
function both(
  alert: string,
  firing: Labels,
  {
    ill,
    quietAt,
    firesAt,
    well,
  }: {
    readonly ill: Labels;
    readonly quietAt: string;
    readonly firesAt: string;
    readonly well: Labels;
  },
): Case[] {
  return [
    {
      alert,
      name: 'fires after its time',
      series: ill,
      expected: [
        { at: quietAt, firing: [] },
        { at: firesAt, firing: [firing] },
      ],
    },
    { ...{ alert, name: 'is quiet when all is well', series: well }, expected: [{ at: '60m', firing: [] }] },
  ];
}

/** Cases for the alerts of every service. */
export function everyServiceCases(service: string): Case[] {
  const own = `namespace="n",pod="p",service_name="${service}"`;
  const where = { namespace: 'n', service };
  const gauge = (name: string, ill: string, well: string, labels = '') => ({
    ill: { [`${name}{${own}${labels}}`]: ill },
    well: { [`${name}{${own}${labels}}`]: well },
  });
  const scaler = (wanted: string) => ({
    [`kube_horizontalpodautoscaler_status_desired_replicas{namespace="n",horizontalpodautoscaler="keda-hpa-herald-${service}"}`]:
      wanted,
    [`kube_horizontalpodautoscaler_spec_max_replicas{namespace="n",horizontalpodautoscaler="keda-hpa-herald-${service}"}`]:
      '10x60',
  });
  return [
    {
      alert: 'HeraldMetricsAbsent',
      name: 'fires when the last process is gone, and not for another service',
      series: {
        [`herald_build_info{${own}}`]: '1x5 stale',
        'herald_build_info{namespace="n",service_name="another"}': '1x60',
      },
      expected: [
        { at: '10m', firing: [] },
        { at: '20m', firing: [{ service, severity: 'page' }] },
      ],
    },
    {
      alert: 'HeraldMetricsAbsent',
      name: 'is quiet while one is there',
      series: { [`herald_build_info{${own}}`]: '1x60' },
      expected: [{ at: '60m', firing: [] }],
    },
    ...both(
      'HeraldNotReady',
      { ...where, pod: 'p', severity: 'ticket' },
      {
        ...gauge('herald_ready', '1x2 0x60', '1x60'),
        quietAt: '10m',
        firesAt: '14m',
      },
    ),
    ...both(
      'HeraldDependencyDown',
      { ...where, check: 'store', severity: 'page' },
      {
        ill: {
          [`herald_check_up{${own},check="store"}`]: '1x2 0x60',
          [`herald_check_up{${own},check="broker"}`]: '1x62',
        },
        // One of two processes has lost its database: that is the pod’s trouble, not the service’s.
        well: {
          [`herald_check_up{${own},check="store"}`]: '0x60',
          [`herald_check_up{namespace="n",pod="q",service_name="${service}",check="store"}`]: '1x60',
        },
        quietAt: '5m',
        firesAt: '9m',
      },
    ),
    ...both(
      'HeraldEventLoopSlow',
      { ...where, pod: 'p', severity: 'ticket' },
      {
        ...gauge('nodejs_eventloop_lag_p99_seconds', '0.4x60', '0.1x60'),
        quietAt: '9m',
        firesAt: '11m',
      },
    ),
    ...both(
      'HeraldMetricReadFailing',
      { ...where, metric: 'waits', severity: 'ticket' },
      {
        ...gauge('herald_metric_read_failures_total', '0+1x60', '0x20 1x40', ',metric="waits"'),
        quietAt: '4m',
        firesAt: '20m',
      },
    ),
    ...both(
      'HeraldPublishSlow',
      { ...where, exchange: 'events', severity: 'ticket' },
      {
        ill: {
          [`herald_publish_duration_seconds_bucket{${own},exchange="events",le="1"}`]: '0+1x60',
          [`herald_publish_duration_seconds_bucket{${own},exchange="events",le="2.5"}`]: '0+9x60',
          [`herald_publish_duration_seconds_bucket{${own},exchange="events",le="+Inf"}`]: '0+9x60',
        },
        well: {
          [`herald_publish_duration_seconds_bucket{${own},exchange="events",le="0.5"}`]: '0+9x60',
          [`herald_publish_duration_seconds_bucket{${own},exchange="events",le="+Inf"}`]: '0+9x60',
        },
        quietAt: '8m',
        firesAt: '12m',
      },
    ),
    ...both(
      'HeraldPublishFailing',
      { ...where, exchange: 'events', severity: 'page' },
      {
        ...gauge('herald_publish_failures_total', '0x5 1+1x50', '0x60', ',exchange="events"'),
        quietAt: '6m',
        firesAt: '9m',
      },
    ),
    ...both(
      'HeraldBrokerBlocked',
      { ...where, severity: 'page' },
      {
        ...gauge('herald_broker_accepting', '1x2 0x60', '1x60'),
        quietAt: '4m',
        firesAt: '6m',
      },
    ),
    ...both(
      'HeraldUnroutable',
      { ...where, exchange: 'send', severity: 'ticket' },
      {
        ...gauge('herald_unroutable_total', '0x5 1x50', '0x60', ',exchange="send"'),
        quietAt: '4m',
        firesAt: '7m',
      },
    ),
    ...both(
      'HeraldScalerAtMax',
      { ...where, severity: 'ticket' },
      {
        ill: scaler('10x60'),
        well: scaler('9x60'),
        quietAt: '14m',
        firesAt: '16m',
      },
    ),
  ];
}

/** Cases for the alerts on a queue. */
export function queueCases(service: string, queue: string): Case[] {
  const own = `namespace="n",pod="p",service_name="${service}",queue="${queue}"`;
  const where = { namespace: 'n', service, queue };
  const messages = (state: string, values: string) => ({
    [`herald_queue_messages{${own},state="${state}"}`]: values,
  });
  const consumers = (values: string) => ({ [`herald_queue_consumers{${own}}`]: values });
  const consumed = (verdict: string, values: string) => ({
    [`herald_consumed_total{${own},verdict="${verdict}"}`]: values,
  });
  return [
    ...both(
      'HeraldDeadLetters',
      { ...where, severity: 'ticket' },
      {
        ill: messages('dead', '0x5 1x60'),
        well: messages('dead', '0x60'),
        quietAt: '6m',
        firesAt: '8m',
      },
    ),
    ...both(
      'HeraldQueueWithoutConsumers',
      { ...where, severity: 'page' },
      {
        ill: { ...messages('ready', '5x60'), ...consumers('0x60') },
        // Nobody there and nothing to do, or somebody there and much to do.
        well: { ...messages('ready', '0x30 500x30'), ...consumers('0x30 1x30') },
        quietAt: '4m',
        firesAt: '6m',
      },
    ),
    ...both(
      'HeraldQueueBacklog',
      { ...where, severity: 'ticket' },
      {
        ill: messages('ready', '20000x60'),
        well: messages('ready', '9000x60'),
        quietAt: '14m',
        firesAt: '16m',
      },
    ),
    ...both(
      'HeraldRetriesHigh',
      { ...where, severity: 'ticket' },
      {
        ill: { ...consumed('ack', '0+80x60'), ...consumed('retry', '0+20x60') },
        well: { ...consumed('ack', '0+95x60'), ...consumed('retry', '0+5x60') },
        quietAt: '9m',
        firesAt: '13m',
      },
    ),
  ];
}

/** Cases for the alerts on waits and messages in the store. */
export function waitCases(service: string, kind: string): Case[] {
  const own = `namespace="n",pod="p",service_name="${service}",kind="${kind}"`;
  const where = { namespace: 'n', service };
  const gauge = (name: string, values: string) => ({ [`${name}{${own}}`]: values });
  const runs = { [`herald_build_info{namespace="n",service_name="${service}"}`]: '1x60' };
  return [
    ...both(
      'HeraldWaitsOverdue',
      { ...where, severity: 'ticket' },
      {
        ill: gauge('herald_waits_overdue', '200x60'),
        well: gauge('herald_waits_overdue', '50x60'),
        quietAt: '9m',
        firesAt: '11m',
      },
    ),
    ...both(
      'HeraldOldestDueWait',
      { ...where, severity: 'ticket' },
      {
        ill: gauge('herald_waits_oldest_due_seconds', '400x60'),
        well: gauge('herald_waits_oldest_due_seconds', '100x60'),
        quietAt: '4m',
        firesAt: '6m',
      },
    ),
    ...both(
      'HeraldWaitsUnwatched',
      { service, severity: 'ticket' },
      {
        ill: runs,
        well: { ...runs, ...gauge('herald_waits_overdue', '0x60') },
        quietAt: '14m',
        firesAt: '16m',
      },
    ),
  ];
}

const calls = (outcome: string, values: string) => ({
  [`herald_provider_call_duration_seconds_count{namespace="n",pod="p",channel="email",provider="smtp",outcome="${outcome}"}`]:
    values,
});
const provider = { namespace: 'n', service: 'messaging', channel: 'email', provider: 'smtp' };
const rejected = (values: string) => ({
  'herald_events_rejected_total{namespace="n",pod="p",reason="signature"}': values,
});
const mailbox = (pod: string, values: string) => ({
  [`herald_bounce_mailbox_readable{namespace="n",pod="${pod}",mailbox="INBOX"}`]: values,
});
const unknown = (values: string) => ({
  'herald_messages_unknown{namespace="n",pod="p",service_name="messaging"}': values,
});
const shut = (values: string) => ({
  'herald_provider_shut{namespace="n",pod="p",channel="email",provider="smtp"}': values,
});

export const webhookCases: readonly Case[] = both(
  'HeraldWebhooksRefused',
  { namespace: 'n', service: 'ingest', reason: 'signature', severity: 'ticket' },
  { ill: rejected('0+30x60'), well: rejected('0+2x60'), quietAt: '14m', firesAt: '30m' },
);

export const mailCases: readonly Case[] = [
  ...both(
    'HeraldBounceMailboxUnreadable',
    { namespace: 'n', service: 'ingest', mailbox: 'INBOX', severity: 'ticket' },
    { ill: mailbox('p', '1x4 0x60'), well: mailbox('p', '1x60'), quietAt: '18m', firesAt: '22m' },
  ),
  {
    alert: 'HeraldBounceMailboxUnreadable',
    name: 'is quiet while another replica reads it, and after a short outage',
    series: { ...mailbox('p', '0x60'), ...mailbox('q', '1x20 0x10 1x30') },
    expected: [
      { at: '31m', firing: [] },
      { at: '60m', firing: [] },
    ],
  },
];

export const sendCases: readonly Case[] = [
  ...both(
    'HeraldUnknownSends',
    { namespace: 'n', service: 'messaging', severity: 'ticket' },
    {
      ill: unknown('1x60'),
      well: unknown('0x60'),
      quietAt: '14m',
      firesAt: '16m',
    },
  ),
  ...both(
    'HeraldProviderFailing',
    { ...provider, severity: 'page' },
    {
      ill: { ...calls('sent', '0+6x60'), ...calls('temporary', '0+3x60'), ...calls('unknown', '0+1x60') },
      // Refused for good is an answer, not a failure.
      well: { ...calls('sent', '0+9x60'), ...calls('permanent', '0+9x60'), ...calls('temporary', '0+2x60') },
      quietAt: '4m',
      firesAt: '8m',
    },
  ),
  ...both(
    'HeraldProviderThrottled',
    { ...provider, severity: 'ticket' },
    {
      ill: { ...calls('sent', '0+8x60'), ...calls('throttled', '0+2x60') },
      well: { ...calls('sent', '0+19x60'), ...calls('throttled', '0+1x60') },
      quietAt: '9m',
      firesAt: '13m',
    },
  ),
  ...both(
    'HeraldProviderShut',
    { ...provider, severity: 'ticket' },
    {
      ill: shut('1x60'),
      well: shut('1x5 0x55'),
      quietAt: '9m',
      firesAt: '11m',
    },
  ),
];

const runs = (version: string, values: string) => ({
  [`herald_build_info{namespace="n",service_name="s",version="${version}",node="24"}`]: values,
});
export const wholeCases: readonly Case[] = both(
  'HeraldVersionSkew',
  { namespace: 'n', service: 'herald', severity: 'ticket' },
  {
    ill: { ...runs('1.0.0', '1x90'), ...runs('1.1.0', '1x90') },
    well: { ...runs('1.0.0', '1x10'), ...runs('1.1.0', '1x60') },
    quietAt: '59m',
    firesAt: '61m',
  },
);
