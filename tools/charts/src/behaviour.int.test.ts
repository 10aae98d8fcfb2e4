import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ChartName } from './charts.ts';
import { findHelm } from './helm/find.ts';
import { createWorkspace, RELEASE, type Workspace } from './helm/workspace.ts';
import { type AlertRule, type Container, type Manifest, readManifests } from './manifests.ts';
import { leastOf } from './matrix.ts';

const helm = await findHelm(4);
if ('unavailable' in helm) {
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(helm.unavailable);
  process.stderr.write(`Skipped: ${helm.unavailable}\n`);
}

const valuesFile = (name: string): string => join(import.meta.dirname, '../values', `${name}.yaml`);
const NAME = 'registry.example.com/herald/ingest';
const DIGEST = `sha256:${'c'.repeat(64)}`;

const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));

describe.skipIf('unavailable' in helm)('a chart', () => {
  let workspace: Workspace;
  let written = 0;
  beforeAll(async () => {
    if (!('unavailable' in helm)) workspace = await createWorkspace(helm);
  });
  afterAll(() => workspace?.remove());

  const render = async (chart: ChartName, values: object): Promise<Manifest[]> => {
    if ('unavailable' in helm) throw new Error(helm.unavailable);
    written += 1;
    const file = join(workspace.path(chart), `values-${written}.yaml`);
    await writeFile(file, stringify(values));
    const { stdout, stderr } = await workspace.template(helm, chart, { files: [...leastOf(chart), file] });
    if (stderr !== '') throw new Error(stderr);
    return readManifests(stdout);
  };
  const only = (manifests: readonly Manifest[], kind: string): Manifest => {
    const found = manifests.filter((manifest) => manifest.kind === kind);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`there are ${found.length} of ${kind}`);
    return found[0];
  };
  const containerOf = (manifests: readonly Manifest[]): Container => {
    const container = only(manifests, 'Deployment').spec?.template?.spec.containers[0];
    if (container === undefined) throw new Error('there is no container');
    return container;
  };
  const environment = (container: Container): Record<string, string | undefined> =>
    Object.fromEntries(
      (container.env ?? []).map(({ name, value, valueFrom: { secretKeyRef: of } = {} }) => [
        name,
        of === undefined ? value : `${of.name}/${of.key}`,
      ]),
    );

  it.each<[string, object, object, string]>([
    ['a tag', { tag: 'v2' }, {}, `${NAME}:v2`],
    ['no tag: the version of the app', {}, {}, `${NAME}:0.1.0`],
    ['tag@digest, as Skaffold writes it', { tag: `v2@${DIGEST}` }, {}, `${NAME}:v2@${DIGEST}`],
    ['a digest, which wins over the tag', { tag: 'v2', digest: DIGEST }, {}, `${NAME}@${DIGEST}`],
    ['a digest in the place of the tag', { tag: DIGEST }, {}, `${NAME}@${DIGEST}`],
    ['a name of your own', { registry: '', repository: 'ingest' }, {}, 'ingest:0.1.0'],
    ['a registry', { registry: 'a.example' }, {}, 'a.example/herald/ingest:0.1.0'],
    [
      'the registry of all',
      { registry: 'a.example' },
      { imageRegistry: 'b.example' },
      'b.example/herald/ingest:0.1.0',
    ],
  ])('takes its image by %s', async (_, image, global, expected) => {
    expect(containerOf(await render('ingest', { image, global })).image).toBe(expected);
  });

  it('merges the environment by name, in its place', async () => {
    const container = containerOf(
      await render('ingest', {
        extraEnv: [
          { name: 'AMQP_HOST', value: 'localhost' },
          { name: 'FIRST', value: '{{ .Release.Name }}' },
          { name: 'FIRST', value: 'last wins' },
        ],
      }),
    );
    const names = (container.env ?? []).map(({ name }) => name);
    expect(names.indexOf('AMQP_HOST')).toBeLessThan(names.indexOf('AMQP_URL'));
    expect(environment(container)).toMatchObject({ AMQP_HOST: 'localhost', FIRST: 'last wins' });
    expect(new Set(names).size).toBe(names.length);
  });

  it('takes shared settings from global, and its own first', async () => {
    const values = {
      global: {
        herald: {
          rabbitmq: { existingSecret: 'ours', vhost: 'a/b', hostKey: 'name' },
          publicUrl: 'https://a.example',
        },
      },
      rabbitmq: { existingSecret: 'mine' },
    };
    expect(environment(containerOf(await render('ingest', values)))).toMatchObject({
      AMQP_HOST: 'mine/name',
      AMQP_PORT: 'mine/port',
      AMQP_USERNAME: 'mine/username',
      AMQP_URL: 'amqp://$(AMQP_HOST):$(AMQP_PORT)/a%2Fb',
      PUBLIC_URL: 'https://a.example',
    });
  });

  it('needs no secret for a value that its environment sets', async () => {
    const extraEnv = ['AMQP_URL', 'MONGODB_URI'].map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: 'vault', key: name } },
    }));
    const manifests = await render('event-handler', {
      rabbitmq: { existingSecret: '' },
      mongodb: { existingSecret: '' },
      extraEnv,
    });
    expect(environment(containerOf(manifests))).toMatchObject({
      AMQP_URL: 'vault/AMQP_URL',
      MONGODB_URI: 'vault/MONGODB_URI',
    });
    const [migrate] = only(manifests, 'Job').spec?.template?.spec.containers ?? [];
    expect(migrate === undefined ? {} : environment(migrate)).toEqual({ MONGODB_URI: 'vault/MONGODB_URI' });
  });

  it('writes large numbers as numbers', async () => {
    const container = containerOf(await render('ingest', { config: { ingestRate: 12_000_000 } }));
    expect(environment(container).INGEST_RATE).toBe('12000000');
  });

  it('rolls its pods when an object that it creates changes, and only then', async () => {
    const checksum = async (values: object): Promise<unknown> =>
      only(await render('ingest', values), 'Deployment').spec?.template?.metadata?.annotations?.[
        'checksum/config'
      ];
    const key = (id: string) => ({
      apiKeys: { existingSecret: '', keys: [{ id, workspace: 'a', scopes: ['*'], sha256: 'a'.repeat(64) }] },
    });
    expect(await checksum(key('one'))).toBe(await checksum({ ...key('one'), replicaCount: 5 }));
    expect(await checksum(key('one'))).not.toBe(await checksum(key('two')));
    expect(await checksum({})).toBeUndefined();
  });

  it('derives the heap from the memory limit', async () => {
    const heap = async (memory: string): Promise<unknown> =>
      environment(containerOf(await render('ingest', { resources: { limits: { memory } } }))).NODE_OPTIONS;
    expect(await heap('512Mi')).toBe('--max-old-space-size=384');
    expect(await heap('2Gi')).toBe('--max-old-space-size=1536');
    expect(await heap('1500M')).toBe('--max-old-space-size=1072');
    expect(await heap('1073741824')).toBe('--max-old-space-size=768');
  });

  it('replaces a probe as a whole, or leaves it out', async () => {
    const container = containerOf(
      await render('ingest', {
        livenessProbe: { tcpSocket: { port: 'admin' } },
        startupProbe: { enabled: false },
      }),
    );
    expect(container.livenessProbe).toEqual({ tcpSocket: { port: 'admin' } });
    expect(container.startupProbe).toBeUndefined();
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'admin' });
  });

  it('restarts a process that hangs within 40 s, and not before RabbitMQ has given its deliveries back', async () => {
    const { livenessProbe } = containerOf(await render('messaging', {}));
    const { periodSeconds = 0, timeoutSeconds = 0, failureThreshold = 0 } = livenessProbe ?? {};
    // Two missing heartbeats of 10 s.
    expect(periodSeconds * (failureThreshold - 1) + timeoutSeconds).toBeGreaterThan(20);
    const grace = livenessProbe?.terminationGracePeriodSeconds ?? Number.POSITIVE_INFINITY;
    expect(periodSeconds * failureThreshold + timeoutSeconds + grace).toBeLessThan(40);
    const slow = containerOf(await render('messaging', { preStopSleepSeconds: 9 }));
    expect(slow.livenessProbe?.terminationGracePeriodSeconds).toBe(14);
  });

  it('keeps added labels out of its selectors', async () => {
    const labels = { 'app.kubernetes.io/name': 'other', team: 'growth' };
    const manifests = await render('ingest', {
      commonLabels: labels,
      podLabels: labels,
      global: { commonLabels: labels },
    });
    const selector = { 'app.kubernetes.io/name': 'ingest', 'app.kubernetes.io/instance': RELEASE };
    expect(only(manifests, 'Service').spec?.selector).toEqual(selector);
    expect(only(manifests, 'Deployment').spec?.template?.metadata?.labels).toMatchObject({
      ...selector,
      team: 'growth',
    });
    expect(only(manifests, 'ServiceAccount').metadata.labels).toMatchObject({ ...selector, team: 'growth' });
  });

  it.each<[string | boolean, number]>([
    ['hook', 1],
    ['job', 1],
    ['off', 0],
    [false, 0],
  ])('migrates by mode %s', async (mode, jobs) => {
    const made = (await render('event-handler', { migrate: { mode } })).filter(({ kind }) => kind === 'Job');
    expect(made).toHaveLength(jobs);
    expect(made.map(({ metadata }) => metadata.annotations?.['helm.sh/hook'])).toEqual(
      made.map(() => (mode === 'hook' ? 'pre-install,pre-upgrade' : undefined)),
    );
  });

  it('gives a plain migration a new name for each image, because a Job cannot be changed', async () => {
    const name = async (tag: string): Promise<string> =>
      only(await render('event-handler', { migrate: { mode: 'job' }, image: { tag } }), 'Job').metadata.name;
    expect(await name('v1')).not.toBe(await name('v2'));
    expect(await name('v1')).toBe(await name('v1'));
  });

  it('installs only the services that are on, and tests the path of an event if both its ends are on', async () => {
    const test = { apiKey: { existingSecret: 'key' } };
    const pods = async (values: object): Promise<string[]> =>
      (await render('herald', values))
        .filter(({ kind }) => kind === 'Pod')
        .map(({ metadata }) => metadata.name);
    expect(await pods({ test })).toContain(`${RELEASE}-herald-round-trip`);
    expect(await pods({})).not.toContain(`${RELEASE}-herald-round-trip`);
    expect(await pods({ test, 'event-handler': { enabled: false }, messaging: { enabled: false } })).toEqual([
      `${RELEASE}-campaign-runner-test`,
      `${RELEASE}-ingest-test`,
    ]);
  });

  it('warns in its notes about channels that are only shown and counted as sent', async () => {
    if ('unavailable' in helm) throw new Error(helm.unavailable);
    const set = ['credentials.SMTP_URL.existingSecret=', 'config.consoleChannels=email'];
    const { stdout } = await workspace.notes(helm, 'messaging', { files: leastOf('messaging'), set });
    expect(stdout).toContain('email: WARNING: shown in the log and counted as sent, not sent');
  });

  it.each<[string, ChartName, object, object]>([
    ['the mail server, wherever it is', 'messaging', {}, { ports: tcp(25, 465, 587, 2525) }],
    [
      'receivers of webhooks on every port that a webhook may use',
      'messaging',
      {},
      { ports: [...tcp(443), { port: 1024, endPort: 65535, protocol: 'TCP' }], to: expect.any(Array) },
    ],
    [
      'networks that webhooks and files may use although they are not public',
      'messaging',
      { config: { webhookAllow: '10.1.0.0/16, 10.9.8.7', attachmentAllow: 'fd00::/8' } },
      {
        ports: [...tcp(80, 443), { port: 1024, endPort: 65535, protocol: 'TCP' }],
        to: ['10.1.0.0/16', '10.9.8.7/32', 'fd00::/8'].map((cidr) => ({ ipBlock: { cidr } })),
      },
    ],
    [
      'a provider on a port of its own',
      'messaging',
      { config: { sendgridUrl: 'https://mail.example:8443' } },
      { ports: tcp(443, 8443), to: expect.any(Array) },
    ],
    [
      'Amazon SNS, where a source needs it',
      'ingest',
      { networkPolicy: { enabled: true, egress: { sns: { enabled: true } } } },
      { ports: tcp(443), to: expect.any(Array) },
    ],
    [
      'the mailbox to which mail comes back',
      'ingest',
      { bounceAddress: 'b@a.example', credentials: { BOUNCE_IMAP_URL: { existingSecret: 'mailbox' } } },
      { ports: tcp(993, 143) },
    ],
    ...Object.entries({
      '192.0.2.53': ['192.0.2.53/32', 53],
      '192.0.2.53:5353': ['192.0.2.53/32', 5353],
      '2001:db8::53': ['2001:db8::53/128', 53],
      '[2001:db8::53]:5353': ['2001:db8::53/128', 5353],
    }).map(([dnsServers, [cidr, port]]): [string, ChartName, object, object] => [
      `the name server ${dnsServers}`,
      'messaging',
      { config: { dnsServers: `${dnsServers}, 198.51.100.1` } },
      { ports: ['UDP', 'TCP'].map((protocol) => ({ port, protocol })), to: [{ ipBlock: { cidr } }] },
    ]),
    [
      'the collector on the port it is said to have',
      'ingest',
      { telemetry: { endpoint: 'http://collector.example:14318' } },
      { ports: tcp(4317, 4318, 14318) },
    ],
    [
      'the broker on the port it is said to have',
      'ingest',
      { rabbitmq: { port: '15671' } },
      { ports: tcp(5672, 5671, 15671) },
    ],
  ])('lets pods out to %s (%s)', async (_, chart, values, rule) => {
    const manifests = await render(chart, { networkPolicy: { enabled: true }, ...values });
    const [policy] = manifests.filter(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === `${RELEASE}-${chart}`,
    );
    expect((policy as { spec?: { egress?: object[] } } | undefined)?.spec?.egress).toContainEqual(rule);
  });

  it('gives ingest no egress to the internet by default', async () => {
    const manifests = await render('ingest', { networkPolicy: { enabled: true } });
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies).not.toEqual([]);
    expect(JSON.stringify(policies)).not.toContain('0.0.0.0/0');
  });

  it('gives pods no egress to mail servers while none is set and workspaces may have none', async () => {
    const manifests = await render('messaging', {
      networkPolicy: { enabled: true, egress: { mailServers: { enabled: false } } },
      credentials: { SMTP_URL: { existingSecret: '' }, SENDGRID_API_KEY: { existingSecret: 'sendgrid' } },
    });
    expect(JSON.stringify(manifests.filter(({ kind }) => kind === 'NetworkPolicy'))).not.toContain('587');
  });

  it.each<[string, ChartName, string, string[]]>([
    [
      'its scaler, queues and secrets',
      'event-handler',
      'keda',
      [
        '2 to 20, scaled by KEDA',
        'Queues       event-handler.events',
        'rabbitmq-default-user: host, port, username, password',
      ],
    ],
    [
      'where it is reached, and keys with other names',
      'messaging',
      'everything',
      [
        'https://events.example.com',
        '2 to 10, scaled by a HorizontalPodAutoscaler',
        'broker: connection_string',
        'sendgrid: api-key (as SENDGRID_API_KEY)',
      ],
    ],
    ['that nothing scales it', 'ingest', 'secrets', ['2, not scaled']],
    [
      'what sends each channel, and which ones send nothing',
      'messaging',
      'keda',
      ['email: SMTP', 'sms: WARNING: no provider; its messages fail as no_provider'],
    ],
    [
      'all services, and how to try them',
      'herald',
      'everything-herald',
      [`http://${RELEASE}-messaging:80`, `helm test ${RELEASE} -n herald`],
    ],
  ])('says in its notes %s', async (_, chart, file, sentences) => {
    if ('unavailable' in helm) throw new Error(helm.unavailable);
    const { stdout } = await workspace.notes(helm, chart, {
      files: [...leastOf(chart), valuesFile(file)],
    });
    for (const sentence of sentences) expect(stdout).toContain(sentence);
  });

  describe('with rules', () => {
    const rules = async (prometheusRule: object): Promise<AlertRule[]> => {
      const folder = join(workspace.path('ingest'), 'rules');
      await mkdir(folder, { recursive: true });
      const own = [
        {
          alert: 'OwnHigh',
          expr: 'sum(rate(a_total[5m])) > 5',
          for: '5m',
          labels: { severity: 'page' },
          annotations: { runbook_url: 'docs/runbooks/OwnHigh.md' },
        },
        { alert: 'OwnOdd', expr: 'absent(a_total)', annotations: { summary: '{{ $labels.pod }} is odd' } },
        { record: 'a:rate5m', expr: 'sum(rate(a_total[5m]))' },
      ];
      await writeFile(
        join(folder, 'own.yaml'),
        stringify({ groups: [{ name: 'own', interval: '30s', rules: own }] }),
      );
      const made = only(
        await render('ingest', { prometheusRule: { enabled: true, ...prometheusRule } }),
        'PrometheusRule',
      );
      return (made.spec?.groups ?? [])
        .flatMap((group) => group.rules)
        .filter((rule) => rule.alert?.startsWith('Own') ?? rule.expr.includes('a_total'));
    };

    it('passes them on unchanged, including templates of Prometheus', async () => {
      const [high, odd, record] = await rules({});
      expect(high).toMatchObject({
        expr: 'sum(rate(a_total[5m])) > 5',
        for: '5m',
        labels: { severity: 'page' },
      });
      expect(odd?.annotations).toEqual({ summary: '{{ $labels.pod }} is odd' });
      expect(record).toEqual({ record: 'a:rate5m', expr: 'sum(rate(a_total[5m]))' });
    });

    it('changes an alert by the values', async () => {
      const alerts = {
        OwnHigh: { threshold: 0.25, for: '1h', severity: 'ticket', labels: { area: 'a' } },
        OwnOdd: { enabled: false },
      };
      const [high, ...rest] = await rules({
        alerts,
        extraAlertLabels: { team: 'growth' },
        runbookBaseUrl: 'https://books.example/run/',
      });
      expect(high).toEqual({
        alert: 'OwnHigh',
        expr: 'sum(rate(a_total[5m])) > 0.25',
        for: '1h',
        labels: { severity: 'ticket', team: 'growth', area: 'a' },
        annotations: { runbook_url: 'https://books.example/run/OwnHigh.md' },
      });
      expect(rest).toHaveLength(1);
    });

    it('refuses a threshold for an alert without one', async () => {
      await expect(rules({ alerts: { OwnOdd: { threshold: 1 } } })).rejects.toThrow(
        'prometheusRule.alerts.OwnOdd.threshold: the expression of this alert does not end in a ' +
          'comparison with a number.',
      );
    });
  });
});
