import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Client,
  describeProblem,
  type Four,
  freePort,
  migrateStore,
  root,
  SERVICES,
  startFour,
} from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { alertsOf, dashboards, files } from '@herald/observability';
import { findPrometheus, type Prometheus, startPrometheus } from '@herald/prometheus';
import { startRabbit } from '@herald/rabbitmq-server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { install } from '../whole/whole.ts';
import { whyUnmeasured } from './unmeasured.ts';

const [found, mongo, rabbit] = await Promise.all([findPrometheus(), startMongo(), startRabbit()]);

/** Where the table of what was found is written, when it is asked for. */
const TABLE = process.env.WRITE_DASHBOARD_TABLE === '1' ? join(root, 'docs/dashboards.md') : undefined;
/** Enough, at two or so a second, for the samples that rates need. */
const PEOPLE = 24;

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
        ...{ where: title, panel: panel.title },
        expr: chosen(expr, service ?? '.+'),
      })),
    ),
  ),
);
const ofAlerts: readonly Asked[] = [...SERVICES, 'herald' as const].flatMap((chart) =>
  alertsOf(chart).flatMap(({ alert, labels, measures }) =>
    measures.map((expr) => ({
      ...{ where: `alerts of ${chart}`, panel: [alert, labels?.window].filter(Boolean).join(' ') },
      expr,
    })),
  ),
);

