import { type Gateway, isBare, openGateway } from '@herald/mongodb-server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, task, tasks } from '../contract/fixtures.ts';
import type { Store } from '../store.ts';
import { unavailability } from '../unavailable.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

await describeWithMongo('A gateway that stays up while the database is down', ({ uri }) => {
  if (!isBare(uri)) {
    it.skip('is not put before a MONGODB_URI with credentials, options or several hosts', () => {});
    return;
  }
  let gateway: Gateway;
  let store: Store;
  const database = freshDatabase();

  beforeEach(async () => {
    const { hostname: host, port } = new URL(uri);
    gateway = await openGateway({ host, port: Number(port) });
    store = await openMongoStore({
      uri: `mongodb://127.0.0.1:${gateway.port}/?directConnection=true&heartbeatFrequencyMS=500`,
      ...{ database, collections: [tasks], serverSelectionTimeout: 2_000 },
    });
    await store.migrate();
  });
  afterEach(async () => {
    await store.close();
    await gateway.close();
    await dropDatabase(uri, database);
  });

  const calls = (): Record<string, () => Promise<unknown>> => ({
    append: () => store.log.append([event(1)]),
    readStream: () => store.log.readStream({ ...event(1), limit: 1 }),
    count: () => store.log.count(),
    get: () => store.collection(tasks).get('acme', 'a'),
    insert: () => store.collection(tasks).write([{ doc: task('a'), ifVersion: null }]),
    replace: () => store.collection(tasks).write([{ doc: task('a'), ifVersion: 1 }]),
    claim: () => store.collection(tasks).claim({ dueBy: 1, until: 2, limit: 1 }),
  });

  it('does not hide it: a ping rejects, and is well again with the database', async () => {
    await store.ping();
    gateway.stopDatabase();
    await expect(store.ping()).rejects.toThrow();
    gateway.startDatabase();
    await expect.poll(() => store.ping().then(() => 'well', String)).toBe('well');
  });

  it.each([
    [91, 'ShutdownInProgress', 'certain'],
    [112, 'WriteConflict', 'certain'],
    [189, 'PrimarySteppedDown', 'certain'],
    [262, 'ExceededTimeLimit', 'certain'],
    [10107, 'NotWritablePrimary', 'certain'],
    [11600, 'InterruptedAtShutdown', 'certain'],
    [11602, 'InterruptedDueToReplStateChange', 'certain'],
    [13436, 'NotPrimaryOrSecondary', 'certain'],
    [1, 'InternalError', 'doubtful'],
  ] as const)(
    'and answers %i (%s): each call rejects with what is known to be the store’s fault',
    async (code, codeName, expected) => {
      gateway.stopDatabase([{ code, codeName }]);
      const found = Object.entries(calls()).map(async ([name, call]) => [
        name,
        await call().then(() => 'resolved', unavailability),
      ]);
      expect(await Promise.all(found)).toEqual(Object.keys(calls()).map((name) => [name, expected]));
    },
  );

  it.each([
    [121, 'DocumentValidationFailure'],
    [17280, 'KeyTooLong'],
    [10334, 'BSONObjectTooLarge'],
    [13, 'Unauthorized'],
  ])('and answers %i (%s): it is the call’s fault', async (code, codeName) => {
    gateway.stopDatabase([{ code, codeName }]);
    const error: unknown = await store.log.append([event(1)]).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code });
    expect(unavailability(error)).toBeUndefined();
  });
});
