import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@herald/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event, gather, notes, range, task, tasks } from '../contract/fixtures.ts';
import type { CollectionSpec, Document } from '../documents.ts';
import type { Store } from '../store.ts';
import { createSqliteStore, openSqliteStore } from './store.ts';

let folder: string;
let file: string;
let store: Store;
let database: Database;

const open = (collections: readonly CollectionSpec<Document>[]): void => {
  database = openDatabase(file);
  store = createSqliteStore(database, collections);
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-store-'));
  file = join(folder, 'store.db');
  open([tasks, notes]);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

it('says what is missing when it is used before it was migrated, and works after', async () => {
  const docs = store.collection(tasks);
  const unmigrated = 'The store is not migrated, it lacks: events, doc/tasks, doc/notes';
  await store.ping();
  await expect(store.log.append([event(1)])).rejects.toThrow(unmigrated);
  await expect(store.log.count()).rejects.toThrow(unmigrated);
  await expect(docs.get('acme', 'a')).rejects.toThrow(unmigrated);
  await expect(docs.write([{ doc: task('a'), ifVersion: null }])).rejects.toThrow(unmigrated);
  await expect(gather(docs.scan())).rejects.toThrow(unmigrated);
  await store.migrate();
  expect(await docs.write([{ doc: task('a'), ifVersion: null }])).toEqual([true]);
});

it('is unmigrated again for specs that ask for more', async () => {
  await store.migrate();
  await store.close();
  open([tasks, { ...notes, indexes: { byKind: ['workspace', 'content.kind'] } }]);
  await expect(store.collection(tasks).get('acme', 'a')).rejects.toThrow(
    'lacks: $.content.kind, doc/notes/byKind',
  );
});

it('changes nothing in a file that has all it needs', async () => {
  await store.migrate();
  const version = () => database.prepare('PRAGMA schema_version').get();
  const before = version();
  await store.migrate();
  expect(version()).toEqual(before);
});

it('fills a new index from many documents at once', async () => {
  await store.migrate();
  const docs = range(1, 450).map((n) => task(`t${n}`, { title: `title ${n % 3}` }));
  await store.collection(tasks).write(docs.map((doc) => ({ doc, ifVersion: null })));
  await store.close();
  const wider = { ...tasks, indexes: { ...tasks.indexes, byTitle: ['workspace', 'title'] } };
  open([wider]);
  await store.migrate();
  const counts = await store.collection(wider).countBy('byTitle', ['acme']);
  expect(counts).toEqual([0, 1, 2].map((n) => ({ key: [`title ${n}`], count: 150 })));
});

it('leaves the file as it was when a migration fails half-way', async () => {
  await store.migrate();
  await store.close();
  // SQLite takes these two for one column.
  open([{ ...notes, indexes: { first: ['fresh'], second: ['content.a', 'content.A'] } }]);
  await expect(store.migrate()).rejects.toThrow('duplicate column');
  await store.close();
  open([tasks, notes]);
  await store.collection(notes).write([{ doc: { ...task('n'), content: 1 }, ifVersion: null }]);
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('doc/notes');
  expect(columns).not.toContainEqual({ name: '$.fresh' });
});

it('refuses a file that is open elsewhere', () => {
  expect(() => openSqliteStore({ file, collections: [] })).toThrow('only one process may have it open');
});

it.each([
  [{ name: 'a"; DROP TABLE events; --', indexes: {} }],
  [{ name: 'a', indexes: { 'b"': ['workspace'] } }],
  [{ name: 'a', indexes: { b: ['workspace', 'x"y'] } }],
  [{ name: 'a', indexes: { b: ['a..b'] } }],
  [{ name: 'a', indexes: { b: ['sweepAt'] } }],
  [{ name: 'a', indexes: { b: [] } }],
])('refuses the spec %j', (spec) => {
  expect(() => createSqliteStore(database, [spec])).toThrow();
});

it('counts anything but a string or a finite number as null in an index', async () => {
  await store.migrate();
  const odd = [true, { a: 1 }, [1], undefined, Number.POSITIVE_INFINITY];
  const docs = odd.map((rank, n) => ({ ...task(`${n}`), rank: rank as unknown as null }));
  await store.collection(tasks).write(docs.map((doc) => ({ doc, ifVersion: null })));
  expect(await store.collection(tasks).countBy('byRank', [null])).toEqual([{ key: [], count: odd.length }]);
});

it('reads a batch of a scan up to a size, however big the documents are', async () => {
  await store.migrate();
  const content = 'x'.repeat(1_500_000);
  const docs = range(1, 7).map((n) => ({ ...task(`n${n}`), content }));
  await store.collection(notes).write(docs.map((doc) => ({ doc, ifVersion: null })));
  const sizes: number[] = [];
  for await (const batch of store.collection(notes).scan()) sizes.push(batch.length);
  expect(sizes).toEqual([3, 3, 1]);
  await store.log.append(range(1, 7).map((seq) => event(seq, { raw: content })));
  sizes.length = 0;
  for await (const batch of store.log.scan()) sizes.push(batch.length);
  expect(sizes).toEqual([3, 3, 1]);
});
