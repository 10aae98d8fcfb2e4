import { join } from 'node:path';
import type { Broker, OutMessage } from '@herald/broker';
import { ack } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { openRabbitBroker } from '@herald/broker/rabbitmq';
import { systemClock } from '@herald/clock';
import { collections, exchange, type ProspectDocument, queue, topology } from '@herald/contracts';
import { initialProspect, newEvent, type StoredEvent } from '@herald/domain';
import type { Store } from '@herald/store';
import { openMongoStore } from '@herald/store/mongodb';
import { openSqliteStore } from '@herald/store/sqlite';
import { type Benchmark, exactly, type Figure } from '../benchmark.ts';
import { databaseUri } from '../measuring/ingest.ts';
import { inParallel, range, timed } from '../measuring/numbers.ts';
import { refuseUnlessEmpty } from '../measuring/queue.ts';
import { until } from '../measuring/until.ts';

const AT_ONCE = 64;
const all = Object.values(collections);

const eventAt = (n: number): StoredEvent => ({
  ...newEvent({
    workspace: 'demo',
    id: `e${n}`,
    stream: `prospect/p${n}`,
    type: 'page.viewed',
    occurredAt: n,
    receivedAt: n,
    source: 'api',
    data: { url: `https://shop.example/products/${n}`, referrer: 'https://search.example/', seconds: n },
  }),
  seq: 1,
});

async function storeFigures(name: string, store: Store, count: number): Promise<Figure[]> {
  const events = range(count).map(eventAt);
  const half = count / 2;
  const batches = range(half / 100).map((n) => events.slice(n * 100, n * 100 + 100));
  const batched = await timed(() => inParallel(batches, 4, (batch) => store.log.append(batch)));
  const single = await timed(() =>
    inParallel(events.slice(half), AT_ONCE, (event) => store.log.append([event])),
  );
  let logged = 0;
  for await (const batch of store.log.scan()) logged += batch.length;
  exactly('events in the log', logged, count);

  const prospects = store.collection(collections.prospects);
  const doc = (n: number, version: number): ProspectDocument => ({
    workspace: 'demo',
    id: `p${n}`,
    version,
    state: initialProspect(`p${n}`),
  });
  const numbers = range(half);
  const insert = await timed(() =>
    inParallel(numbers, AT_ONCE, (n) => prospects.write([{ doc: doc(n, 1), ifVersion: null }])),
  );
  let guarded = 0;
  const replace = await timed(() =>
    inParallel(numbers, AT_ONCE, async (n) => {
      const [written] = await prospects.write([{ doc: doc(n, 2), ifVersion: 1 }]);
      if (written === true) guarded += 1;
    }),
  );
  exactly('guarded writes', guarded, half);
  await store.close();
  const figure = (what: string, seconds: number): Figure => ({
    what: `${name}: ${what}`,
    value: half / seconds,
    unit: '/s',
  });
  return [
    figure('events appended, 100 at a time', batched.seconds),
    figure(`events appended one by one, ${AT_ONCE} at once`, single.seconds),
    figure(`documents inserted, ${AT_ONCE} at once`, insert.seconds),
    figure(`documents replaced under guard, ${AT_ONCE} at once`, replace.seconds),
  ];
}

async function brokerFigures(name: string, broker: Broker, count: number): Promise<Figure[]> {
  const message = (n: number): OutMessage => ({
    exchange: exchange.applied,
    key: 'page.viewed',
    id: `m${n}`,
    body: eventAt(n),
  });
  const numbers = range(count);
  const published = await timed(() => inParallel(numbers, 256, (n) => broker.publish([message(n)])));
  const seen = new Set<string>();
  let came = 0;
  const consumed = await timed(async () => {
    const consumer = await broker.consume(
      queue.campaignRunnerApplied,
      { prefetch: AT_ONCE },
      async ({ id }) => {
        came += 1;
        seen.add(id);
        return ack;
      },
    );
    await until('messages consumed', async () => came, count, { every: 5 });
    await consumer.stop();
  });
  exactly('messages consumed', came, count);
  exactly('different messages consumed', seen.size, count);
  await broker.close();
  return [
    {
      what: `${name}: published and confirmed one by one, 256 at once`,
      value: count / published.seconds,
      unit: '/s',
    },
    {
      what: `${name}: consumed and acknowledged, prefetch ${AT_ONCE}`,
      value: count / consumed.seconds,
      unit: '/s',
    },
  ];
}

/** Store and broker alone: the most that a service on them can reach. */
export const parts: Benchmark = {
  name: 'parts',
  what: 'store and broker by themselves, for orientation',
  limit: 120,
  async run(ground) {
    const count = ground.quick ? 1_000 : 40_000;
    const shared = { topology, clock: systemClock };
    const sqlite = openSqliteStore({ file: join(ground.dir, 'store.db'), collections: all });
    await sqlite.migrate();
    const embedded = await openEmbeddedBroker({ ...shared, file: join(ground.dir, 'broker.db') });
    const rabbit = await openRabbitBroker({ ...shared, url: ground.rabbit() });
    await refuseUnlessEmpty(ground.rabbit(), queue.campaignRunnerApplied);
    const mongo = await openMongoStore({ uri: await databaseUri(ground), collections: all });
    await mongo.migrate();
    const { kind } = ground.mongo();
    return {
      figures: [
        ...(await storeFigures('embedded store', sqlite, count)),
        ...(await storeFigures(kind, mongo, kind === 'ferretdb' ? 400 : count)),
        ...(await brokerFigures('embedded broker', embedded, count)),
        ...(await brokerFigures('RabbitMQ, quorum queue', rabbit, count)),
      ],
      delivery: 'every event is in the log, every guard held, every message was consumed once',
      notes: kind === 'ferretdb' ? ['FerretDB scans collections: it is no measure of MongoDB.'] : [],
    };
  },
};
