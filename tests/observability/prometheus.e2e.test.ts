import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, type Four, freePort, migrateStore, root, SERVICES, startFour } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { alertsOf, dashboards, files } from '@herald/observability';
import { findPrometheuses, type Programs, type Prometheus, startPrometheus } from '@herald/prometheus';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { withDatabase } from '@herald/store/mongodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { install } from '../whole/whole.ts';
import { whyUnmeasured } from './unmeasured.ts';

const [found, mongo, rabbit] = await Promise.all([findPrometheuses(), startMongo(), startTestRabbit()]);
const programs = found.filter((one): one is Programs => !('unavailable' in one));

/** At about two a second, enough for the samples that rates need. */
const PEOPLE = 24;

/** Promises that are measured by a histogram's buckets. */
const LATENCIES = [
  'ingest_latency',
  'event_freshness',
  'decision_freshness',
  'wait_lateness',
  'send_lateness',
];

interface Asked {
  readonly where: string;
  readonly panel: string;
  readonly expr: string;
}

const chosen = (expr: string, service: string): string =>
  expr.replaceAll('$namespace', 'test').replaceAll('$service', service).replaceAll('$__rate_interval', '30s');

const ofDashboards: readonly Asked[] = dashboards.flatMap(({ dashboard: { title, service, rows } }) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      panel.queries.map(({ expr }) => ({
        where: title,
        panel: panel.title,
        expr: chosen(expr, service ?? '.+'),
      })),
    ),
  ),
);
const ofAlerts: readonly Asked[] = [...SERVICES, 'herald' as const].flatMap((chart) =>
  alertsOf(chart).flatMap(({ alert, labels, measures }) =>
    measures.map((expr) => ({
      where: `alerts of ${chart}`,
      panel: [alert, labels?.window].filter(Boolean).join(' '),
      expr,
    })),
  ),
);

