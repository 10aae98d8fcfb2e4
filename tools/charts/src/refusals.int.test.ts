import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChartName } from './charts.ts';
import { findHelm } from './helm/find.ts';
import { createWorkspace, type Workspace } from './helm/workspace.ts';
import { leastOf } from './matrix.ts';

const helm = await findHelm(4);
if ('unavailable' in helm) {
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(helm.unavailable);
  process.stderr.write(`Skipped: ${helm.unavailable}\n`);
}

describe.skipIf('unavailable' in helm)('values that cannot work are refused with a reason', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    if (!('unavailable' in helm)) workspace = await createWorkspace(helm);
  });
  afterAll(() => workspace?.remove());

  const refusal = async (
    chart: ChartName,
    set: readonly string[],
    files = leastOf(chart),
  ): Promise<string> => {
    if ('unavailable' in helm) throw new Error(helm.unavailable);
    const { code, stderr } = await workspace.template(helm, chart, { files, set });
    expect(code, 'it was not refused').toBe(1);
    return stderr;
  };

  it.each<[string, string[], ChartName?]>([
    [
      'image.registry is not set: herald/ingest would come from Docker Hub, where that name is somebody else',
      ['image.registry='],
    ],
    [
      'nothing sends a message: set credentials.SMTP_URL, SENDGRID_API_KEY or TWILIO_ACCOUNT_SID',
      ['credentials.SMTP_URL.existingSecret='],
      'messaging',
    ],
    [
      'autoscaling.enabled and keda.enabled are both on: two scalers would fight over one Deployment. ' +
        'Turn one off.',
      ['autoscaling.enabled=true', 'keda.enabled=true'],
    ],
    [
      'autoscaling.maxReplicas (2) is less than autoscaling.minReplicas (3): raise the first or lower ' +
        'the second.',
      ['autoscaling.enabled=true', 'autoscaling.minReplicas=3', 'autoscaling.maxReplicas=2'],
    ],
    [
      'autoscaling.enabled is on but there is nothing to scale by: set ' +
        'autoscaling.targetCPUUtilizationPercentage, externalMetrics or additionalMetrics.',
      ['autoscaling.enabled=true', 'autoscaling.targetCPUUtilizationPercentage=null'],
    ],
    [
      'resources.requests.cpu is not set, but a scaler has a target for it',
      ['autoscaling.enabled=true', 'resources.requests.cpu=null'],
    ],
    [
      'resources.requests.memory is not set, but a scaler has a target for it',
      [
        'autoscaling.enabled=true',
        'autoscaling.targetMemoryUtilizationPercentage=80',
        'resources.requests.memory=null',
      ],
    ],
    [
      'keda.maxReplicaCount (1) is less than keda.minReplicaCount (2): raise the first or lower the second.',
      ['keda.enabled=true', 'keda.maxReplicaCount=1'],
    ],
    [
      'rabbitmq.managementUrl is not set, but KEDA asks the management API how long the queues are',
      ['keda.enabled=true'],
      'event-handler',
    ],
    [
      'rabbitmq.urlKey holds a whole URL, from which KEDA cannot take user and password',
      ['keda.enabled=true', 'rabbitmq.urlKey=connection_string'],
      'messaging',
    ],
    [
      'keda.dueSoon.serverAddress is not set, but KEDA asks Prometheus what is due soon',
      ['keda.enabled=true'],
      'campaign-runner',
    ],
    [
      'keda.enabled is on but there is no trigger: set keda.targetCPUUtilizationPercentage or keda.triggers.',
      ['keda.enabled=true', 'keda.targetCPUUtilizationPercentage=null'],
    ],
    [
      'podDisruptionBudget has both minAvailable and maxUnavailable: Kubernetes takes one of them. Set ' +
        'the other to null.',
      ['podDisruptionBudget.minAvailable=1'],
    ],
    [
      'podDisruptionBudget has neither minAvailable nor maxUnavailable',
      ['podDisruptionBudget.maxUnavailable=null'],
    ],
    [
      'rabbitmq.existingSecret is not set: name the secret that says where RabbitMQ is',
      ['rabbitmq.existingSecret='],
    ],
    [
      'mongodb.existingSecret is not set: name the secret that says where MongoDB is',
      ['mongodb.existingSecret='],
    ],
    [
      'apiKeys.existingSecret is not set: name the secret with the file of API keys',
      ['apiKeys.existingSecret='],
    ],
    [
      'secrets.existingSecret is not set: name the secret that holds link-secret',
      ['secrets.existingSecret='],
    ],
    [
      'terminationGracePeriodSeconds (30) is too short: preStopSleepSeconds (5) and ' +
        'config.shutdownTimeout (25 s) take 30 seconds, after which work in hand would be killed. Set it ' +
        'to at least 35.',
      ['terminationGracePeriodSeconds=30'],
    ],
    ['config.shutdownTimeout (90 s) take 95 seconds', ['config.shutdownTimeout=PT1M30S']],
    [
      'extraEnv sets SHUTDOWN_TIMEOUT: set config.shutdownTimeout instead',
      ['extraEnv[0].name=SHUTDOWN_TIMEOUT', 'extraEnv[0].value=PT5M'],
    ],
    ['ingress.enabled is on without a host: add one to ingress.hosts', ['ingress.enabled=true']],
    [
      'httpRoute.enabled is on without a gateway: name it in httpRoute.parentRefs',
      ['httpRoute.enabled=true'],
    ],
    [
      'serviceMonitor.enabled and podMonitor.enabled are both on: each pod would be scraped twice',
      ['serviceMonitor.enabled=true', 'podMonitor.enabled=true'],
    ],
    [
      'service.clusterIP is only for service.type ClusterIP',
      ['service.clusterIP=None', 'service.type=NodePort'],
    ],
    [
      'serviceMonitor.enabled needs the admin port in the Service',
      ['serviceMonitor.enabled=true', 'service.type=LoadBalancer'],
    ],
    [
      'bounceAddress is set, but nothing reads it: set inboundSmtp.port, or credentials.BOUNCE_IMAP_URL',
      ['bounceAddress=bounces@mail.example'],
    ],
    [
      'inboundSmtp.port and credentials.BOUNCE_IMAP_URL go with bounceAddress, which is not set',
      ['inboundSmtp.port=2525'],
    ],
    [
      'resources.limits.memory is "12Zi"; expected a number with Ki, Mi, Gi, k, M or G, such as 512Mi.',
      ['resources.limits.memory=12Zi'],
    ],
    [
      'prometheusRule.alerts.NoSuchAlert: ingest has no such alert.',
      ['prometheusRule.enabled=true', 'prometheusRule.alerts.NoSuchAlert.enabled=false'],
    ],
  ])('%s', async (sentence, set, chart = 'ingest') => {
    expect(await refusal(chart, set)).toContain(sentence);
  });

  it('all at once, with the name of the chart', async () => {
    const message = await refusal('ingest', ['ingress.enabled=true', 'httpRoute.enabled=true'], []);
    expect(message).toContain('ingest cannot be rendered:');
    expect(message.match(/^ {2}- /gm)).toHaveLength(7);
  });

  it.each<[string, ChartName, string]>([
    ['at the top', 'ingest', 'replicasCount=3'],
    ['inside', 'messaging', 'keda.rabbitmq.messagePerReplica=3'],
    ['in the configuration', 'messaging', 'config.sendTimeouts=PT1M'],
    ['in what services share', 'ingest', 'global.herald.rabbitmq.existingSecrets=a'],
    ['of a service, through the umbrella', 'herald', 'ingest.replicasCount=3'],
    ['at the top of the umbrella', 'herald', 'campaignRunner.enabled=false'],
  ])('a mistyped key %s', async (_, chart, set) => {
    const files = leastOf(chart);
    expect(await refusal(chart, [set], files)).toMatch(/additional properties '\w+' not allowed/);
  });

  it('a value of the wrong type', async () => {
    expect(await refusal('ingest', ['replicaCount=many'])).toContain(
      "at '/replicaCount': got string, want integer",
    );
  });

  it('a wrong type or a mistyped key in what goes to Kubernetes, all at once, each with its place', async () => {
    const message = await refusal('ingest', [
      'podAnnotations.release=1',
      'global.commonLabels.team=7',
      'nodeSelector.disk=true',
      'tolerations[0].tolerationSeconds=soon',
      'affinity.nodeAffinity=near',
      'topologySpreadConstraints[0].maxSkew=one',
      'extraEnv[0].name=A',
      'extraEnv[0].value=1',
      'resources.requests.cpu=true',
      'resources.limit.memory=1Gi',
      'livenessProbe.periodSeconds=ten',
      'sidecars[0].ports=80',
      'extraVolumes[0].secret.secretNam=a',
      'keda.triggers[0].metadata.value=1',
      'command=node',
    ]);
    for (const fault of [
      "at '/podAnnotations/release': got number, want string",
      "at '/global/commonLabels/team': got number, want string",
      "at '/nodeSelector/disk': got boolean, want string",
      "at '/tolerations/0/tolerationSeconds': got string, want integer",
      "at '/affinity/nodeAffinity': got string, want object",
      "at '/topologySpreadConstraints/0/maxSkew': got string, want integer",
      "at '/extraEnv/0/value': got number, want string",
      "at '/resources/requests/cpu': got boolean, want number or string",
      "at '/resources': additional properties 'limit' not allowed",
      "at '/livenessProbe/periodSeconds': got string, want integer",
      "at '/sidecars/0/ports': got number, want array",
      "at '/extraVolumes/0/secret': additional properties 'secretNam' not allowed",
      "at '/keda/triggers/0/metadata/value': got number, want string",
      "at '/command': got string, want array",
    ])
      expect(message).toContain(fault);
  });

  it.each([['global.other=1'], ['enabled=true'], ['creator=helm']])(
    'but not what a parent passes on: %s',
    async (set) => {
      if ('unavailable' in helm) throw new Error(helm.unavailable);
      expect(
        (await workspace.template(helm, 'ingest', { files: leastOf('ingest'), set: [set] })).stderr,
      ).toBe('');
    },
  );
});
