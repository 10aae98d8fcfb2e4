import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, migrateStore, readMetrics, startFour, writeCredentials } from '@herald/harness';
import { atLeast, type Benchmark, exactly, type Figure, type Ground } from '../benchmark.ts';
import { databaseUri } from '../measuring/ingest.ts';
import { loggedEvents } from '../measuring/logged.ts';
import { ONE_PROCESS, startProgram } from '../measuring/program.ts';
import { burst, judge, launchCampaign, type Sending, type Sent, steady } from '../measuring/send.ts';
import { startSink } from '../measuring/sink.ts';

const AIM = 2_000;

interface Plan {
  readonly burst: number;
  readonly seconds: number;
}

interface Measured {
  readonly burst: Sent;
  readonly steady: Sent;
  readonly rate: number;
  readonly count: number;
}

/**
 * A burst measures the rate; then half that rate, evenly, measures the latency. `read` gives the log once
 * nothing is under way.
 */
async function measure(
  sending: Sending,
  plan: Plan,
  read: () => Promise<Parameters<typeof judge>[0]>,
): Promise<Measured> {
  await launchCampaign(sending);
  await burst(sending, 'warm-', Math.min(200, plan.burst));
  const started = performance.now();
  await burst(sending, 'burst-', plan.burst);
  const rate = Math.max(1, Math.floor((plan.burst * 500) / (performance.now() - started)));
  const count = await steady(sending, 'steady-', { rate, seconds: plan.seconds });
  const events = await read();
  return {
    burst: judge(events, 'burst-', plan.burst),
    steady: judge(events, 'steady-', count),
    rate,
    count: Math.min(200, plan.burst) + plan.burst + count,
  };
}

const figuresOf = (where: string, { burst: fast, steady: even, rate }: Measured, aim?: number): Figure[] => [
  aim === undefined
    ? { what: where, value: fast.perSecond, unit: 'messages/s' }
    : atLeast(where, fast.perSecond, 'messages/s', aim),
  { what: `  accepted → sent at ${rate}/s, p50`, value: even.p50, unit: 'ms' },
  { what: `  accepted → sent at ${rate}/s, p99`, value: even.p99, unit: 'ms' },
];

async function inOneProcess(
  ground: Ground,
  name: string,
  plan: Plan,
  env: Readonly<Record<string, string>>,
  app: string | undefined,
  mails: () => Promise<{ mails: number; distinct: number }>,
): Promise<Measured> {
  const dir = join(ground.dir, name);
  await mkdir(dir);
  const program = await startProgram(dir, env, app);
  const sent = async () => (await program.metrics()).sum('herald_messages_total', { outcome: 'sent' });
  const measured = await measure({ client: program.client, sent, every: 50 }, plan, async () => {
    await program.stop();
    return loggedEvents(dir, ({ type }) => type === 'trial.started' || type === 'email.sent');
  });
  const counts = await mails();
  exactly('messages given to the provider', counts.mails, measured.count);
  exactly('different messages given to the provider', counts.distinct, measured.count);
  return measured;
}

const withNull = (ground: Ground, name: string, plan: Plan, env: Record<string, string> = {}) => {
  const calls = join(ground.dir, `${name}.calls.json`);
  return inOneProcess(ground, name, plan, { ...env, CALLS_FILE: calls }, ONE_PROCESS, async () =>
    JSON.parse(await readFile(calls, 'utf8')),
  );
};

async function withSink(ground: Ground, plan: Plan): Promise<Measured> {
  const sink = await startSink();
  try {
    return await inOneProcess(ground, 'sink', plan, { SMTP_URL: sink.url }, undefined, sink.count);
  } finally {
    sink.stop();
  }
}

interface ApiEvent {
  readonly type: string;
  readonly receivedAt: string;
  readonly prospectId: string;
}

async function throughFour(ground: Ground, plan: Plan): Promise<Measured> {
  const dir = join(ground.dir, 'four');
  await mkdir(dir);
  const sink = await startSink();
  const services = { AMQP_URL: ground.rabbit(), MONGODB_URI: databaseUri(ground) };
  await migrateStore(services);
  const { apiKey, env } = await writeCredentials(dir);
  const settings = { ...env, ...services, SMTP_URL: sink.url, SENDER: 'herald@example.com' };
  const four = await startFour(settings, join(dir, 'log.jsonl'));
  try {
    const client = createClient(four.baseOf, apiKey);
    const sent = async () =>
      (await readMetrics(four.admins[2] ?? '')).sum('herald_messages_total', { outcome: 'sent' });
    const measured = await measure({ client, sent, every: 1_000 }, plan, async () => {
      const events: ApiEvent[] = [];
      for (const type of ['trial.started', 'email.sent'])
        events.push(...(await client.all<ApiEvent>(`/v1/events?type=${type}`)));
      return events.map(({ type, receivedAt, prospectId }) => ({
        type,
        receivedAt: Date.parse(receivedAt),
        stream: `prospect/${prospectId}`,
      }));
    });
    const counts = await sink.count();
    exactly('mails', counts.mails, measured.count);
    exactly('different mails', counts.distinct, measured.count);
    return measured;
  } finally {
    await four.stop();
    sink.stop();
  }
}

/** From an event to a sent message: new prospects, one message each. */
export const send: Benchmark = {
  name: 'send',
  what: 'event → message sent, through all four services',
  limit: 400,
  async run(ground) {
    const plan = { burst: ground.quick ? 200 : 10_000, seconds: ground.quick ? 1 : 5 };
    const small = { burst: ground.quick ? 50 : 200, seconds: ground.quick ? 1 : 5 };
    const embedded = await withNull(ground, 'null', plan);
    const mailed = await withSink(ground, plan);
    const onRabbit = await withNull(ground, 'rabbit', plan, { AMQP_URL: ground.rabbit() });
    const four = await throughFour(ground, small);
    const { kind } = ground.mongo();
    return {
      figures: [
        ...figuresOf('embedded, provider that answers at once', embedded, AIM),
        ...figuresOf('embedded, SMTP to a server that answers at once', mailed),
        ...figuresOf(
          'one process on RabbitMQ and the embedded store, provider that answers at once',
          onRabbit,
        ),
        ...figuresOf(`four processes on RabbitMQ and ${kind}, SMTP`, four),
      ],
      delivery:
        'each prospect has one start and one e-mail sent in the log, and the provider got each message once',
      notes:
        kind === 'ferretdb'
          ? ['FerretDB scans collections: the figures of the four processes are no measure of MongoDB.']
          : [],
    };
  },
};
