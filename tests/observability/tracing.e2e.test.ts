import { createHmac, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { type Client, migrateStore, startFour } from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { withDatabase } from '@herald/store/mongodb';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { GITHUB_SECRET, install } from '../whole/whole.ts';
import { type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.ts';

const [mongo, rabbit] = await Promise.all([startMongo(), startTestRabbit()]);

if ('unavailable' in mongo || 'unavailable' in rabbit) {
  const why = [mongo, rabbit].flatMap((one) => ('unavailable' in one ? [one.unavailable] : [])).join('; ');
  test(`traces need MongoDB and RabbitMQ: ${why}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });
} else {
  describe('the traces of a webhook that leads to a mail after a wait', () => {
    /** The caller's own span. */
    const caller = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
    let spans: readonly ReceivedSpan[];
    let everything: string;
    let log: string;

    beforeAll(async () => {
      const { dir, logFile, inbox, env, clients } = await install();
      const receiver = await startOtlpReceiver();
      const services = {
        MONGODB_URI: withDatabase(mongo.uri, `herald_traces_${process.pid}`),
        AMQP_URL: rabbit.url,
      };
      await migrateStore(services);
      const four = await startFour(
        {
          ...env,
          ...services,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          // Longer than the test: the last phase of the shutdown must send the spans.
          OTEL_BSP_SCHEDULE_DELAY: '600000',
          // Shorter than the wait: the sweep sets its alarm, outside of any trace.
          DELAY_HORIZON: 'PT1S',
        },
        logFile,
      );
      try {
        const { acme, nobody } = clients(four.baseOf);
        await prepare(acme);
        const body = JSON.stringify({ action: 'starred', sender: { login: 'ann-the-stargazer' } });
        const answer = await nobody.send('POST', '/hooks/acme/github', body, {
          'x-hub-signature-256': `sha256=${createHmac('sha256', GITHUB_SECRET).update(body).digest('hex')}`,
          'x-github-delivery': 'd1',
          traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
        });
        expect(answer.status).toBe(202);
        await vi.waitFor(() => expect(inbox.mails).toHaveLength(1), { timeout: 60_000 });
      } finally {
        expect(await four.stop()).toEqual([0, 0, 0, 0]);
        await inbox.stop();
        await receiver.stop();
        log = await readFile(logFile, 'utf8');
        await rm(dir, { recursive: true, force: true });
        await Promise.all([mongo.stop(), rabbit.stop()]);
      }
      spans = receiver.spans;
      everything = receiver.text();
    });

    const named = (service: string, name: string): ReceivedSpan => {
      const span = spans.find((one) => one.service === service && one.name === name);
      const seen = () => spans.map((one) => `${one.service}: ${one.name}`).join('\n');
      return span ?? expect.unreachable(`no span ${service}: ${name} among\n${seen()}`);
    };
    const inTrace = (traceId: string): readonly ReceivedSpan[] =>
      spans.filter((span) => span.traceId === traceId);
    /** The traces that the spans of a trace are linked to. */
    const linkedFrom = (traceId: string): Set<string> =>
      new Set(inTrace(traceId).flatMap(({ links }) => links.map((link) => link.traceId)));

    test('the request is a span of its caller’s trace, named by its route, and its publish is a child of it', () => {
      const request = named('ingest', 'POST /hooks/:workspace/:source');
      expect(request).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId, kind: 2 });
      const publish = inTrace(caller.traceId).find(({ name }) => name === 'publish events');
      expect(publish).toMatchObject({ service: 'ingest', parentSpanId: request.spanId, kind: 4 });
    });

    test('each consumer begins a trace of its own, linked to the sender’s', () => {
      const batch = spans.find(
        ({ name, links }) =>
          name === 'event-handler.events process batch' &&
          links.some(({ traceId }) => traceId === caller.traceId),
      );
      expect(batch).toBeDefined();
      const applied = spans.find(
        ({ name, links }) =>
          name === 'campaign-runner.applied process' &&
          links.some(({ traceId }) => traceId === batch?.traceId),
      );
      expect(applied).toMatchObject({ service: 'campaign-runner', kind: 5 });
    });

    test('the wait that the sweep found is linked to what began it, at its dispatch and at its end', () => {
      const origin = named('ingest', 'POST /hooks/:workspace/:source').spanId;
      const due = named('campaign-runner', 'campaign-runner.due process');
      expect(due.traceId).not.toBe(caller.traceId);
      expect(due.links).toContainEqual(expect.objectContaining({ traceId: caller.traceId, spanId: origin }));
      const sent = due.links.find(({ traceId }) => traceId !== caller.traceId);
      const dispatch = spans.find(({ spanId }) => spanId === sent?.spanId);
      expect(dispatch).toMatchObject({ service: 'campaign-runner', kind: 4 });
      expect(dispatch?.links.map(({ traceId }) => traceId)).toEqual([caller.traceId]);
    });

    test('the call of the provider is in a trace that is linked to those of the wait and of the webhook', () => {
      const call = named('messaging', 'send email');
      expect(call).toMatchObject({
        kind: 3,
        attributes: { 'herald.provider': 'smtp', 'herald.channel': 'email', 'herald.outcome': 'sent' },
      });
      const due = named('campaign-runner', 'campaign-runner.due process');
      const links = linkedFrom(call.traceId);
      expect(links).toContain(due.traceId);
      expect(links).toContain(caller.traceId);
      const correlations = ['messaging.send process', 'campaign-runner.due process'].map(
        (name) => spans.find((span) => span.name === name)?.attributes['herald.correlation_id'],
      );
      expect(correlations[0]).toEqual(expect.any(String));
      expect(correlations[1]).toBe(correlations[0]);
    });

    test('queries are spans with a collection and no statement', () => {
      const queries = inTrace(named('messaging', 'send email').traceId).filter(
        ({ attributes }) => attributes['db.system.name'] === 'mongodb',
      );
      expect(queries.length).toBeGreaterThan(0);
      expect(queries.map(({ attributes }) => attributes['db.collection.name'])).toContain('messages');
    });

    test('no personal data is in a span', () => {
      for (const personal of ['ann-the-stargazer', 'ann@', 'example.com', 'Hello', 'acme'])
        expect(everything.includes(personal), personal).toBe(false);
    });

    test('probes and scrapes leave no spans', () => {
      expect(spans.filter(({ name }) => /livez|readyz|metrics/.test(name))).toEqual([]);
    });

    test('a line of the log has the id of its trace', () => {
      const lines = log.split('\n').filter((line) => line.startsWith('{'));
      const request = lines
        .map((line) => JSON.parse(line))
        .find(({ route }) => route === '/hooks/:workspace/:source');
      expect(request).toMatchObject({ trace_id: caller.traceId, span_id: expect.any(String) });
    });
  });
}

async function prepare(acme: Client): Promise<void> {
  await acme.put('/v1/sources/github', {
    verify: { scheme: 'github', secret: 'github' },
    map: {
      type: '"repo." + body.action',
      prospectId: 'body.sender.login',
      id: 'headers["x-github-delivery"]',
    },
  });
  await acme.put('/v1/templates/hello', { channel: 'email', subject: 'Hello', html: '<p>Hello</p>' });
  await acme.put('/v1/campaigns/hello', {
    id: 'hello',
    enter: { on: 'repo.starred' },
    steps: [
      { id: 'pause', wait: 'PT3S' },
      { id: 'mail', email: { template: 'hello' } },
    ],
  });
  const profile = { type: 'prospect.updated', prospectId: 'ann-the-stargazer' };
  const traits = { traits: { email: 'ann@example.com', name: 'Ann' } };
  await acme.post('/v1/events', { ...profile, data: traits });
  await acme.post('/v1/campaigns/hello/launch');
  // The person must be known before the star comes.
  const known = async (): Promise<void> =>
    expect((await acme.send('GET', '/v1/prospects/ann-the-stargazer')).status).toBe(200);
  await vi.waitFor(known);
}
