import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRabbitBroker } from '@herald/broker/rabbitmq';
import { systemClock } from '@herald/clock';
import { topology } from '@herald/contracts';
import {
  createClient,
  createLoad,
  freePort,
  type Herald,
  openInbox,
  readMetrics,
  runReplay,
  SERVICES,
  settle,
  startHerald,
  waitUntilQuiet,
  writeCredentials,
} from '@herald/harness';
import { startMongo } from '@herald/mongodb-server';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { withDatabase } from '@herald/store/mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from './certificates.ts';
import { manage } from './managed-rabbit.ts';

const CAMPAIGN = `
id: managed
enter: { on: trial.started }
steps:
  - { id: welcome, email: { template: note } }
  - { id: pause, wait: PT2S }
  - { id: second, email: { template: note } }
`;
const MAILS_EACH = 2;
const TEMPLATE = { channel: 'email', subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };

const [mongo, rabbit] = await Promise.all([startMongo(), startTestRabbit()]);
const missing = [mongo, rabbit].flatMap((server) => ('unavailable' in server ? [server.unavailable] : []));

if ('unavailable' in mongo || 'unavailable' in rabbit) {
  test(`all in one on managed services needs MongoDB and RabbitMQ: ${missing.join('; ')}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(missing.join('; '));
    skip(missing.join('; '));
  });
} else {
  const dir = await mkdtemp(join(tmpdir(), 'herald-managed-'));
  const inbox = await openInbox({ answerAfter: 15 });
  const { apiKey, env } = await writeCredentials(dir);
  const certificates = await makeCertificates(dir);
  // A RabbitMQ that was running before has neither listener nor user for this.
  const managed = rabbit.node && (await manage(rabbit.node, certificates));
  const broker = managed?.env ?? { AMQP_URL: rabbit.url };
  const uri = withDatabase(mongo.uri, `herald_managed_${process.pid}`);
  const logFile = join(dir, 'log.jsonl');
  const settings = {
    ...env,
    ...broker,
    PORT: '0',
    ADMIN_PORT: '0',
    SMTP_URL: inbox.url,
    SENDER: 'Herald <herald@example.com>',
    SEND_TIMEOUT: '2',
  };
  const running = new Set<Herald>();
  const start = (more: Readonly<Record<string, string>>): Herald => {
    const herald = startHerald({ ...settings, ...more }, logFile);
    running.add(herald);
    return herald;
  };
  const replica = () => start({ MONGODB_URI: uri });
  const clientOf = async ({ ready }: Herald) => createClient((await ready).http, apiKey);
  const prepare = async (herald: Herald) => {
    const client = await clientOf(herald);
    await client.put('/v1/templates/note', TEMPLATE);
    await client.put('/v1/campaigns/managed', CAMPAIGN);
    await client.post('/v1/campaigns/managed/launch');
  };
  const mailsTo = (who: string): number => inbox.mails.filter(({ to }) => to === `${who}@example.com`).length;

  afterAll(async () => {
    for (const herald of running) await herald.kill();
    await inbox.stop();
    await Promise.all([mongo.stop(), rabbit.stop()]);
    await rm(dir, { recursive: true, force: true });
  });

  describe(`all in one on RabbitMQ and ${mongo.kind}`, () => {
    let one: Herald;
    let other: Herald;
    const people = Array.from({ length: 30 }, (_, n) => `p${n}`);

    beforeAll(async () => {
      // Both migrate the empty database.
      [one, other] = [replica(), replica()];
      await Promise.all([one.ready, other.ready]);
      await prepare(one);
    });

    test('is as many processes as wanted: one is killed, starts again, and every mail leaves once', async () => {
      const load = createLoad(await clientOf(one));
      await load.send(people.slice(0, 10));
      await expect.poll(() => people.slice(0, 10).map(mailsTo)).not.toContain(0);
      // Ten runs wait, and ten people have just been accepted.
      await load.send(people.slice(10, 20));
      await one.kill();
      const client = await clientOf(other);
      const rest = createLoad(client);
      one = replica();
      await rest.send(people.slice(20));
      const admins = (await Promise.all([one.ready, other.ready])).map(({ admin }) => admin);
      await waitUntilQuiet(client, admins);

      const acknowledged = new Set([...load.acknowledged, ...rest.acknowledged]);
      const account = await settle(client, acknowledged, inbox.mails);
      const { eventsLost, eventsDoubled, lost, doubled, outcomes, planned, unknown, deadLetters } = account;
      expect({ eventsLost, eventsDoubled, lost, doubled, deadLetters }).toEqual({
        eventsLost: [],
        eventsDoubled: [],
        lost: [],
        doubled: [],
        deadLetters: 0,
      });
      expect(planned).toBe(people.length * MAILS_EACH);
      // A kill can hide the outcome of a mail that was at the mail server at that moment.
      expect((outcomes.sent ?? 0) + unknown).toBe(planned);
      expect(unknown).toBeLessThanOrEqual(10);
    });

    test('shows of which service each series is, and is ready by what ingest needs', async () => {
      const { admin } = await other.ready;
      const metrics = await readMetrics(admin);
      const queues = metrics.values('herald_consumed_total', 'queue').map((name) => name.split('.')[0]);
      expect(new Set(queues)).toEqual(new Set(SERVICES.filter((name) => name !== 'ingest')));
      for (const name of ['herald_events_accepted_total', 'herald_messages_total'])
        expect(metrics.sum(name), name).toBeGreaterThan(0);
      expect(metrics.sum('herald_delay_strategy_info', { strategy: 'embedded' })).toBe(0);
      const readiness = await (await fetch(`${admin}/readyz`)).json();
      expect(readiness).toMatchObject({
        ready: true,
        checks: { store: { ok: true, needed: false }, broker: { ok: true, needed: true } },
      });
    });

    test('ends with 0 on SIGTERM, and its projections agree with the log', async () => {
      expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
      const replayed = await runReplay({ MONGODB_URI: uri }, ['--verify']);
      expect(replayed.output).toContain('no differences');
      expect(replayed.code).toBe(0);
    });
  });

  test('the embedded store on RabbitMQ is for one process: a second one waits until the first has ended', async () => {
    const first = start({ DATA_DIR: join(dir, 'first') });
    await first.ready;
    await prepare(first);
    await createLoad(await clientOf(first)).send(['ada']);
    await expect.poll(() => mailsTo('ada')).toBe(MAILS_EACH);

    const ADMIN_PORT = String(await freePort());
    const second = start({ DATA_DIR: join(dir, 'second'), ADMIN_PORT });
    const reason = async () => {
      const answer = await fetch(`http://127.0.0.1:${ADMIN_PORT}/readyz`).catch(() => undefined);
      return answer === undefined ? '' : JSON.stringify(await answer.json());
    };
    await expect.poll(reason).toContain('Another process consumes from this virtual host');
    expect(await first.stop()).toBe(0);
    await second.ready;
    expect(await second.stop()).toBe(0);
  });

  test('a RabbitMQ whose certificate no known authority has signed is refused', async ({ skip }) => {
    if (managed === undefined) return skip('this RabbitMQ was running before, without TLS');
    const { url } = managed;
    const opening = openRabbitBroker({ url, topology, clock: systemClock, openTimeout: 1 });
    await expect(opening).rejects.toThrow(/certificate/);
  });
}
