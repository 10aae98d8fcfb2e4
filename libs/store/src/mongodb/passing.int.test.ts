import { type Gateway, isBare, openGateway } from '@herald/mongodb-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { event, task, tasks } from '../contract/fixtures.ts';
import type { Store } from '../store.ts';
import { unavailability } from '../unavailable.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

/** The two ways in which a server says so: the command as a whole, and a write in it. */
const answers = (code: number, codeName: string, places: readonly number[]) => ({
  'the command': { ok: 0, code, codeName, errmsg: 'try again' },
  'a write': {
    ...{ ok: 1, n: 0, nModified: 0 },
    writeErrors: places.map((index) => ({ index, code, errmsg: 'try again' })),
  },
});

await describeWithMongo('A write that the server did not do just now', ({ uri }) => {
  if (!isBare(uri)) {
    it.skip('is not tried where MONGODB_URI has credentials, options or several hosts', () => {});
    return;
  }
  let gateway: Gateway;
  let store: Store;
  const database = freshDatabase();

  beforeEach(async () => {
    const { hostname: host, port } = new URL(uri);
    gateway = await openGateway({ host, port: Number(port) });
    store = await openMongoStore({
      uri: `mongodb://127.0.0.1:${gateway.port}/?directConnection=true`,
      ...{ database, collections: [tasks] },
    });
    await store.migrate();
    await store.log.append([event(1)]);
    await docs().write([{ doc: task('a', { sweepAt: 1 }), ifVersion: null }]);
  });
  afterEach(async () => {
    await store.close();
    await gateway.close();
    await dropDatabase(uri, database);
  });

  const docs = () => store.collection(tasks);
  const changed = task('a', { version: 2, title: 'new' });
  const fresh = [task('b'), task('c')];
  const late = event(1, { data: { late: true } });
  /** Every kind of write: its command, the places that are refused, and what comes of it. */
  const writes: [string, string, number[], () => Promise<unknown>, unknown][] = [
    ['an append', 'insert', [0], () => store.log.append([event(2), event(3)]), { written: 2 }],
    [
      'an append that meets a conflict then',
      'insert',
      [0],
      () => store.log.append([event(2), event(1)]),
      { written: 1, conflict: 'id' },
    ],
    [
      'an insert of documents',
      'insert',
      [0, 1],
      () => docs().write(fresh.map((doc) => ({ doc, ifVersion: null }))),
      [true, true],
    ],
    ['a replacement', 'update', [0], () => docs().write([{ doc: changed, ifVersion: 1 }]), [true]],
    ['a removal', 'delete', [0], () => docs().remove('acme', 'a'), true],
    [
      'a claim',
      'update',
      [0],
      () => docs().claim({ dueBy: 1, until: 5, limit: 1 }),
      [task('a', { sweepAt: 5 })],
    ],
    [
      'a rewrite',
      'update',
      [0],
      async () => {
        await store.log.rewrite([late]);
        return store.log.byIds([late]);
      },
      [late],
    ],
  ];

  for (const way of ['the command', 'a write'] as const) {
    describe(`as ${way} met a conflict`, () => {
      it.each(writes)('%s is tried again', async (_name, command, places, write, expected) => {
        gateway.answerNext(command, answers(112, 'WriteConflict', places)[way]);
        expect(await write()).toEqual(expected);
        expect(gateway.unused).toBe(0);
      });
    });
  }

  it.each([
    [24, 'LockTimeout'],
    [46, 'LockBusy'],
    [314, 'ObjectIsBusy'],
    [16500, 'RequestRateTooLarge'],
  ])('%i (%s) is tried again, too', async (code, codeName) => {
    gateway.answerNext('update', answers(code, codeName, [0])['a write']);
    gateway.answerNext('update', answers(code, codeName, [0])['the command']);
    expect(await docs().write([{ doc: changed, ifVersion: 1 }])).toEqual([true]);
    expect(gateway.unused).toBe(0);
  });

  it('rejects as what is the store’s fault when it stays so', async () => {
    const conflict = answers(112, 'WriteConflict', [0])['a write'];
    for (let n = 0; n < 9; n += 1) {
      for (const command of ['insert', 'update']) gateway.answerNext(command, conflict);
    }
    const faults = await Promise.all(
      [store.log.append([event(2)]), docs().write([{ doc: changed, ifVersion: 1 }])].map((write) =>
        write.then(() => 'written', unavailability),
      ),
    );
    expect(faults).toEqual(['certain', 'certain']);
    expect(await store.log.count()).toBe(1);
  });
});
