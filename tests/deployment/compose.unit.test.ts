import { SERVICES } from '@herald/harness';
import { describe, expect, it } from 'vitest';
import { exists, text, yaml } from './files.ts';

interface Service {
  readonly build?: object;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
}

const [compose] = yaml<{ services: Readonly<Record<string, Service>> }>('compose.yaml');
const serviceOf = (name: string): Service => compose?.services[name] ?? {};
const targets = new Set(text('Dockerfile').match(/(?<= AS )\S+/g));

/** The generated tables of configuration: name, and whether it is required. */
const settings = new Map(
  [...text('docs/configuration.md').matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)].map(([, name, fallback]) => [
    name,
    fallback?.includes('required') ?? false,
  ]),
);
const required = [...settings].filter(([, isRequired]) => isRequired).map(([name]) => name);

describe.each([...SERVICES, 'all-in-one'])('the service %s', (name) => {
  const service = serviceOf(name);

  it('is built from its target of the Dockerfile', () => {
    expect(service.build).toEqual({ context: '.', target: name });
    expect(targets).toContain(name);
  });

  it('has every required setting, and none that it does not know', () => {
    const set = Object.keys(service.environment ?? {});
    expect(required.length).toBeGreaterThan(3);
    expect(required.filter((setting) => setting !== undefined && !set.includes(setting))).toEqual([]);
    expect(set.filter((setting) => !settings.has(setting))).toEqual([]);
  });

  it('has more time to end than a shutdown may take', () => {
    const [, usual] = /`SHUTDOWN_TIMEOUT` \| `(PT\d+S)`/.exec(text('docs/configuration.md')) ?? [];
    const timeout = service.environment?.SHUTDOWN_TIMEOUT ?? usual ?? '';
    expect(timeout).toMatch(/^PT\d+S$/);
    const given = Number.parseInt(service.stop_grace_period ?? '', 10);
    expect(given).toBeGreaterThan(Number(timeout.slice(2, -1)));
  });

  it('may write nowhere and has no privileges', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });
});

it('all in one starts only when it is named, on the same database and broker', () => {
  const profiled = Object.entries(compose?.services ?? {}).filter(
    ([, { profiles }]) => profiles !== undefined,
  );
  expect(profiled.map(([name]) => name)).toEqual(['all-in-one']);
  const { MONGODB_URI, AMQP_URL } = serviceOf('ingest').environment ?? {};
  expect(MONGODB_URI).toBeDefined();
  expect(serviceOf('all-in-one').environment).toMatchObject({ MONGODB_URI, AMQP_URL });
});

it('migrates by a program that the image has', () => {
  const [, program = ''] = serviceOf('migrate').command ?? [];
  expect(exists(program)).toBe(true);
});

it('mounts files that exist', () => {
  const mounts = serviceOf('rabbitmq').volumes ?? [];
  const files = mounts.filter((mount) => mount.startsWith('./')).map((mount) => mount.split(':')[0] ?? '');
  expect(files).toHaveLength(2);
  for (const file of files) expect(exists(file), file).toBe(true);
});

it('listens on loopback only', () => {
  const ports = Object.values(compose?.services ?? {}).flatMap(({ ports: own }) => own ?? []);
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});
