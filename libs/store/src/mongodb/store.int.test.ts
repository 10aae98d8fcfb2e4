import { inspect } from 'node:util';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, gather, notes, range, type Task, task, tasks } from '../contract/fixtures.ts';
import { encodeCursor } from '../cursor.ts';
import type { CollectionSpec, Document } from '../documents.ts';
import type { Store } from '../store.ts';
import { encodeKey, idOf } from './keys.ts';
import type { DocumentRow } from './schema.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

const wider = { ...tasks, indexes: { ...tasks.indexes, byTitle: ['workspace', 'title'] } };

await describeWithMongo('The store in MongoDB', ({ uri }) => {
  let client: MongoClient;
  let database: string;
  const open: Store[] = [];
  const openWith = async (...collections: CollectionSpec<Document>[]): Promise<Store> => {
    const store = await openMongoStore({ uri, database, collections });
    open.push(store);
    return store;
  };
  const rows = (name: string) => client.db(database).collection<DocumentRow>(name);
  const insert = (store: Store, docs: readonly Task[]) =>
    store.collection(tasks).write(docs.map((doc) => ({ doc, ifVersion: null })));

  beforeEach(() => {
    client = new MongoClient(uri);
    database = freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
    await client.close();
    await dropDatabase(uri, database);
  });

  it('says what is missing when it is used before it was migrated, and works after', async () => {
    const store = await openWith(tasks, notes);
    const unmigrated =
      'The store is not migrated, it lacks: events, tasks, notes. The migrate command of event-handler ' +
      'makes it';
    await store.ping();
    await expect(store.log.append([event(1)])).rejects.toThrow(unmigrated);
    await expect(store.log.count()).rejects.toThrow(unmigrated);
    await expect(store.collection(tasks).get('acme', 'a')).rejects.toThrow(unmigrated);
    await expect(gather(store.collection(tasks).scan())).rejects.toThrow(unmigrated);
    await store.migrate();
    expect(await insert(store, [task('a')])).toEqual([true]);
  });

  it('is unmigrated again for specs that ask for more', async () => {
    await (await openWith(tasks)).migrate();
    const store = await openWith(wider);
    await expect(store.collection(wider).get('acme', 'a')).rejects.toThrow('lacks: tasks/workspace,title');
  });

  it('makes the indexes of the specs and of the log, no more', async () => {
    await (await openWith(tasks)).migrate();
    const keysOf = async (name: string) =>
      (await client.db(database).collection(name).indexes()).map(({ key, unique }) => [
        ...Object.keys(key),
        ...(unique ? ['unique'] : []),
      ]);
    expect(new Set(await keysOf('events'))).toEqual(
      new Set([
        ['_id'],
        ['workspace', 'stream', 'seq', 'unique'],
        ['workspace', 'stream', 'type', 'occurredAt'],
        ['workspace', 'receivedAt', '_id'],
        ['workspace', 'type', 'receivedAt', '_id'],
      ]),
    );
    expect(new Set(await keysOf('tasks'))).toEqual(
      new Set([
        ['_id'],
        ['sweepAt'],
        ['keys.workspace,owner:name,rank', '_id'],
        ['keys.workspace,status', '_id'],
        ['keys.workspace,owner:team,owner:name,status', '_id'],
        ['keys.rank', '_id'],
        ['keys.workspace', '_id'],
      ]),
    );
  });

  it('fills a new index from many documents, and finds what the version before wrote without it', async () => {
    const before = await openWith(tasks);
    await before.migrate();
    await insert(
      before,
      range(1, 120).map((n) => task(`t${n}`, { title: `title ${n % 3}` })),
    );
    const store = await openWith(wider);
    await store.migrate();
    const counts = async () =>
      (await store.collection(wider).countBy('byTitle', ['acme']))
        .map(({ count }) => count)
        .sort((a, b) => a - b);
    expect(await counts()).toEqual([40, 40, 40]);
    await before.collection(tasks).write([{ doc: task('t1', { version: 2, title: 'late' }), ifVersion: 1 }]);
    await insert(before, [task('new', { title: 'late' })]);
    await store.migrate();
    expect(await counts()).toEqual([2, 39, 40, 40]);
  });

  it('refuses a spec with the log’s name, and names that are no words', async () => {
    await expect(openWith({ name: 'events', indexes: {} })).rejects.toThrow('events');
    await expect(openWith({ name: 'a', indexes: { b: ['x,y'] } })).rejects.toThrow('Not a name');
    await expect(openWith({ name: 'a$b', indexes: {} })).rejects.toThrow('Not a name');
  });

  it('rejects when no server answers in time', async () => {
    const options = { uri: 'mongodb://127.0.0.1:1/', collections: [], serverSelectionTimeout: 300 };
    await expect(openMongoStore(options)).rejects.toThrow('ECONNREFUSED');
  });

  it('does not repeat what is wrong with a connection string', async () => {
    for (const wrong of [
      'mongodb://ann:s3cret@x@y/',
      'mongodb://ann:s3cret@x/?noSuchOption=s3cret',
      's3cret',
    ]) {
      const failure = await openMongoStore({ uri: wrong, collections: [] }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('s3cret');
    }
  });

  it('leaves no hole in a long append that meets a conflict early', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    await store.log.append([event(30, { stream: 'prospect/bob', id: 'taken' })]);
    const events = range(1, 350).map((seq) => event(seq, seq === 130 ? { id: 'taken' } : {}));
    expect(await store.log.append(events)).toEqual({ written: 129, conflict: 'id' });
    expect(await store.log.count()).toBe(130);
    expect(await store.log.append(events.slice(0, 129))).toEqual({ written: 0, conflict: 'id' });
  });

  it('keeps a forged cursor inside its query', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    const secret = task('s', { workspace: 'globex', status: 'open' });
    await insert(store, [task('a', { status: 'open' }), secret]);
    for (const reverse of [false, true]) {
      const identity = ['tasks', 'byStatus', ['acme'], { from: undefined, before: undefined, reverse }];
      const places = [
        [encodeKey(['globex', 'open']), reverse ? '~' : ''],
        [reverse ? '~' : '', ''],
      ];
      for (const place of places) {
        const cursor = encodeCursor(identity, place);
        const page = await store
          .collection(tasks)
          .find({ index: 'byStatus', equals: ['acme'], limit: 9, cursor, reverse });
        expect(page.items.filter(({ workspace }) => workspace !== 'acme')).toEqual([]);
      }
      const odd = encodeCursor(identity, [1, null]);
      await expect(
        store.collection(tasks).find({ index: 'byStatus', equals: ['acme'], limit: 9, cursor: odd, reverse }),
      ).rejects.toMatchObject({ code: 'invalid_cursor' });
    }
  });

  it('has a customer’s words only as text: never as a field, an operator or part of a query', async () => {
    const store = await openWith(tasks, notes);
    await store.migrate();
    const doc = { ...task('{"$gt":""}'), content: { $set: { version: 9 }, 'a.b': 1 } };
    await store.collection(notes).write([{ doc, ifVersion: null }]);
    const row = await rows('notes').findOne({ _id: idOf(doc) });
    expect(row).toEqual({ _id: idOf(doc), version: 1, keys: {}, body: JSON.stringify(doc) });
    const operator = { $gt: '' } as unknown as string;
    expect(await store.collection(notes).get('acme', operator)).toBeUndefined();
    expect(await store.collection(notes).remove('acme', operator)).toBe(false);
    await expect(store.collection(notes).get('acme x', 'y')).rejects.toThrow(RangeError);
  });

  it('counts anything but a string or a finite number as null in an index', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    const odd = [true, { a: 1 }, [1], undefined, Number.POSITIVE_INFINITY];
    await insert(
      store,
      odd.map((rank, n) => ({ ...task(`${n}`), rank: rank as unknown as null })),
    );
    expect(await store.collection(tasks).countBy('byRank', [null])).toEqual([{ key: [], count: odd.length }]);
  });

  it('reads a batch of a scan up to a size, however big the documents are', async () => {
    const store = await openWith(notes);
    await store.migrate();
    const content = 'x'.repeat(1_500_000);
    const docs = range(1, 4).map((n) => ({ ...task(`n${n}`), content }));
    await store.collection(notes).write(docs.map((doc) => ({ doc, ifVersion: null })));
    const sizes: number[] = [];
    for await (const batch of store.collection(notes).scan()) sizes.push(batch.length);
    expect(sizes).toEqual([3, 1]);
    await store.log.append(range(1, 4).map((seq) => event(seq, { raw: content })));
    sizes.length = 0;
    for await (const batch of store.log.scan()) sizes.push(batch.length);
    expect(sizes).toEqual([3, 1]);
  });

  it('claims for one the rest that others left, when they look at the same at once', async () => {
    const store = await openWith(tasks);
    const other = await openWith(tasks);
    await store.migrate();
    await insert(
      store,
      range(1, 60).map((n) => task(`t${n}`, { sweepAt: n })),
    );
    const claims = await Promise.all(
      [store, other, store, other].map((one) =>
        one.collection(tasks).claim({ dueBy: 60, until: 100, limit: 15 }),
      ),
    );
    expect(claims.map(({ length }) => length)).toEqual([15, 15, 15, 15]);
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(60);
  });

  it('says that the server refused something without what was in the documents', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    // Somebody else's index, which the store knows nothing of.
    await rows('tasks').createIndex({ 'keys.workspace,status': 1 }, { unique: true, name: 'odd' });
    await insert(store, [task('a', { status: 'ann@example.com' }), task('b')]);
    const doc = task('b', { version: 2, status: 'ann@example.com' });
    const failure = await store
      .collection(tasks)
      .write([{ doc, ifVersion: 1 }])
      .catch((error: unknown) => error);
    expect(String(failure)).toContain('MongoDB refused');
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain('ann@example.com');
  });
});
