import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, readManifests } from '../manifests.ts';
import { policies } from './policies.ts';

const GOOD = `
kind: Deployment
metadata: { name: a }
spec:
  replicas: 2
  selector: { matchLabels: { app.kubernetes.io/name: a, app.kubernetes.io/instance: r } }
  template:
    metadata: { labels: { app.kubernetes.io/name: a, app.kubernetes.io/instance: r } }
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 45
      volumes: [{ name: tmp, emptyDir: {} }]
      containers:
        - name: a
          ports: [{ name: admin, containerPort: 9090 }]
          env:
            - { name: NODE_OPTIONS, value: --max-old-space-size=288 }
            - { name: AMQP_HOST, value: b }
            - { name: AMQP_URL, value: 'amqp://$(AMQP_HOST)' }
            - { name: SHUTDOWN_TIMEOUT, value: PT25S }
          livenessProbe: { httpGet: { path: /livez, port: admin } }
          readinessProbe: { httpGet: { path: /readyz, port: admin } }
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
          resources: { requests: { cpu: 100m, memory: 192Mi }, limits: { memory: 384Mi } }
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            runAsNonRoot: true
            runAsGroup: 10001
            capabilities: { drop: [ALL] }
            seccompProfile: { type: RuntimeDefault }
---
kind: Service
metadata: { name: a }
spec:
  type: ClusterIP
  selector: { app.kubernetes.io/name: a, app.kubernetes.io/instance: r }
  ports: [{ name: http, port: 80, targetPort: http }, { name: admin, port: 9090, targetPort: admin }]
---
kind: ServiceAccount
metadata: { name: a }
automountServiceAccountToken: false
---
kind: Ingress
metadata: { name: a }
spec: { rules: [{ http: { paths: [{ path: /hooks, backend: { service: { name: a, port: { name: http } } } }] } }] }
`;

const breaches = (text: string): string[] => {
  const manifests = readManifests(text);
  return Object.entries(policies).flatMap(([name, policy]) => (policy(manifests).length > 0 ? [name] : []));
};

/** The valid objects with one text replaced. */
const but = (from: string, to: string): string => {
  if (!GOOD.includes(from)) throw new Error(`there is no ${from}`);
  return GOOD.replace(from, to);
};

const SCALER =
  '\n---\n{ kind: HorizontalPodAutoscaler, metadata: { name: a }, spec: { scaleTargetRef: { name: a } } }';
const JOB =
  '\n---\n{ kind: Job, metadata: { name: j }, spec: { template: { ' +
  'metadata: { labels: { app.kubernetes.io/name: a, app.kubernetes.io/instance: r } }, ' +
  'spec: { automountServiceAccountToken: false, enableServiceLinks: false, containers: [] } } } }';

describe('the policies', () => {
  it('accept valid objects', () => {
    expect(breaches(GOOD)).toEqual([]);
  });

  it.each([
    ['no replicas beside a scaler, and one scaler at most', GOOD + SCALER],
    ['no replicas beside a scaler, and one scaler at most', but('replicas: 2', '{}').replace('  {}\n', '')],
    [
      'no variable stands twice in an environment',
      but('name: AMQP_HOST', 'name: NODE_OPTIONS, old: AMQP_HOST').replace('$(AMQP_HOST)', 'b'),
    ],
    [
      'references in an environment go back',
      but('{ name: AMQP_HOST, value: b }', '{ name: OTHER, value: b }'),
    ],
    ['every container is restricted', but('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false')],
    ['every container is restricted', but('drop: [ALL]', 'drop: [CHOWN]')],
    [
      'every container is restricted',
      but('runAsNonRoot: true', 'runAsNonRoot: true, runAsUser: 1').replace(
        'true, runAsUser: 1',
        'true\n            runAsUser: 1',
      ),
    ],
    ['every container is restricted', but('runAsGroup: 10001', 'runAsGroup: 0')],
    ['every container is restricted', but('            runAsGroup: 10001\n', '')],
    [
      'every container is restricted',
      but('enableServiceLinks: false', 'enableServiceLinks: false\n      securityContext: { runAsGroup: 1 }'),
    ],
    ['pods see neither the API nor their host', but('emptyDir', 'hostPath')],
    ['pods see neither the API nor their host', but('enableServiceLinks: false', 'enableServiceLinks: true')],
    ['every container has requests, and no limit of CPU', but('cpu: 100m, ', '')],
    [
      'every container has requests, and no limit of CPU',
      but('limits: { memory', 'limits: { cpu: 1, memory'),
    ],
    [
      'health is asked on the admin port',
      but('{ path: /readyz, port: admin }', '{ path: /readyz, port: http }'),
    ],
    ['the heap fits into the limit of memory', but('size=288', 'size=400')],
    [
      'selectors hold name and instance, nothing else',
      but(
        'matchLabels: { app.kubernetes.io/name: a,',
        'matchLabels: { helm.sh/chart: a-1, app.kubernetes.io/name: a,',
      ),
    ],
    ['services have only the pods of their own Deployment', GOOD + JOB],
    ['no route leads to the admin port', but('port: { name: http } } }', 'port: { name: admin } } }')],
    ['no route leads to the admin port', but('port: { name: http } } }', 'port: { number: 9090 } } }')],
    ['no route leads to the admin port', but('path: /hooks', 'path: /metrics')],
    ['no route leads to the admin port', but('type: ClusterIP', 'type: LoadBalancer')],
    ['no account mounts its token', but('{ name: a }\nautomountServiceAccountToken: false', '{ name: a }')],
    ['no secret is rendered', `${GOOD}\n---\n{ kind: Secret, metadata: { name: s } }`],
    ['no secret is rendered', but("'amqp://$(AMQP_HOST)'", 'amqp://me:secret@broker')],
    ['the grace period outlasts the stop', but('PT25S', 'PT40S')],
    [
      'names fit into a label',
      but('name: AMQP_HOST', 'name: AMQP_HOST').replaceAll(
        'metadata: { name: a }',
        `metadata: { name: ${'a'.repeat(64)} }`,
      ),
    ],
  ])('%s: a breach is found', (name, text) => {
    expect(breaches(text)).toContain(name);
  });
});

describe('manifests', () => {
  it('a duplicate key is an error', () => {
    expect(() => readManifests('kind: A\nkind: B\n')).toThrow('unique');
  });

  it('empty documents are skipped', () => {
    const made: Manifest[] = readManifests('---\n# nothing\n---\nkind: A\nmetadata: { name: a }\n');
    expect(made).toEqual([parse('{ kind: A, metadata: { name: a } }')]);
  });
});
