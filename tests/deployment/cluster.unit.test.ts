import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { exists, filesUnder, text, yaml } from './files.ts';
import { kustomized, podsOf } from './manifests.ts';

interface Secret {
  readonly existingSecret: string;
  readonly key?: string;
}

interface Values {
  readonly global: {
    readonly herald: Readonly<Record<'rabbitmq' | 'mongodb' | 'apiKeys' | 'secrets', Secret>>;
  };
  readonly test: { readonly apiKey: Secret };
  readonly messaging: { readonly credentials: { readonly SMTP_URL: Secret } };
}

const folders = filesUnder('k8s')
  .filter((path) => path.endsWith('/kustomization.yaml'))
  .map((path) => path.slice(0, -'/kustomization.yaml'.length));

describe.each(folders)('%s', (folder) => {
  const all = kustomized(folder);

  it('names files that exist', () => {
    expect(all.files.filter((path) => !exists(path))).toEqual([]);
  });

  it('runs pods that the restricted standard admits, each with a memory limit', () => {
    for (const pod of podsOf(all)) {
      const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext ?? {};
      expect({ of: pod.of, runAsNonRoot, seccompProfile, hostNetwork: pod.hostNetwork ?? false }).toEqual({
        of: pod.of,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
        hostNetwork: false,
      });
      expect(runAsUser).not.toBe(0);
      for (const { name, securityContext, resources } of [...(pod.initContainers ?? []), ...pod.containers]) {
        expect({ name, ...securityContext }).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(securityContext?.capabilities?.add, name).toBeUndefined();
        expect(resources?.limits?.memory, name).toBeTypeOf('string');
      }
    }
  });

  it('takes each image by an exact version', () => {
    for (const { image } of podsOf(all).flatMap(({ containers }) => containers)) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+(-management)?$/);
    }
  });
});

it('the dependencies read secrets that are installed with them', () => {
  const all = kustomized('k8s/dependencies');
  const read = podsOf(all).flatMap(({ containers }) =>
    containers.flatMap(({ env }) => (env ?? []).flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])),
  );
  expect(read.length).toBeGreaterThan(0);
  for (const { name, key } of read) expect(all.secrets.get(name) ?? [], name).toContain(key);
});

describe('the values of development', () => {
  const [values] = yaml<Values>('k8s/environments/dev/values.yaml');
  const { secrets } = kustomized('k8s/dependencies');

  it('name secrets that k8s/dependencies makes, with their keys', () => {
    if (values === undefined) throw new Error('there are none');
    const { rabbitmq, mongodb, apiKeys, secrets: files } = values.global.herald;
    expect(secrets.get(rabbitmq.existingSecret)).toEqual(['host', 'port', 'username', 'password']);
    expect(secrets.get(mongodb.existingSecret)).toContain(mongodb.key);
    expect(secrets.get(apiKeys.existingSecret)).toContain('api-keys.yaml');
    expect(secrets.get(files.existingSecret)).toContain('link-secret');
    expect(secrets.get(values.test.apiKey.existingSecret)).toContain('api-key');
    const smtp = values.messaging.credentials.SMTP_URL;
    expect(secrets.get(smtp.existingSecret)).toContain(smtp.key);
  });

  it('have an API key whose hash is in the file of keys', () => {
    const [, key = ''] = /api-key=(\S+)/.exec(text('k8s/dependencies/credentials/kustomization.yaml')) ?? [];
    const [file] = yaml<{ keys: { sha256: string }[] }>('k8s/dependencies/credentials/api-keys.yaml');
    expect(file?.keys.map(({ sha256 }) => sha256)).toEqual([hash('sha256', key, 'hex')]);
    expect(text('skaffold.yaml')).toContain(key);
  });
});

it('RabbitMQ has the same settings for retries in development and in production', () => {
  const settings = (from: string): string[] => from.match(/\{dead_letter_\w+, \d+\}/g) ?? [];
  const development = settings(text('k8s/dependencies/rabbitmq/advanced.config'));
  expect(development).toHaveLength(1);
  const [cluster] = yaml<{ spec: { rabbitmq: { advancedConfig: string } } }>(
    'k8s/production/rabbitmq/cluster.yaml',
  );
  expect(settings(cluster?.spec.rabbitmq.advancedConfig ?? '')).toEqual(development);
});

it('RabbitMQ, MongoDB and Mailpit have the same version everywhere', () => {
  const texts = [...filesUnder('k8s'), 'compose.yaml', 'Makefile', '.github/workflows/ci.yml'].map((path) =>
    text(path),
  );
  const versions = (pattern: RegExp): Set<string> =>
    new Set(texts.flatMap((one) => one.match(pattern) ?? []));
  expect([...versions(/\brabbitmq:4\.3[\w.-]*/g)]).toEqual(['rabbitmq:4.3.5-management']);
  expect([...versions(/\brabbitmq:4\.2[\w.-]*/g)]).toEqual(['rabbitmq:4.2.9-management']);
  expect([...versions(/\bmongo:\d[\w.-]*/g)]).toEqual(['mongo:8.0.29']);
  expect([...versions(/\bmailpit:v\d[\w.-]*/g)]).toEqual(['mailpit:v1.31.2']);
  const [database] = yaml<{ spec: { version: string } }>('k8s/production/mongodb/mongodb.yaml');
  expect(database?.spec.version).toBe('8.0.29');
});
