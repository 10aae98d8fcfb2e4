import type { StoredEvent } from '@herald/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventLog } from '../event-log.ts';
import { eachWithStore, event, gather, ids, range, type SetUp } from './fixtures.ts';

const EVERYTHING = 100_000;

/**
 * Appends as a careful writer does: drops what is there, numbers the rest, and on a conflict reads again.
 * Returns how often it lost.
 */
async function appendAll(log: EventLog, workspace: string, items: readonly { id: string; stream: string }[]) {
  for (let lost = 0; ; lost += 1) {
    const known = new Set(ids(await log.byIds(items.map(({ id }) => ({ workspace, id })))));
    const last = new Map<string, number>();
    for (const stream of new Set(items.map((item) => item.stream))) {
      last.set(stream, (await log.readStream({ workspace, stream, limit: EVERYTHING })).length);
    }
    const events: StoredEvent[] = [];
    for (const { id, stream } of items) {
      if (known.has(id)) continue;
      known.add(id);
      const seq = (last.get(stream) ?? 0) + 1;
      last.set(stream, seq);
      events.push(event(seq, { workspace, id, stream }));
    }
    const { written } = await log.append(events);
    if (written === events.length) return lost;
  }
}

export function appendContract(setUp: SetUp, effort: number): void {
  describe('appending', () => {
    const context = eachWithStore(setUp);

    it('keeps events exactly as they were given', async () => {
      const full = event(1, {
        data: { deep: [{ a: null }] },
        raw: '{ "a": 1 }',
        causationId: 'x',
        traceparent: '00-1',
      });
      expect(await context.log().append([full])).toEqual({ written: 1 });
      expect(await context.log().byIds([full])).toEqual([full]);
      const [read] = await context.log().readStream({ ...full, limit: 1 });
      expect(read).toEqual(full);
    });

    it('writes nothing when given nothing', async () => {
      expect(await context.log().append([])).toEqual({ written: 0 });
      expect(await context.log().count()).toBe(0);
    });

    it('stops at an id that is known: what comes before it is written, what comes after is not', async () => {
      await context.log().append([event(1)]);
      const batch = [event(2), event(3), event(4, { id: event(1).id }), event(5)];
      expect(await context.log().append(batch)).toEqual({ written: 2, conflict: 'id' });
      expect(await context.log().count()).toBe(3);
      expect(await context.log().byIds([event(5)])).toEqual([]);
    });

    it('stops at a seq that is taken', async () => {
      await context.log().append([event(1)]);
      const batch = [event(1, { stream: 'prospect/bob' }), event(1, { id: 'other' }), event(2)];
      expect(await context.log().append(batch)).toEqual({ written: 1, conflict: 'seq' });
      expect(await context.log().count()).toBe(2);
    });

    it('calls it a conflict of ids where both are taken: the event is there', async () => {
      await context.log().append([event(1)]);
      expect(await context.log().append([event(1)])).toEqual({ written: 0, conflict: 'id' });
    });

    it('finds a duplicate inside one batch', async () => {
      const twice = [event(1, { id: 'same' }), event(2, { id: 'same' })];
      expect(await context.log().append(twice)).toEqual({ written: 1, conflict: 'id' });
      const [read] = await context.log().byIds([{ workspace: 'acme', id: 'same' }]);
      expect(read?.seq).toBe(1);
    });

    it('keeps workspaces apart: the same id and the same seq are free in each', async () => {
      const strange = event(1, { workspace: 'globex' });
      await context.log().append([event(1)]);
      expect(await context.log().append([strange])).toEqual({ written: 1 });
      expect(await context.log().byIds([strange])).toEqual([strange]);
      expect(await context.log().byIds([{ workspace: 'initech', id: strange.id }])).toEqual([]);
    });

    it('writes what the events were when it was called', async () => {
      const data = { name: 'before' };
      const appended = context.log().append([event(1, { data })]);
      data.name = 'after';
      await appended;
      const [read] = await context.log().byIds([event(1)]);
      expect(read?.data).toEqual({ name: 'before' });
    });

    it('lets one of many appenders of the same place win, and the others come after it', async () => {
      const writers = range(1, 8).map((n) => ({ id: `w${n}`, stream: 'prospect/ann' }));
      const results = await Promise.all(
        writers.map(({ id, stream }) => context.log().append([event(1, { id, stream })])),
      );
      expect(results.filter(({ written }) => written === 1)).toHaveLength(1);
      expect(results.filter(({ conflict }) => conflict === 'seq')).toHaveLength(7);
      await Promise.all(writers.map((writer) => appendAll(context.log(), 'acme', [writer])));
      const stream = await context
        .log()
        .readStream({ workspace: 'acme', stream: 'prospect/ann', limit: 100 });
      expect(stream.map(({ seq }) => seq)).toEqual(range(1, 8));
      expect(ids(stream).sort()).toEqual(ids(writers));
    });

    it('keeps every stream gapless and every id once, however writers are interleaved', async () => {
      let runs = 0;
      const item = fc.record({
        id: fc.integer({ min: 1, max: 40 }).map((n) => `e${n}`),
        stream: fc.constantFrom('prospect/ann', 'prospect/bob', 'company/x'),
      });
      const batches = fc.array(fc.array(item, { maxLength: 12 }), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(batches, async (writers) => {
          runs += 1;
          const workspace = `run-${runs}`;
          await Promise.all(writers.map((items) => appendAll(context.log(), workspace, items)));
          const all = (await gather(context.log().scan())).filter((one) => one.workspace === workspace);
          expect(ids(all).sort()).toEqual([...new Set(ids(writers.flat()))].sort());
          for (const stream of new Set(all.map((one) => one.stream))) {
            const seqs = all.filter((one) => one.stream === stream).map(({ seq }) => seq);
            expect(seqs).toEqual(range(1, seqs.length));
          }
        }),
        { numRuns: Math.ceil(40 * effort) },
      );
    });

    it('is not confused by two appends of which the first stops', async () => {
      await context.log().append([event(1)]);
      const [first, second] = await Promise.all([
        context.log().append([event(2), event(1), event(3)]),
        context.log().append([event(1, { stream: 'prospect/bob' })]),
      ]);
      expect(first).toEqual({ written: 1, conflict: 'id' });
      expect(second).toEqual({ written: 1 });
      expect(await context.log().count()).toBe(3);
    });
  });
}
