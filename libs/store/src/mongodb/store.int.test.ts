import { inspect } from 'node:util';
import { writeJson } from '@herald/domain';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, gather, notes, range, type Task, task, tasks } from '../contract/fixtures.ts';
import { encodeCursor } from '../cursor.ts';
import type { CollectionSpec, Document } from '../documents.ts';
import type { Store } from '../store.ts';
import type { DocumentForm, Row } from './rows.ts';
import { openMongoStore } from './store.ts';
import { describeWithMongo, dropDatabase, freshDatabase } from './testing/server.ts';

const wider = { ...tasks, indexes: { ...tasks.indexes, byTitle: ['workspace', 'title'] } };

await describeWithMongo('The store in MongoDB', ({ uri }) => {
  let client: MongoClient;
  let database: string;
  const open: Store[] = [];
  const openAs = async (documents: DocumentForm | undefined, ...collections: CollectionSpec<Document>[]) => {
    const store = await openMongoStore({ uri, database, collections, documents });
    open.push(store);
    return store;
  };
  const openWith = (...collections: CollectionSpec<Document>[]) => openAs(undefined, ...collections);
  const rows = (name: string) => client.db(database).collection<Row>(name);
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
    await expect(store.collection(wider).get('acme', 'a')).rejects.toThrow(
      'lacks: tasks/workspace,title,_id',
    );
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
        ['workspace', 'owner.name', 'rank', '_id'],
        ['workspace', 'status', '_id'],
        ['workspace', 'owner.team', 'owner.name', 'status', '_id'],
        ['rank', '_id'],
        ['workspace', '_id'],
      ]),
    );
  });

  it('gives a new index what it needs of documents in either form, and changes nothing else', async () => {
    for (const form of ['fields', 'text'] as const) {
      const store = await openAs(form, tasks);
      await store.migrate();
      const titles = ['mine', ['mine'], { a: 1 }, null, true, 1n << 60n] as unknown as string[];
      const docs = titles.map((title, n) => task(`${form}${n}`, { title, sweepAt: 1 }));
      await insert(store, docs);
      await store.collection(tasks).claim({ dueBy: 1, until: 5, limit: 9 });
      const later = await openAs(form, wider);
      await later.migrate();
      const leased = docs.map((doc) => ({ ...doc, sweepAt: 5 }));
      const byTitle = { index: 'byTitle', equals: ['acme', 'mine'], limit: 9 };
      expect((await later.collection(wider).find(byTitle)).items).toEqual(leased.slice(0, 1));
      const byNull = { ...byTitle, equals: ['acme', null] };
      expect((await later.collection(wider).find(byNull)).items).toEqual(leased.slice(1));
      await later.close();
      await client.db(database).dropDatabase();
    }
  });

  it('leaves an operator’s own indexes alone', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    await rows('tasks').createIndex({ workspace: 1, title: 1 });
    await store.migrate();
    expect(await rows('tasks').indexExists('workspace_1_title_1')).toBe(true);
    expect(await insert(store, [task('a', { title: 'mine' })])).toEqual([true]);
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
        ['open', reverse ? 'globex ~' : 'globex '],
        [reverse ? '~' : '', ''],
        [null, 'globex s'],
        [0, 'globex s'],
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

  it('shows documents and events as fields, and what BSON cannot hold beside their exact JSON', async () => {
    const store = await openAs('fields', notes);
    await store.migrate();
    const plain = { ...task('ann'), content: { plan: 'pro', seats: 12, tags: ['a'], since: null } };
    const odd = {
      ...task('odd'),
      content: { $set: { version: 9 }, 'a.b': [[1]], id: 1n << 64n, fine: true },
    };
    await store.collection(notes).write([plain, odd].map((doc) => ({ doc, ifVersion: null })));
    await store.log.append([event(1, { data: { plan: 'pro' } })]);
    expect(await rows('notes').findOne({ _id: 'acme ann' })).toEqual({ _id: 'acme ann', ...plain });
    expect(await rows('notes').findOne({ _id: 'acme odd' })).toEqual({
      _id: 'acme odd',
      ...odd,
      content: { '%24set': { version: 9 }, 'a%2Eb': ['[1]'], id: '18446744073709551616', fine: true },
      _json: writeJson(odd),
    });
    const stored = event(1, { data: { plan: 'pro' } });
    expect(await rows('events').findOne({ type: 'page.viewed' })).toEqual({
      _id: `acme ${stored.id}`,
      ...stored,
    });
  });

  it('writes text beside the fields of indexes where each field costs, and fields elsewhere', async () => {
    const rowWrittenBy = async (documents: DocumentForm | undefined) => {
      const store = await openAs(documents, tasks);
      await store.migrate();
      await store.collection(tasks).remove('acme', 'a');
      await insert(store, [task('a', { title: 'mine', owner: { name: 'ann', team: 'x' }, rank: 1 })]);
      return rows('tasks').findOne({ _id: 'acme a' });
    };
    const text = await rowWrittenBy('text');
    const fields = await rowWrittenBy('fields');
    expect(text).toEqual({
      ...{ _id: 'acme a', workspace: 'acme', id: 'a', version: 1 },
      ...{ owner: { name: 'ann', team: 'x' }, rank: 1 },
      _json: writeJson(task('a', { title: 'mine', owner: { name: 'ann', team: 'x' }, rank: 1 })),
    });
    expect(fields).toMatchObject({ title: 'mine', rank: 1 });
    expect(fields).not.toHaveProperty('_json');
    const server = await client.db('admin').command({ buildInfo: 1 });
    expect(await rowWrittenBy(undefined)).toEqual('ferretdbVersion' in server ? text : fields);
  });

  it('reads, finds, leases and replaces what was written in the other form', async () => {
    for (const [mine, others] of [
      ['fields', 'text'],
      ['text', 'fields'],
    ] as const) {
      const store = await openAs(mine, tasks);
      const other = await openAs(others, tasks);
      await store.migrate();
      const doc = task(mine, { title: 'mine', owner: { name: mine }, rank: 2, sweepAt: 1 });
      await insert(other, [doc]);
      const collection = store.collection(tasks);
      expect(await collection.get('acme', mine)).toEqual(doc);
      const found = await collection.find({ index: 'byOwner', equals: ['acme', mine, 2], limit: 2 });
      expect(found.items).toEqual([doc]);
      expect(await collection.claim({ dueBy: 1, until: 9, limit: 1 })).toEqual([{ ...doc, sweepAt: 9 }]);
      const next = { ...doc, version: 2, rank: 3 };
      expect(await collection.write([{ doc: { ...next, sweepAt: null }, ifVersion: 1 }])).toEqual([true]);
      expect(await other.collection(tasks).get('acme', mine)).toEqual({ ...next, sweepAt: null });
      const first = event(1, { stream: `prospect/${mine}`, id: mine, data: { plan: 'pro' } });
      await other.log.append([first]);
      expect(await store.log.byIds([first])).toEqual([first]);
      await store.log.rewrite([{ ...first, data: {} }]);
      expect(await other.log.readStream({ ...first, limit: 2 })).toEqual([{ ...first, data: {} }]);
    }
  });

  it('counts anything but a string or a finite number as null in an index', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    const odd = [true, { a: 1 }, [1], null, undefined, Number.POSITIVE_INFINITY, 1n << 60n];
    const docs = odd.map((rank, n) => ({ ...task(`${n}`), rank: rank as unknown as null }));
    await insert(store, [...docs, { ...task('list'), owner: [{ name: 'ann' }] as unknown as object }]);
    const collection = store.collection(tasks);
    expect(await collection.countBy('byRank', [null])).toEqual([{ key: [], count: odd.length + 1 }]);
    expect(await collection.count({ index: 'byOwner', equals: ['acme', null] })).toBe(odd.length + 1);
    const { items } = await collection.find({ index: 'byRank', equals: [null], limit: 3 });
    expect(items.map(writeJson)).toEqual(docs.slice(0, 3).map(writeJson));
  });

  it('takes nobody’s words for an operator', async () => {
    const store = await openWith(tasks);
    await store.migrate();
    await insert(store, [task('a', { status: 'open', rank: 1 })]);
    const operator = { $gt: '' } as unknown as string;
    const collection = store.collection(tasks);
    expect(await collection.get('acme', operator)).toBeUndefined();
    expect(await collection.remove('acme', operator)).toBe(false);
    await expect(collection.get('acme x', 'y')).rejects.toThrow(RangeError);
    expect(await collection.find({ index: 'byStatus', equals: ['acme', operator], limit: 1 })).toEqual({
      items: [],
    });
    expect(await collection.count({ index: 'byStatus', equals: ['acme', operator] })).toBe(0);
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
    await rows('tasks').createIndex({ workspace: 1, status: 1 }, { unique: true, name: 'odd' });
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
