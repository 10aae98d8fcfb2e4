import { connect, createServer, type Server, type Socket } from 'node:net';
import { isBare } from '@herald/mongodb-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, task, tasks } from '../contract/fixtures.ts';
import type { Store } from '../store.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

/** A way to the server that can be cut and mended, or fall silent. */
async function createWay(uri: string) {
  const { hostname, port } = new URL(uri);
  const sockets = new Set<Socket>();
  let silent = false;
  let server: Server | undefined;
  let own = 0;
  const open = async (): Promise<void> => {
    const listener = createServer((client) => {
      const target = connect(Number(port), hostname);
      for (const [from, to] of [
        [client, target],
        [target, client],
      ] as const) {
        sockets.add(from);
        from.on('data', (data) => {
          if (!silent) to.write(data);
        });
        from.on('error', () => {});
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => listener.listen(own, '127.0.0.1', resolve));
    const address = listener.address();
    if (address !== null && typeof address === 'object') own = address.port;
    server = listener;
  };
  const cut = async (): Promise<void> => {
    const closing = new Promise((resolve) => server?.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closing;
  };
  await open();
  return {
    uri: `mongodb://127.0.0.1:${own}/?directConnection=true&heartbeatFrequencyMS=500`,
    open,
    cut,
    silence(on: boolean) {
      silent = on;
    },
  };
}

await describeWithMongo('The way to MongoDB', ({ uri }) => {
  if (!isBare(uri)) {
    it.skip('is not cut where MONGODB_URI has credentials, options or several hosts', () => {});
    return;
  }
  let way: Awaited<ReturnType<typeof createWay>>;
  let store: Store;
  let database: string;

  beforeEach(async () => {
    way = await createWay(uri);
    database = freshDatabase();
    const timeouts = { serverSelectionTimeout: 600, connectTimeout: 600, socketTimeout: 800 };
    store = await openMongoStore({ uri: way.uri, database, collections: [tasks], ...timeouts });
    await store.migrate();
    await store.log.append([event(1)]);
  });
  afterEach(async () => {
    way.silence(false);
    await store.close();
    await way.cut();
    await dropDatabase(uri, database);
  });

  const everything = () =>
    Promise.allSettled([
      store.ping(),
      store.log.append([event(9, { id: 'lost' })]),
      store.log.readStream({ ...event(1), limit: 1 }),
      store.collection(tasks).get('acme', 'a'),
      store.collection(tasks).write([{ doc: task('a'), ifVersion: null }]),
      store.collection(tasks).claim({ dueBy: 1, until: 2, limit: 1 }),
    ]);
  /** Waits until the driver has found the server again. */
  const recovers = async (): Promise<void> => {
    await expect.poll(() => store.ping().then(() => 'pong', String)).toBe('pong');
    expect(await store.log.byIds([event(1)])).toEqual([event(1)]);
    const [written] = await store.collection(tasks).write([{ doc: task('b'), ifVersion: null }]);
    expect(written).toBe(true);
  };

  it('may be cut: calls reject in time, and go through again once it is mended', async () => {
    await way.cut();
    const start = performance.now();
    const results = await everything();
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'rejected'));
    expect(performance.now() - start).toBeLessThan(5_000);
    await way.open();
    await recovers();
  });

  it('may fall silent: calls reject in time, and go through again once it answers', async () => {
    way.silence(true);
    const start = performance.now();
    const results = await everything();
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'rejected'));
    expect(performance.now() - start).toBeLessThan(10_000);
    way.silence(false);
    await recovers();
  });

  it('may be cut in the middle of appends: what was acknowledged is there, the rest is a prefix of its batch', async () => {
    const streams = Array.from({ length: 20 }, (_, n) => `prospect/p${n}`);
    const appends = streams.map((stream) =>
      store.log.append(Array.from({ length: 20 }, (_, n) => event(n + 1, { stream }))),
    );
    await Promise.race(appends);
    await way.cut();
    const results = await Promise.allSettled(appends);
    await way.open();
    await recovers();
    for (const [n, stream] of streams.entries()) {
      const seqs = (await store.log.readStream({ workspace: 'acme', stream, limit: 99 })).map(
        ({ seq }) => seq,
      );
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, at) => at + 1));
      if (results[n]?.status === 'fulfilled') expect(seqs).toHaveLength(20);
    }
  });
});