const oneIsMissing = programs.length < found.length && process.env.REQUIRE_SERVICES === '1';
if (programs.length === 0 || oneIsMissing || 'unavailable' in mongo || 'unavailable' in rabbit) {
  const why = [...found, mongo, rabbit]
    .flatMap((one) => ('unavailable' in one ? [one.unavailable] : []))
    .join('; ');
  test(`dashboards and alerts are asked of a real Prometheus: ${why}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });
} else {
  const versions = programs.map(({ version }) => version);

  describe('every Prometheus that scrapes the four services under a small load', () => {
    const running = new Map<string, Prometheus>();
    let stop = async (): Promise<void> => {};
    const answers = new Map(versions.map((version) => [version, new Set<string>()]));
    const query = async (version: string, expr: string) => {
      const prometheus = running.get(version);
      if (prometheus === undefined) throw new Error(`Prometheus ${version} does not run`);
      return prometheus.query(expr);
    };

    beforeAll(async () => {
      const { dir, logFile, inbox, env, clients } = await install();
      const services = {
        MONGODB_URI: withDatabase(mongo.uri, `herald_metrics_${process.pid}`),
        AMQP_URL: rabbit.url,
      };
      await migrateStore(services);
      const four = await startFour({ ...env, ...services }, logFile);
      const rules = [...files().keys()]
        .filter((file) => /^charts\/.*\/rules\//.test(file))
        .map((file) => join(root, file));
      stop = async () => {
        await Promise.all([...running.values()].map((prometheus) => prometheus.stop()));
        await four.stop();
        await inbox.stop();
        await Promise.all([mongo.stop(), rabbit.stop()]);
        await rm(dir, { recursive: true, force: true });
      };
      for (const one of programs) {
        const options = { port: await freePort(), targets: targetsOf(four), rules };
        running.set(one.version, await startPrometheus(one, options));
      }
      const { acme, nobody } = clients(four.baseOf);
      await prepare(acme);
      await load(acme, nobody);
      await vi.waitFor(() => expect(inbox.mails).toHaveLength(2 * PEOPLE), { timeout: 30_000 });
      const asked = [...ofDashboards, ...ofAlerts].filter(({ expr }) => whyUnmeasured(expr) === undefined);
      // Rules on rules take an evaluation or two. A query that stays without data fails its own test.
      const isAnswered = async (version: string, seen: Set<string>): Promise<void> => {
        for (const { expr } of asked) {
          if (seen.has(expr)) continue;
          const samples = await query(version, expr);
          if (samples.some(({ value }) => !Number.isNaN(value))) seen.add(expr);
        }
        expect(asked.every(({ expr }) => seen.has(expr))).toBe(true);
      };
      await Promise.all(
        [...answers].map(([version, seen]) =>
          vi.waitFor(() => isAnswered(version, seen), { timeout: 10_000, interval: 500 }).catch(() => {}),
        ),
      );
    }, 120_000);
    afterAll(() => stop());

    describe.each(versions)('Prometheus %s', (version) => {
      test.each([...ofDashboards, ...ofAlerts])('$where: $panel has data: $expr', ({ expr }) => {
        if (whyUnmeasured(expr) !== undefined) return;
        expect(answers.get(version)?.has(expr), expr).toBe(true);
      });

      test('finds nothing for a query that is listed as having no data outside Kubernetes', async () => {
        for (const { expr } of [...ofDashboards, ...ofAlerts]) {
          if (whyUnmeasured(expr) !== undefined) expect(await query(version, expr)).toEqual([]);
        }
      });

      test('counts event to send for mails that an event caused, not for those after a wait', async () => {
        const sum = async (expr: string) => (await query(version, `sum(${expr})`))[0]?.value;
        await vi.waitFor(
          async () => {
            expect(await sum('herald_event_to_send_seconds_count')).toBe(PEOPLE);
            expect(await sum('herald_messages_total{outcome="sent"}')).toBe(2 * PEOPLE);
          },
          { timeout: 30_000, interval: 250 },
        );
      });

      test('counts what was quick as quick: no promise is broken', async () => {
        for (const slug of LATENCIES) {
          const [ratio] = await query(version, `max(namespace:herald_${slug}_errors:ratio_rate5m)`);
          expect(ratio?.value, slug).toBeLessThan(0.5);
        }
      });

      test('lets no alert fire, or be about to, while all is well', async () => {
        expect(await query(version, 'ALERTS')).toEqual([]);
      });

      test('names the service in every series, and never whom it is about', async () => {
        const series = await query(version, '{__name__=~"herald_.+"}');
        expect(series.length).toBeGreaterThan(100);
        for (const { labels } of series) {
          expect(labels.service_name ?? labels.__name__).toBeDefined();
          expect(Object.values(labels).join(' ')).not.toMatch(/acme|ann-|example\.com/);
        }
      });
    });
  });
}

const targetsOf = (four: Four) =>
  SERVICES.map((service, index) => ({
    address: new URL(four.admins[index] ?? '').host,
    labels: { namespace: 'test', pod: `${service}-0`, job: service },
  }));

async function prepare(acme: Client): Promise<void> {
  await acme.put('/v1/sources/open', {
    verify: { scheme: 'none' },
    map: { type: '"repo.starred"', prospectId: 'body.who' },
  });
  await acme.put('/v1/templates/hello', { channel: 'email', subject: 'Hello', html: '<p>Hello</p>' });
  await acme.put('/v1/campaigns/hello', {
    id: 'hello',
    enter: { on: 'trial.started', again: 'always' },
    steps: [
      { id: 'first', email: { template: 'hello' } },
      { id: 'pause', wait: 'PT1S' },
      { id: 'second', email: { template: 'hello' } },
    ],
  });
  await acme.post('/v1/campaigns/hello/launch');
}

/** A few people a second, by API and by webhook, and some queries. */
async function load(acme: Client, nobody: Client): Promise<void> {
  for (let n = 0; n < PEOPLE; n += 1) {
    const who = `ann-${n}`;
    const profile = {
      type: 'prospect.updated',
      prospectId: who,
      data: { traits: { email: `${who}@example.com` } },
    };
    await acme.post('/v1/events', [profile, { type: 'trial.started', prospectId: who }]);
    await nobody.post('/hooks/acme/open', { who, n });
    await Promise.all([
      acme.get('/v1/events?limit=1'),
      acme.get('/v1/campaigns'),
      acme.get('/v1/messages?limit=1'),
      acme.get('/v1/sources'),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
