import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createClient,
  freePort,
  type Herald,
  type Metrics,
  migrateStore,
  readMetrics,
  SERVICES,
  serviceOf,
  startHerald,
  writeCredentials,
} from '@herald/harness';
import { atMost, type Benchmark, exactly, type Figure, type Ground } from '../benchmark.ts';
import { databaseUri } from '../measuring/ingest.ts';
import { greatest, timed } from '../measuring/numbers.ts';
import { startProgram } from '../measuring/program.ts';
import { burst, launchCampaign } from '../measuring/send.ts';
import { startSink } from '../measuring/sink.ts';

const AIM = { mebibytes: 120, seconds: 1 };

const mebibytes = (metrics: Metrics): number => metrics.sum('process_resident_memory_bytes') / 2 ** 20;

interface Watched {
  readonly name: string;
  readonly startSeconds: number;
  readonly metrics: () => Promise<Metrics>;
}

/** Reads the memory of each until `work` is done. Gives the greatest of each. */
async function mostDuring(watched: readonly Watched[], work: () => Promise<void>): Promise<number[]> {
  const most = watched.map(() => 0);
  let over = false;
  const watch = async (): Promise<void> => {
    while (!over) {
      for (const [n, { metrics }] of watched.entries())
        most[n] = greatest([most[n] ?? 0, mebibytes(await metrics())]);
      await pause(250);
    }
  };
  const watching = watch();
  await work().finally(() => {
    over = true;
  });
  await watching;
  return most;
}

async function figuresOf(watched: readonly Watched[], work: () => Promise<void>): Promise<Figure[]> {
  const idle = await Promise.all(watched.map(async ({ metrics }) => mebibytes(await metrics())));
  const most = await mostDuring(watched, work);
  return watched.flatMap(({ name, startSeconds }, n): Figure[] => [
    atMost(`${name}: start to ready`, startSeconds, 's', AIM.seconds),
    { what: `${name}: memory when ready`, value: idle[n] ?? Number.NaN, unit: 'MiB' },
    atMost(`${name}: memory under load`, most[n] ?? Number.NaN, 'MiB', AIM.mebibytes),
  ]);
}

/**
 * Time and memory of a start that finds code compiled by an earlier one (NODE_COMPILE_CACHE), in s and MiB.
 */
async function startedAgain(ground: Ground): Promise<Figure[]> {
  const NODE_COMPILE_CACHE = join(ground.dir, 'cache');
  const dir = join(ground.dir, 'again');
  await mkdir(dir);
  const first = await startProgram(dir, { NODE_COMPILE_CACHE });
  await first.stop();
  const second = await startProgram(dir, { NODE_COMPILE_CACHE });
  const used = mebibytes(await second.metrics());
  await second.stop();
  const name = 'all-in-one, compiled before';
  return [
    atMost(`${name}: start to ready`, second.startSeconds, 's', AIM.seconds),
    { what: `${name}: memory when ready`, value: used, unit: 'MiB' },
  ];
}

async function allInOne(ground: Ground, prospects: number): Promise<Figure[]> {
  const dir = join(ground.dir, 'all-in-one');
  await mkdir(dir);
  const sink = await startSink();
  const program = await startProgram(dir, { SMTP_URL: sink.url });
  const sent = async () => (await program.metrics()).sum('herald_messages_total', { outcome: 'sent' });
  const sending = { client: program.client, sent, every: 200 };
  await launchCampaign(sending);
  const figures = await figuresOf([{ name: 'all-in-one', ...program }], () => burst(sending, 'm', prospects));
  const { distinct, mails } = await sink.count();
  exactly('mails', mails, prospects);
  exactly('different mails', distinct, prospects);
  await program.stop();
  sink.stop();
  return figures;
}

/** Starts them one after the other, so that none competes with the start of another. */
async function four(ground: Ground, prospects: number): Promise<Figure[]> {
  const dir = join(ground.dir, 'four');
  await mkdir(dir);
  const sink = await startSink();
  const services = { AMQP_URL: ground.rabbit(), MONGODB_URI: databaseUri(ground) };
  await migrateStore(services);
  const { apiKey, env } = await writeCredentials(dir);
  const running: { herald: Herald; watched: Watched; http: string }[] = [];
  for (const name of SERVICES) {
    const ports = { PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
    const own = { ...ports, SMTP_URL: sink.url, SENDER: 'herald@example.com' };
    const herald = startHerald({ ...env, ...services, ...own }, join(dir, 'log.jsonl'), name);
    const { seconds, value } = await timed(() => herald.ready);
    const watched = { name, startSeconds: seconds, metrics: () => readMetrics(value.admin) };
    running.push({ herald, watched, http: value.http });
  }
  const httpOf = (method: string, path: string): string =>
    running.find(({ watched }) => watched.name === serviceOf(method, path))?.http ?? '';
  const messaging = running.find(({ watched }) => watched.name === 'messaging');
  const sent = async () =>
    (await messaging?.watched.metrics())?.sum('herald_messages_total', { outcome: 'sent' }) ?? 0;
  const sending = { client: createClient(httpOf, apiKey), sent, every: 1_000 };
  await launchCampaign(sending);
  const figures = await figuresOf(
    running.map(({ watched }) => watched),
    () => burst(sending, 'm', prospects),
  );
  const { distinct, mails } = await sink.count();
  exactly('mails', mails, prospects);
  exactly('different mails', distinct, prospects);
  for (const { herald } of running) await herald.stop();
  sink.stop();
  return figures;
}

/** What a process needs: memory, and time until it is ready. */
export const memory: Benchmark = {
  name: 'memory',
  what: 'resident memory, and start to ready, of each process',
  limit: 120,
  async run(ground) {
    const one = await allInOne(ground, ground.quick ? 200 : 5_000);
    const again = await startedAgain(ground);
    const apart = await four(ground, ground.quick ? 50 : 200);
    return {
      figures: [...one, ...again, ...apart],
      delivery: 'each prospect of the load got its one mail',
      notes: [
        'Memory includes the template renderer’s two threads in messaging and all-in-one.',
        'The load of the four is as small as a database that scans allows: their memory under full ' +
          'load is not known from here.',
      ],
    };
  },
};
