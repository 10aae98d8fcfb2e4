import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { queue } from '@herald/contracts';
import { freePort, migrateStore, startHerald, writeCredentials } from '@herald/harness';
import { withDatabase } from '@herald/store/mongodb';
import { exactly, type Ground } from '../benchmark.ts';
import { load } from './load.ts';
import { loggedEvents } from './logged.ts';
import { range } from './numbers.ts';
import { BASELINE, startProgram } from './program.ts';
import { emptied, refuseUnlessEmpty } from './queue.ts';
import { bodyOf, headersFor } from './requests.ts';
import { until } from './until.ts';

export interface Side {
  readonly name: string;
  /** Sends requests. Gives accepted events per second and the p99 in ms, once it has counted what arrived. */
  round(requests: number): Promise<{ perSecond: number; p99: number }>;
  stop(): Promise<unknown>;
}

const CONNECTIONS = 64;
/** How many different requests the load generator repeats. */
const BODIES = 100;

export const databaseUri = (ground: Ground): string =>
  withDatabase(ground.mongo().uri, `herald_bench_${process.pid}`);

/** Sends, then empties the queue and compares. */
async function roundOn(
  side: { base: string; apiKey: string; url: string; queue: string; events: number },
  requests: number,
) {
  const bodies = range(Math.min(BODIES, requests)).map((n) => bodyOf(n, side.events));
  const { accepted, seconds, p99 } = await load({
    url: `${side.base}/v1/events`,
    headers: headersFor(side.apiKey),
    bodies,
    amount: requests,
    connections: CONNECTIONS,
  });
  exactly('requests accepted', accepted, requests);
  const expected = accepted * side.events;
  const { events, distinct } = await emptied(side.url, side.queue, expected);
  exactly(`events in ${side.queue}`, events, expected);
  exactly(`different events in ${side.queue}`, distinct, expected);
  return { perSecond: expected / seconds, p99 };
}

/** The service ingest alone, on RabbitMQ. What it accepted is taken out of the queue and counted. */
export async function ingestOnRabbit(ground: Ground, events: number): Promise<Side> {
  const url = ground.rabbit();
  const dir = join(ground.dir, 'ingest');
  await mkdir(dir);
  const services = { AMQP_URL: url, MONGODB_URI: databaseUri(ground) };
  await migrateStore(services);
  const { apiKey, env } = await writeCredentials(dir);
  const ports = { PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const herald = startHerald({ ...env, ...services, ...ports }, join(dir, 'log.jsonl'), 'ingest');
  const { http } = await herald.ready;
  await refuseUnlessEmpty(url, queue.eventHandlerEvents);
  return {
    name: 'ingest',
    round: (requests) =>
      roundOn({ base: http, apiKey, url, queue: queue.eventHandlerEvents, events }, requests),
    stop: () => herald.stop(),
  };
}

/** The minimal route that ingest is compared with. */
export async function baselineOnRabbit(ground: Ground): Promise<Side> {
  const url = ground.rabbit();
  const own = `bench.${process.pid}`;
  const herald = startHerald(
    { BASELINE_URL: url, BASELINE_QUEUE: own },
    join(ground.dir, 'baseline.jsonl'),
    BASELINE,
  );
  const { http } = await herald.ready;
  return {
    name: 'baseline',
    round: (requests) => roundOn({ base: http, apiKey: '', url, queue: own, events: 1 }, requests),
    stop: () => herald.stop(),
  };
}

/** All-in-one, which accepts events while it also appends them to the log. */
export async function ingestEmbedded(
  ground: Ground,
  events: number,
): Promise<Side & { readonly intoLog: number[] }> {
  const dir = join(ground.dir, 'embedded');
  await mkdir(dir);
  const program = await startProgram(dir);
  const intoLog: number[] = [];
  let total = 0;
  return {
    name: 'embedded',
    intoLog,
    async round(requests) {
      const bodies = range(Math.min(BODIES, requests)).map((n) => bodyOf(n, events));
      const started = performance.now();
      const { accepted, seconds, p99 } = await load({
        url: `${program.base}/v1/events`,
        headers: headersFor(program.apiKey),
        bodies,
        amount: requests,
        connections: CONNECTIONS,
      });
      exactly('requests accepted', accepted, requests);
      total += accepted * events;
      const appended = async () => (await program.metrics()).sum('herald_events_appended_total');
      await until('events in the log', appended, total);
      intoLog.push((accepted * events) / ((performance.now() - started) / 1000));
      return { perSecond: (accepted * events) / seconds, p99 };
    },
    async stop() {
      await program.stop();
      const logged = await loggedEvents(dir, ({ source }) => source === 'api');
      exactly('events in the log', logged.length, total);
      exactly('different events in the log', new Set(logged.map(({ id }) => id)).size, total);
    },
  };
}
