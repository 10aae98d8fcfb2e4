import { describe, expect, it } from 'vitest';
import { eachWithStore, ids, range, type SetUp, task } from './fixtures.ts';

export function sweepContract(setUp: SetUp): void {
  describe('claiming what needs attention', () => {
    const context = eachWithStore(setUp);
    const insert = (...docs: ReturnType<typeof task>[]) =>
      context.tasks().write(docs.map((doc) => ({ doc, ifVersion: null })));

    it('takes what is due, oldest first, of all workspaces, and moves it to the end of the lease', async () => {
      await insert(
        task('later', { sweepAt: 201 }),
        task('new', { sweepAt: 200, title: 'x' }),
        task('never'),
        task('null', { sweepAt: null }),
        task('old', { sweepAt: 100, workspace: 'globex' }),
        task('oldest', { sweepAt: -5 }),
      );
      const claimed = await context.tasks().claim({ dueBy: 200, until: 1000, limit: 10 });
      expect(claimed).toEqual([
        task('oldest', { sweepAt: 1000 }),
        task('old', { sweepAt: 1000, workspace: 'globex' }),
        task('new', { sweepAt: 1000, title: 'x' }),
      ]);
      expect(await context.tasks().get('acme', 'new')).toEqual(task('new', { sweepAt: 1000, title: 'x' }));
      expect(await context.tasks().get('acme', 'null')).toEqual(task('null', { sweepAt: null }));
      expect(await context.tasks().claim({ dueBy: 200, until: 1000, limit: 10 })).toEqual([]);
    });

    it('takes no more than the limit, and the rest next', async () => {
      await insert(...range(1, 9).map((n) => task(`t${n}`, { sweepAt: 10 - n })));
      const claim = async () => ids(await context.tasks().claim({ dueBy: 10, until: 100, limit: 4 }));
      expect(await claim()).toEqual(['t9', 't8', 't7', 't6']);
      expect(await claim()).toEqual(['t5', 't4', 't3', 't2']);
      expect(await claim()).toEqual(['t1']);
      expect(await claim()).toEqual([]);
    });

    it('gives no document to two callers', async () => {
      await insert(...range(1, 100).map((n) => task(`t${n}`, { sweepAt: n % 7 })));
      const claims = await Promise.all(
        range(1, 12).map(() => context.tasks().claim({ dueBy: 10, until: 100, limit: 15 })),
      );
      const all = claims.flatMap((claimed) => ids(claimed));
      expect(all).toHaveLength(100);
      expect(new Set(all).size).toBe(100);
    });

    it('gives it again when the lease has run out, by the order of leases', async () => {
      await insert(task('a', { sweepAt: 1 }), task('b', { sweepAt: 50 }));
      await context.tasks().claim({ dueBy: 10, until: 100, limit: 10 });
      expect(await context.tasks().claim({ dueBy: 49, until: 100, limit: 10 })).toEqual([]);
      const again = await context.tasks().claim({ dueBy: 100, until: 200, limit: 10 });
      expect(again).toEqual([task('b', { sweepAt: 200 }), task('a', { sweepAt: 200 })]);
    });

    it('leaves the version as it is: whoever handles the document writes by it, which ends the lease', async () => {
      await insert(task('a', { sweepAt: 1 }), task('b', { sweepAt: 1 }));
      await context.tasks().claim({ dueBy: 10, until: 100, limit: 10 });
      const results = await context.tasks().write([
        { doc: task('a', { version: 2 }), ifVersion: 1 },
        { doc: task('b', { version: 2, sweepAt: 60 }), ifVersion: 1 },
      ]);
      expect(results).toEqual([true, true]);
      expect(await context.tasks().get('acme', 'a')).toEqual(task('a', { version: 2 }));
      expect(ids(await context.tasks().claim({ dueBy: 1000, until: 2000, limit: 10 }))).toEqual(['b']);
    });

    it('shows the lease in every way of reading', async () => {
      await insert(task('a', { sweepAt: 1, status: 'open' }));
      await context.tasks().claim({ dueBy: 1, until: 77, limit: 1 });
      const leased = task('a', { sweepAt: 77, status: 'open' });
      const query = { index: 'byStatus', equals: ['acme', 'open'], limit: 1 };
      expect((await context.tasks().find(query)).items).toEqual([leased]);
      expect(await context.tasks().getMany([leased])).toEqual([leased]);
      for await (const batch of context.tasks().scan()) expect(batch).toEqual([leased]);
    });

    it('does not give what was removed, or is another collection’s', async () => {
      await insert(task('a', { sweepAt: 1 }));
      await context.notes().write([{ doc: { ...task('n', { sweepAt: 1 }), content: 1 }, ifVersion: null }]);
      await context.tasks().remove('acme', 'a');
      expect(await context.tasks().claim({ dueBy: 10, until: 20, limit: 10 })).toEqual([]);
      expect(ids(await context.notes().claim({ dueBy: 10, until: 20, limit: 10 }))).toEqual(['n']);
    });

    it('counts those that are overdue, and gives the oldest due time of all', async () => {
      expect(await context.tasks().overdue(100)).toEqual({ count: 0 });
      await insert(task('never'), task('null', { sweepAt: null }));
      expect(await context.tasks().overdue(100)).toEqual({ count: 0 });
      await insert(
        task('a', { sweepAt: 50 }),
        task('b', { sweepAt: 99, workspace: 'globex' }),
        task('c', { sweepAt: 100 }),
      );
      expect(await context.tasks().overdue(100)).toEqual({ count: 2, oldest: 50 });
      expect(await context.tasks().overdue(10)).toEqual({ count: 0, oldest: 50 });
      await context.tasks().claim({ dueBy: 60, until: 500, limit: 5 });
      expect(await context.tasks().overdue(1000)).toEqual({ count: 3, oldest: 99 });
    });
  });
}
