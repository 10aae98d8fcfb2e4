import { catalogue } from '../declarations.ts';
import { type Alert, above, below, type RuleGroup } from './rule.ts';

/** What can go wrong with any of the four: its process, its dependencies, its publishes, its scaler. */
export function everyService(service: string): RuleGroup {
  const own = `service_name="${service}"`;
  const alerts: Alert[] = [
    {
      alert: 'HeraldMetricsAbsent',
      ...above(`absent(${catalogue.buildInfo.name}{${own}})`, 0),
      // What is absent gives no series while all is well.
      measures: [`${catalogue.buildInfo.name}{${own}}`],
      for: '10m',
      severity: 'page',
      summary: `No metrics from ${service}: no process was scraped`,
      impact: 'No other alert about this service can fire. It may be down.',
    },
    {
      alert: 'HeraldNotReady',
      ...below(`min by (namespace, pod) (${catalogue.ready.name}{${own}})`, 1),
      for: '10m',
      severity: 'ticket',
      summary: `${service} in {{ $labels.namespace }}/{{ $labels.pod }} has not been ready for 10 minutes`,
      impact: 'The other pods carry its share. If none is ready, the service is down.',
    },
    {
      alert: 'HeraldDependencyDown',
      ...below(`max by (namespace, check) (${catalogue.checkUp.name}{${own}})`, 1),
      for: '5m',
      severity: 'page',
      summary: `No process of ${service} in {{ $labels.namespace }} passes the check {{ $labels.check }}`,
      impact: 'The service does no work that needs it. Nothing accepted is lost; it waits in queue or store.',
    },
    {
      alert: 'HeraldEventLoopSlow',
      ...above(`max by (namespace, pod) (nodejs_eventloop_lag_p99_seconds{${own}})`, 0.25),
      for: '10m',
      severity: 'ticket',
      summary:
        `The event loop of ${service} in {{ $labels.namespace }}/{{ $labels.pod }} is blocked: p99 {{ ` +
        '$value | humanizeDuration }}',
      impact:
        'Everything in that process is slow at once: requests, handlers, probes, heartbeats to the broker.',
    },
    {
      alert: 'HeraldMetricReadFailing',
      ...above(`sum by (namespace, metric) (increase(${catalogue.readFailures.name}{${own}}[15m]))`, 3),
      for: '5m',
      severity: 'ticket',
      summary: `${service} in {{ $labels.namespace }} cannot read its gauges of {{ $labels.metric }}`,
      impact: 'Gauges are missing, and alerts on them cannot fire.',
    },
    {
      alert: 'HeraldPublishSlow',
      ...above(
        'histogram_quantile(0.99, sum by (namespace, exchange, le) ' +
          `(rate(${catalogue.publishSeconds.name}_bucket{${own}}[10m])))`,
        1,
      ),
      for: '10m',
      severity: 'ticket',
      summary:
        `The broker takes {{ $value | humanizeDuration }} (p99) to confirm publishes of ${service} to ` +
        '{{ $labels.exchange }}',
      impact: 'Each request and each handler that publishes waits for it.',
    },
    {
      alert: 'HeraldPublishFailing',
      ...above(`sum by (namespace, exchange) (increase(${catalogue.unconfirmed.name}{${own}}[5m]))`, 0),
      for: '2m',
      severity: 'page',
      summary:
        `The broker does not confirm publishes of ${service} in {{ $labels.namespace }} to ` +
        '{{ $labels.exchange }}',
      impact:
        'Ingest answers 503; the other services retry. Nothing accepted is lost, but everything is late.',
    },
    {
      alert: 'HeraldBrokerBlocked',
      ...below(`min by (namespace) (${catalogue.brokerAccepting.name}{${own}})`, 1),
      for: '2m',
      severity: 'page',
      summary:
        `RabbitMQ accepts nothing from ${service} in {{ $labels.namespace }}: it has an alarm on memory ` +
        'or disk',
      impact: 'Ingest answers 503 to every event. All work stops until the alarm is over.',
    },
    {
      alert: 'HeraldUnroutable',
      ...above(`sum by (namespace, exchange) (increase(${catalogue.unroutable.name}{${own}}[15m]))`, 0),
      for: '0m',
      severity: 'ticket',
      summary: `No queue takes publishes of ${service} in {{ $labels.namespace }} to {{ $labels.exchange }}`,
      impact: 'A binding is missing. The work does not happen until the sweep finds it, or never.',
    },
    {
      alert: 'HeraldScalerAtMax',
      ...above(
        'max by (namespace, horizontalpodautoscaler) ' +
          `(kube_horizontalpodautoscaler_status_desired_replicas{horizontalpodautoscaler=~".*${service}"} ` +
          '/ on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_max_replicas)',
        0.99,
      ),
      for: '15m',
      severity: 'ticket',
      summary:
        'The scaler {{ $labels.horizontalpodautoscaler }} in {{ $labels.namespace }} has wanted its ' +
        'maximum for 15 minutes',
      impact: 'There are no replicas for more load: queues will grow.',
    },
  ];
  return { name: `herald-${service}-process`, rules: alerts.map((alert) => labelled(alert, service)) };
}

export const labelled = (alert: Alert, service: string): Alert => ({
  ...alert,
  labels: { service, ...alert.labels },
});
