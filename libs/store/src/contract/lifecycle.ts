import { describe, expect, it } from 'vitest';
import { eachWithStore, event, gather, ids, notes, range, type SetUp, task, tasks } from './fixtures.ts';

export function lifecycleContract(setUp: SetUp): void {
  describe('the store', () => {
    const context = eachWithStore(setUp);

    it('has after a reopen everything that was acknowledged', async () => {
      const events = range(1, 20).map((seq) => event(seq));
      await context.log().append(events);
      await context.tasks().write([
        { doc: task('a', { sweepAt: 1, status: 'open' }), ifVersion: null },
        { doc: task('b'), ifVersion: null },
      ]);
      await context.tasks().claim({ dueBy: 1, until: 9, limit: 1 });
      await context.tasks().remove('acme', 'b');
      const store = await context.reopen();
      expect(await gather(store.log.scan())).toEqual(events);
      expect(await gather(store.collection(tasks).scan())).toEqual([
        task('a', { sweepAt: 9, status: 'open' }),
      ]);
      expect(await store.log.append([event(20)])).toEqual({ written: 0, conflict: 'id' });
    });

    it('can be migrated again, by several at once, and harms nothing', async () => {
      await context.tasks().write([{ doc: task('a', { status: 'open' }), ifVersion: null }]);
      await Promise.all([context.store().migrate(), context.store().migrate()]);
      const query = { index: 'byStatus', equals: ['acme', 'open'], limit: 1 };
      expect(ids((await context.tasks().find(query)).items)).toEqual(['a']);
    });

    it('finishes on close what was asked for before', async () => {
      const store = context.store();
      const appended = Promise.all(
        range(1, 50).map((n) => store.log.append([event(1, { stream: `prospect/${n}` })])),
      );
      const written = store.collection(tasks).write([{ doc: task('a'), ifVersion: null }]);
      await store.close();
      expect((await appended).every(({ written: n }) => n === 1)).toBe(true);
      expect(await written).toEqual([true]);
      const again = await context.reopen();
      expect(await again.log.count()).toBe(50);
      expect(await again.collection(tasks).get('acme', 'a')).toEqual(task('a'));
    });

    it('answers a ping while it is open, and rejects everything once it is closed', async () => {
      const store = context.store();
      const collection = store.collection(tasks);
      await store.ping();
      await store.close();
      await store.close();
      await expect(store.ping()).rejects.toThrow();
      await expect(store.log.append([event(1)])).rejects.toThrow();
      await expect(store.log.readStream({ workspace: 'acme', stream: 'x', limit: 1 })).rejects.toThrow();
      await expect(collection.write([{ doc: task('a'), ifVersion: null }])).rejects.toThrow();
      await expect(collection.get('acme', 'a')).rejects.toThrow();
      await expect(collection.claim({ dueBy: 1, until: 2, limit: 1 })).rejects.toThrow();
      await expect(gather(collection.scan())).rejects.toThrow();
    });

    it('knows only the collections it was opened with', async () => {
      const store = await context.reopen([tasks]);
      expect(() => store.collection(notes)).toThrow('notes');
    });
  });
}
