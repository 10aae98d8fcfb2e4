import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ack, type Broker } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { collections } from '@herald/contracts';
import { createLog } from '@herald/log';
import { type Gateway, isBare, openGateway, startMongo } from '@herald/mongodb-server';
import { pauseDuringOutage, watchOutage } from '@herald/process';
import type { Store } from '@herald/store';
import { openMongoStore } from '@herald/store/mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';

const MESSAGES = 10;
/** Attempts that are used up within a second. */
const topology = {
  exchanges: [{ name: 'x', type: 'topic' as const }],
  queues: [
    { name: 'q', bindings: [{ exchange: 'x', key: '#' }], retry: { attempts: 3, backoff: [50, 100] } },
  ],
};

const server = await startMongo();
const isOneServer = 'uri' in server && isBare(server.uri);
let gateway: Gateway;
let store: Store;
let broker: Broker;
let folder: string;

beforeAll(async () => {
  if (!isOneServer) return;
  const { hostname: host, port } = new URL(server.uri);
  gateway = await openGateway({ host, port: Number(port) });
  store = await openMongoStore({
    uri: `mongodb://127.0.0.1:${gateway.port}/?directConnection=true&heartbeatFrequencyMS=500`,
    ...{ database: `herald-gateway-${process.pid}`, collections: Object.values(collections) },
  });
  await store.migrate();
  folder = await mkdtemp(join(tmpdir(), 'herald-gateway-'));
  broker = await openEmbeddedBroker({ file: join(folder, 'broker.db'), topology, clock: systemClock });
});
afterAll(async () => {
  await broker?.close();
  await store?.close();
  await gateway?.close();
  if ('uri' in server) await server.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

test.skipIf(!isOneServer)(
  'while the database is down behind a gateway that is up, no message uses up its attempts',
  async () => {
    const outage = watchOutage({ store, broker, log: createLog({ service: 'test', level: 'silent' }) });
    const prospects = store.collection(collections.prospects);
    const attempts: number[] = [];
    const consumer = await broker.consume(
      'q',
      { prefetch: MESSAGES },
      pauseDuringOutage(outage, async ({ id, attempt }) => {
        attempts.push(attempt);
        await prospects.get('acme', id);
        return ack;
      }),
    );
    // Errors that leave the driver’s connections as they are, so that many are seen in a short time.
    gateway.stopDatabase([
      { code: 1, codeName: 'InternalError' },
      { code: 112, codeName: 'WriteConflict' },
      { code: 50, codeName: 'MaxTimeMSExpired' },
    ]);
    const ids = Array.from({ length: MESSAGES }, (_, n) => `m${n}`);
    await broker.publish(ids.map((id) => ({ exchange: 'x', key: 'k', id, body: {} })));
    // Once more than all attempts of the messages in hand would take: each look at the outage is one.
    await expect.poll(() => gateway.refused).toBeGreaterThan(34);
    expect((await broker.depth('q')).dead).toBe(0);
    gateway.startDatabase();
    await expect.poll(() => broker.depth('q')).toEqual({ ready: 0, inFlight: 0, delayed: 0, dead: 0 });
    expect(Math.max(...attempts)).toBe(1);
    await consumer.stop();
  },
);
