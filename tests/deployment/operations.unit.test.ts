import { describe, expect, it } from 'vitest';
import { exists, text, yaml } from './files.ts';

const page = text('docs/operations.md');
const found = (pattern: RegExp): string[] => [...new Set(page.match(pattern) ?? [])];

describe('docs/operations.md', () => {
  it('names metrics that the services show', () => {
    const metrics = found(/\bherald_[a-z_]+/g);
    const known = text('docs/metrics.md');
    expect(metrics.length).toBeGreaterThan(8);
    expect(metrics.filter((name) => !known.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('names files that exist', () => {
    const files = found(/\b(apps|k8s|charts|\.github)\/[\w./-]*\w/g);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((path) => !exists(path))).toEqual([]);
  });

  it('names verbs of the Makefile', () => {
    const makefile = text('Makefile');
    const verbs = found(/\bmake [a-z -]+(?=[`A-Z&])/g).flatMap((line) => line.trim().split(' ').slice(1));
    expect(verbs.length).toBeGreaterThan(3);
    expect(verbs.filter((verb) => !new RegExp(`^${verb}:`, 'm').test(makefile))).toEqual([]);
  });

  it('names values that the charts have', () => {
    const [values] = yaml<Values>('charts/messaging/values.yaml');
    const [handler] = yaml<Values>('charts/event-handler/values.yaml');
    const paths = [...page.matchAll(/--set(?:-string)? '?messaging\.([\w.]+?)[=\\]/g)].map(
      ([, path = '']) => path,
    );
    const named = [
      'config.shutdownTimeout',
      'config.delayStrategy',
      'preStopSleepSeconds',
      'heap.percent',
      'image.digest',
    ];
    const more = ['replicaCount', 'deploymentAnnotations', 'keda.transferHpaOwnership'];
    expect(paths.length).toBeGreaterThan(2);
    for (const path of [...paths.map((one) => one.replace(/\.helm$/, '')), ...named, ...more]) {
      expect(at(values, path), path).toBeDefined();
      if (!paths.includes(path)) expect(page).toContain(path.replace('keda.', ''));
    }
    expect(at(handler, 'migrate.mode')).toBeDefined();
  });

  it('names settings, scopes and routes of the services', () => {
    const readme = text('docs/configuration.md');
    for (const setting of ['UNKNOWN_RESEND', 'SMTP_URL', 'DELAY_HORIZON']) {
      expect(page).toContain(setting);
      expect(readme).toContain(`| \`${setting}\` |`);
    }
    const readmes = ['event-handler', 'campaign-runner', 'messaging']
      .map((app) => text(`apps/${app}/README.md`))
      .join();
    for (const route of found(/(?<=`(?:GET|POST) )\/v1\/(?!dead-letters)[\w/:-]+/g)) {
      const [first = '', last = ''] = [route.replace(/\/[a-z]+$/, ''), /[a-z]+$/.exec(route)?.[0] ?? ''];
      expect(readmes).toContain(first);
      expect(readmes).toContain(last);
    }
  });
});

interface Values {
  readonly [name: string]: Values | string | number | boolean | null;
}

const at = (values: Values | undefined, path: string): unknown =>
  path
    .split('.')
    .reduce<Values[string] | undefined>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? inner[name] : undefined),
      values,
    );
