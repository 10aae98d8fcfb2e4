import { beforeEach, describe, expect, it } from 'vitest';
import type { FindQuery, Scalar } from '../documents.ts';
import { eachWithStore, ids, notes, range, type SetUp, task, tasks } from './fixtures.ts';

export function findContract(setUp: SetUp): void {
  describe('finding documents by an index', () => {
    const context = eachWithStore(setUp);
    const docs = [
      task('01', { status: 'open', owner: { name: 'ann', team: 'red' }, rank: 3 }),
      task('02', { status: 'open', owner: { name: 'bob', team: 'red' }, rank: 1 }),
      task('03', { status: 'done', owner: { name: 'ann', team: 'blue' }, rank: 2 }),
      task('04', { status: 'done', owner: { name: 'ann', team: null }, rank: 2 }),
      task('05', { owner: { name: null, team: 'red' }, rank: 'high' }),
      task('06', { owner: { name: 'ann' }, rank: null }),
      task('07', { status: 'open', owner: { name: 'ann' } }),
      task('08', {}),
      task('09', { workspace: 'globex', status: 'open', owner: { name: 'ann', team: 'red' }, rank: 0 }),
    ];
    const find = async (query: Partial<FindQuery> & { index: string }): Promise<string[]> =>
      ids((await context.tasks().find({ equals: ['acme'], limit: 100, ...query })).items);

    beforeEach(async () => {
      await context.tasks().write(docs.toReversed().map((doc) => ({ doc, ifVersion: null })));
    });

    it('gives whole documents in the order of the index, then by id', async () => {
      const { items, next } = await context
        .tasks()
        .find({ index: 'byStatus', equals: ['acme', 'open'], limit: 100 });
      expect(items).toEqual([docs[0], docs[1], docs[6]]);
      expect(next).toBeUndefined();
      expect(await find({ index: 'byOwner', equals: ['acme', 'ann'] })).toEqual([
        '06',
        '07',
        '03',
        '04',
        '01',
      ]);
      expect(await find({ index: 'byWorkspace' })).toEqual(ids(docs.slice(0, 8)));
    });

    it('orders null and missing first, then numbers, then strings', async () => {
      expect(await find({ index: 'byOwner' })).toEqual(['08', '05', '06', '07', '03', '04', '01', '02']);
      expect(await find({ index: 'byRank', equals: [] })).toEqual([
        '06',
        '07',
        '08',
        '09',
        '02',
        '03',
        '04',
        '01',
        '05',
      ]);
    });

    it('orders backwards when asked to, ties too', async () => {
      for (const query of [
        { index: 'byOwner' },
        { index: 'byRank', equals: [] },
        { index: 'byTeam', equals: ['acme', 'red'] },
      ]) {
        expect(await find({ ...query, reverse: true })).toEqual((await find(query)).reverse());
      }
    });

    it('finds null: it is what is missing', async () => {
      expect(await find({ index: 'byStatus', equals: ['acme', null] })).toEqual(['05', '06', '08']);
      expect(await find({ index: 'byTeam', equals: ['acme', null] })).toEqual(['08', '06', '04', '07']);
      expect(await find({ index: 'byTeam', equals: ['acme', 'red', null] })).toEqual(['05']);
      expect(await find({ index: 'byRank', equals: [null] })).toEqual(['06', '07', '08']);
    });

    it('bounds the next field, from inclusive, before exclusive, each within its own kind', async () => {
      const ann = { index: 'byOwner', equals: ['acme', 'ann'] };
      expect(await find({ ...ann, from: 2 })).toEqual(['03', '04', '01']);
      expect(await find({ ...ann, before: 3 })).toEqual(['03', '04']);
      expect(await find({ ...ann, from: 2, before: 3 })).toEqual(['03', '04']);
      expect(await find({ ...ann, from: 2, before: 2 })).toEqual([]);
      expect(await find({ ...ann, from: null })).toEqual(['06', '07']);
      expect(await find({ ...ann, before: null })).toEqual([]);
      expect(await find({ index: 'byRank', equals: [], from: 2 })).toEqual(['03', '04', '01']);
      expect(await find({ index: 'byRank', equals: [], from: 'a' })).toEqual(['05']);
      expect(await find({ index: 'byRank', equals: [], before: 'z' })).toEqual(['05']);
      expect(await find({ index: 'byRank', equals: [], from: 0, before: 'z' })).toEqual([]);
      expect(await find({ index: 'byOwner', from: 'ann', before: 'b', reverse: true })).toEqual([
        '01',
        '04',
        '03',
        '07',
        '06',
      ]);
    });

    it('never gives another workspace’s', async () => {
      expect(await find({ index: 'byOwner', equals: ['globex', 'ann'] })).toEqual(['09']);
      expect(await find({ index: 'byStatus', equals: ['initech', 'open'] })).toEqual([]);
    });

    it('follows what is written, replaced and removed', async () => {
      const open = { index: 'byStatus', equals: ['acme', 'open'] };
      await context.tasks().write([{ doc: task('01', { version: 2, status: 'done' }), ifVersion: 1 }]);
      await context.tasks().write([{ doc: task('02', { version: 2, status: 'lost' }), ifVersion: 5 }]);
      await context.tasks().remove('acme', '07');
      expect(await find(open)).toEqual(['02']);
      expect(await find({ index: 'byStatus', equals: ['acme', 'done'] })).toEqual(['01', '03', '04']);
      expect(await find({ index: 'byOwner', equals: ['acme', 'ann'] })).toEqual(['06', '03', '04']);
    });

    it('counts what a query would find', async () => {
      const count = (query: Omit<FindQuery, 'limit'>) => context.tasks().count(query);
      expect(await count({ index: 'byStatus', equals: ['acme', 'open'] })).toBe(3);
      expect(await count({ index: 'byStatus', equals: ['acme', 'none'] })).toBe(0);
      expect(await count({ index: 'byOwner', equals: ['acme', 'ann'], from: 2, before: 3 })).toBe(2);
      expect(await count({ index: 'byOwner', equals: ['acme', 'ann'], before: null })).toBe(0);
      expect(await count({ index: 'byRank', equals: [] })).toBe(9);
    });

    it('counts by the fields after those that are fixed', async () => {
      const count = async (index: string, equals: readonly Scalar[]) =>
        Object.fromEntries(
          (await context.tasks().countBy(index, equals)).map(({ key, count: n }) => [JSON.stringify(key), n]),
        );
      expect(await count('byStatus', ['acme'])).toEqual({ '[null]': 3, '["done"]': 2, '["open"]': 3 });
      expect(await count('byTeam', ['acme', 'red'])).toEqual({
        '[null,null]': 1,
        '["ann","open"]': 1,
        '["bob","open"]': 1,
      });
      expect(await count('byStatus', ['acme', 'open'])).toEqual({ '[]': 3 });
      expect(await count('byStatus', ['acme', null])).toEqual({ '[]': 3 });
      expect(await count('byStatus', ['acme', 'none'])).toEqual({});
      expect(await count('byRank', [])).toEqual({
        '[null]': 3,
        '[0]': 1,
        '[1]': 1,
        '[2]': 2,
        '[3]': 1,
        '["high"]': 1,
      });
    });

    it('refuses an index that is not there, and more than it holds', async () => {
      const refused: FindQuery[] = [
        { index: 'byNothing', equals: [], limit: 1 },
        { index: 'byStatus', equals: ['acme', 'open', 'more'], limit: 1 },
        { index: 'byStatus', equals: ['acme', 'open'], from: 1, limit: 1 },
        { index: 'byStatus', equals: ['acme'], limit: 0 },
      ];
      for (const query of refused) await expect(context.tasks().find(query)).rejects.toThrow();
      await expect(context.tasks().countBy('byNothing', [])).rejects.toThrow();
      await expect(context.tasks().count({ index: 'byNothing', equals: [] })).rejects.toThrow();
      await expect(context.notes().find({ index: 'byStatus', equals: [], limit: 1 })).rejects.toThrow();
    });

    it('serves an index that the spec got later, with the documents that were there', async () => {
      const wider = { ...tasks, indexes: { ...tasks.indexes, byTitle: ['workspace', 'title'] } };
      await context.tasks().write([{ doc: task('10', { title: 'late' }), ifVersion: null }]);
      const store = await context.reopen([wider, notes]);
      await store.migrate();
      await store.migrate();
      const query = { index: 'byTitle', equals: ['acme', 'late'], limit: 10 };
      expect(ids((await store.collection(wider).find(query)).items)).toEqual(['10']);
      await store.collection(wider).write([{ doc: task('11', { title: 'late' }), ifVersion: null }]);
      expect(ids((await store.collection(wider).find(query)).items)).toEqual(['10', '11']);
      expect(await find({ index: 'byStatus', equals: ['acme', 'open'] })).toEqual(['01', '02', '07']);
    });

    it('serves the new fields of an index that was changed', async () => {
      const changed = { ...tasks, indexes: { ...tasks.indexes, byStatus: ['workspace', 'title'] } };
      await context.tasks().write([{ doc: task('10', { title: 'late' }), ifVersion: null }]);
      const store = await context.reopen([changed]);
      await store.migrate();
      const query = { index: 'byStatus', equals: ['acme', 'late'], limit: 10 };
      expect(ids((await store.collection(changed).find(query)).items)).toEqual(['10']);
    });

    it('pages through writes without doubles', async () => {
      await context
        .tasks()
        .write(
          range(20, 60).map((n) => ({ doc: task(`${n}`, { status: 'many', rank: n % 4 }), ifVersion: null })),
        );
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await context
          .tasks()
          .find({ index: 'byStatus', equals: ['acme', 'many'], limit: 7, ...(cursor ? { cursor } : {}) });
        seen.push(...ids(page.items));
        cursor = page.next;
        await context.tasks().write([{ doc: task(`2${seen.length}`, { status: 'many' }), ifVersion: null }]);
        await context.tasks().remove('acme', seen.at(-1) ?? '');
      } while (cursor !== undefined);
      expect(seen).toEqual([...new Set(seen)].sort());
      expect(seen).toEqual(expect.arrayContaining(range(20, 60).map(String)));
    });
  });
}