if ('unavailable' in found || 'unavailable' in mongo || 'unavailable' in rabbit) {
  const why = [found, mongo, rabbit]
    .flatMap((one) => ('unavailable' in one ? [one.unavailable] : []))
    .join('; ');
  test(`dashboards and alerts are asked of a real Prometheus: ${why}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });
} else {
  describe('a Prometheus that scrapes the four services under a small load', () => {
    let prometheus: Prometheus;
    let stop = async (): Promise<void> => {};
    const answers = new Map<string, string>();

    beforeAll(async () => {
      const { dir, logFile, inbox, env, clients } = await install();
      const uri = new URL(mongo.uri);
      uri.pathname = `/herald_metrics_${process.pid}`;
      const services = { MONGODB_URI: String(uri), AMQP_URL: rabbit.url };
      await migrateStore(services);
      const four = await startFour({ ...env, ...services }, logFile);
      const port = await freePort();
      prometheus = await startPrometheus(found, {
        port,
        targets: targetsOf(four),
        rules: [...files().keys()]
          .filter((file) => /^charts\/.*\/rules\//.test(file))
          .map((file) => join(root, file)),
      });
      stop = async () => {
        await prometheus.stop();
        await four.stop();
        await inbox.stop();
        await Promise.all([mongo.stop(), rabbit.stop()]);
        await rm(dir, { recursive: true, force: true });
      };
      const { acme, nobody } = clients(four.baseOf);
      await prepare(acme);
      await load(acme, nobody);
      await vi.waitFor(() => expect(inbox.mails).toHaveLength(2 * PEOPLE), { timeout: 30_000 });
      const asked = [...ofDashboards, ...ofAlerts].filter(({ expr }) => whyUnmeasured(expr) === undefined);
      // Recordings of recordings take an evaluation or two.
      await vi
        .waitFor(
          async () => {
            for (const { expr } of asked) {
              if (answers.has(expr)) continue;
              const values = (await prometheus.query(expr))
                .map(({ value }) => value)
                .filter((value) => !Number.isNaN(value));
              if (values.length > 0) answers.set(expr, describeValues(values));
            }
            expect(asked.every(({ expr }) => answers.has(expr))).toBe(true);
          },
          { timeout: 10_000, interval: 500 },
        )
        .catch(() => {}); // what is missing is told query by query
    }, 120_000);
    afterAll(() => stop());

    test.each([...ofDashboards, ...ofAlerts])('$where: $panel has data: $expr', ({ expr }) => {
      if (whyUnmeasured(expr) !== undefined) return;
      expect(answers.get(expr), expr).toBeDefined();
    });

    test('no query that has data stands on the list of those that cannot', async () => {
      for (const { expr } of [...ofDashboards, ...ofAlerts]) {
        if (whyUnmeasured(expr) !== undefined) expect(await prometheus.query(expr)).toEqual([]);
      }
    });

    test('event to send is counted for mails that an event caused, not for those after a wait', async () => {
      const counted = async () => {
        const [sample] = await prometheus.query('sum(herald_event_to_send_seconds_count)');
        expect(sample?.value).toBe(PEOPLE);
      };
      await vi.waitFor(counted, { timeout: 5_000 });
      const [sent] = await prometheus.query('sum(herald_messages_total{outcome="sent"})');
      expect(sent?.value).toBe(2 * PEOPLE);
    });

    test('no alert fires or is about to while all is well', async () => {
      expect(await prometheus.query('ALERTS')).toEqual([]);
    });

    test('every series names its service, and none says whom it is about', async () => {
      const series = await prometheus.query('{__name__=~"herald_.+"}');
      expect(series.length).toBeGreaterThan(100);
      for (const { labels } of series) {
        expect(labels.service_name ?? labels.__name__).toBeDefined();
        expect(Object.values(labels).join(' ')).not.toMatch(/acme|ann-|example\.com/);
      }
    });

    test.runIf(TABLE !== undefined)('the table of what was found is written', async () => {
      await writeFile(TABLE ?? '', table(answers));
    });
  });
}

const targetsOf = (four: Four) =>
  SERVICES.map((service, index) => ({
    address: new URL(four.admins[index] ?? '').host,
    labels: { namespace: 'test', pod: `${service}-0`, job: service },
  }));

async function ok(answer: ReturnType<Client['send']>): Promise<void> {
  const given = await answer;
  if (!given.ok) throw new Error(describeProblem(given));
}

async function prepare(acme: Client): Promise<void> {
  const put = (path: string, body: object) => ok(acme.send('PUT', `/v1/${path}`, JSON.stringify(body)));
  await put('sources/open', {
    verify: { scheme: 'none' },
    map: { type: '"repo.starred"', prospectId: 'body.who' },
  });
  await put('templates/hello', { channel: 'email', subject: 'Hello', html: '<p>Hello</p>' });
  await put('campaigns/hello', {
    id: 'hello',
    enter: { on: 'trial.started', again: 'always' },
    steps: [
      { id: 'first', email: { template: 'hello' } },
      { id: 'pause', wait: 'PT1S' },
      { id: 'second', email: { template: 'hello' } },
    ],
  });
  await ok(acme.send('POST', '/v1/campaigns/hello/launch'));
}

/** A few people a second, by both doors, and somebody who looks. */
async function load(acme: Client, nobody: Client): Promise<void> {
  for (let n = 0; n < PEOPLE; n += 1) {
    const who = `ann-${n}`;
    const profile = {
      type: 'prospect.updated',
      prospectId: who,
      data: { traits: { email: `${who}@example.com` } },
    };
    await ok(
      acme.send('POST', '/v1/events', JSON.stringify([profile, { type: 'trial.started', prospectId: who }])),
    );
    await ok(nobody.send('POST', '/hooks/acme/open', JSON.stringify({ who, n })));
    await Promise.all([
      ok(acme.send('GET', '/v1/events?limit=1')),
      ok(acme.send('GET', '/v1/campaigns')),
      ok(acme.send('GET', '/v1/messages?limit=1')),
      ok(acme.send('GET', '/v1/sources')),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}

function describeValues(values: readonly number[]): string {
  const shown = values.slice(0, 3).map((value) => String(Number(value.toPrecision(3))));
  return values.length > 3 ? `${shown.join(', ')} … (${values.length} series)` : shown.join(', ');
}

function table(answers: ReadonlyMap<string, string>): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = (asked: readonly Asked[]): string[] =>
    asked.map(
      ({ where, panel, expr }) =>
        `| ${cell(where)} | ${cell(panel)} | \`${cell(expr)}\` | ${cell(answers.get(expr) ?? whyUnmeasured(expr) ?? 'nothing')} |`,
    );
  const head = (what: string): string[] => [`| where | ${what} | query | value |`, '|---|---|---|---|'];
  return [
    '# Dashboards and alerts, asked',
    '',
    `What each query answered in a run of the four services on RabbitMQ and MongoDB under a small load. Values are of that run alone: they show that there is data, not what is usual. Made by \`WRITE_DASHBOARD_TABLE=1 make test ONLY=tests/observability\`.`,
    '',
    '## Dashboards',
    '',
    ...head('panel'),
    ...rows(ofDashboards),
    '',
    '## Alerts',
    '',
    'What stands on the left of each comparison.',
    '',
    ...head('alert'),
    ...rows(ofAlerts),
    '',
  ].join('\n');
}
