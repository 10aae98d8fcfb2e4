import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ack, type Broker } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { createSecrets } from '@herald/config';
import { collections, eventsContract, queue, topology } from '@herald/contracts';
import type { Clock, Event } from '@herald/domain';
import { type ApiKeys, createHttp, type Http, type Principal } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import type { Service } from '@herald/process';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { vi } from 'vitest';
import { type IngestMetrics, ingestMetrics } from '../metrics.ts';
import { createIngest, type IngestDeps } from '../service.ts';

export const LINK_SECRET = 'a secret for links, long enough to sign';
export const PUBLIC_URL = 'https://herald.example';

/** A key of each workspace, and one without scopes. */
const principals: Readonly<Record<string, Principal>> = {
  'acme-key': { keyId: 'acme', workspace: 'acme', scopes: ['events:write', 'sources:read', 'sources:write'] },
  'globex-key': { keyId: 'globex', workspace: 'globex', scopes: ['*'] },
  'idle-key': { keyId: 'idle', workspace: 'acme', scopes: ['campaigns:read'] },
};

export interface TestIngest {
  readonly app: Http;
  readonly service: Service;
  readonly metrics: IngestMetrics;
  readonly store: Store;
  readonly broker: Broker;
  /** The current business time; a test may set it. */
  readonly time: { now: number };
  /** What is broken now; a test may set it. While `slow` is pending the broker confirms nothing. */
  readonly faults: { publish: boolean; store: boolean; slow?: Promise<void> | undefined };
  /** Everything logged so far. */
  logged(): string;
  /** Another replica: the same store and broker, with its own memory. */
  replica(options?: { start?: boolean }): Promise<{ app: Http; service: Service }>;
  writeSecret(workspace: string, name: string, text: string): Promise<void>;
  /** Takes every event from the queue that the event handler reads. */
  published(): Promise<Event[]>;
  stop(): Promise<void>;
}

/**
 * Ingest on a real embedded broker and store in a new directory. Secrets are cached for seconds: use a new
 * name for a new value.
 */
export async function startIngest(options: Partial<IngestDeps> = {}): Promise<TestIngest> {
  const dir = await mkdtemp(join(tmpdir(), 'herald-ingest-'));
  const secretsDir = join(dir, 'secrets');
  await mkdir(secretsDir);
  const time = { now: Date.UTC(2026, 0, 31, 9) };
  const faults: TestIngest['faults'] = { publish: false, store: false };
  const clock: Clock = { rate: 1, now: () => time.now };
  const real = {
    store: openSqliteStore({ file: join(dir, 'store.db'), collections: Object.values(collections) }),
    broker: await openEmbeddedBroker({ file: join(dir, 'broker.db'), topology, clock }),
  };
  await real.store.migrate();
  const broker: Broker = {
    ...real.broker,
    publish: async (messages) => {
      await faults.slow;
      if (faults.publish) throw new Error('no confirm');
      await real.broker.publish(messages);
    },
  };
  const store = breakable(real.store, () => faults.store);
  const apiKeys: ApiKeys = {
    find: (token) => (Object.hasOwn(principals, token) ? principals[token] : undefined),
  };
  const metrics = createMetrics({ version: 'test' }).declare(ingestMetrics);
  let logged = '';
  const log = createLog({
    service: 'ingest',
    level: 'debug',
    destination: {
      write(line: string) {
        logged += line;
      },
    },
  });

  const running: { app: Http; service: Service }[] = [];
  const replica = async ({ start = true } = {}) => {
    const app = await createHttp({
      log,
      metrics,
      apiKeys,
      title: 'Ingest',
      description: 'In.',
      version: '0',
    });
    const service = createIngest({
      store,
      broker,
      clock,
      log,
      metrics,
      linkSecret: LINK_SECRET,
      publicUrl: `${PUBLIC_URL}/`,
      secrets: createSecrets(secretsDir),
      ...options,
    });
    await service.routes(app);
    await app.ready();
    if (start) await service.start();
    running.push({ app, service });
    return { app, service };
  };

  return {
    ...(await replica()),
    metrics,
    store,
    broker,
    time,
    faults,
    logged: () => logged,
    replica,
    writeSecret: (workspace, name, text) => writeFile(join(secretsDir, `${workspace}.${name}`), text),
    async published() {
      const events: Event[] = [];
      const consumer = await real.broker.consume(
        queue.eventHandlerEvents,
        { prefetch: 1 },
        async ({ body }) => {
          events.push(...eventsContract.parse(body).events);
          return ack;
        },
      );
      await vi.waitFor(
        async () => {
          const { ready, inFlight } = await real.broker.depth(queue.eventHandlerEvents);
          if (ready + inFlight > 0) throw new Error('not empty yet');
        },
        { interval: 10 },
      );
      await consumer.stop();
      return events;
    },
    async stop() {
      for (const { app, service } of running) {
        await app.close();
        await service.stop();
      }
      await real.broker.close();
      await real.store.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** The store; every call of its collections rejects while `isBroken`. */
function breakable(store: Store, isBroken: () => boolean): Store {
  return {
    ...store,
    collection(spec) {
      const collection = store.collection(spec);
      return new Proxy(collection, {
        get(target, name, receiver) {
          if (isBroken()) throw new Error('the store is down');
          return Reflect.get(target, name, receiver);
        },
      });
    },
  };
}
