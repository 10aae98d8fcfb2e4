import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindQuery, Scalar } from '../documents.ts';
import { eachWithStore, ids, range, type SetUp, type Task, task } from './fixtures.ts';

const SCALARS: Scalar[] = [
  null,
  -1e300,
  -1,
  0,
  0.5,
  2,
  10,
  1e300,
  '',
  '0',
  '10',
  'a',
  'a\u0301',
  '\u00e1',
  'b',
  '\uffff',
  '🎺',
  'a\u0000',
];

const kind = (value: Scalar): number => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
/** Null, numbers, strings by code point (which is the order of their UTF-8, and not of JavaScript's `<`). */
const compare = (a: Scalar, b: Scalar): number => {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return kind(a) - kind(b);
};
const key = (doc: Task): Scalar[] => [doc.workspace, doc.owner?.name ?? null, doc.rank ?? null, doc.id];

/** What `find` on byOwner promises, without pages. */
function model(docs: readonly Task[], { equals, from, before, reverse }: FindQuery): string[] {
  const within = (value: Scalar): boolean =>
    (from === undefined || (kind(from) === kind(value) && compare(value, from) >= 0)) &&
    (before === undefined || (kind(before) === kind(value) && compare(value, before) < 0));
  const found = docs
    .filter((doc) => equals.every((value, n) => compare(key(doc)[n] ?? null, value) === 0))
    .filter((doc) => within(key(doc)[equals.length] ?? null))
    .sort((a, b) => {
      const [left, right] = [key(a), key(b)];
      return left.map((value, n) => compare(value, right[n] ?? null)).find((order) => order !== 0) ?? 0;
    });
  return ids(reverse ? found.reverse() : found);
}

export function pagingContract(setUp: SetUp, effort: number): void {
  describe('paging', () => {
    const context = eachWithStore(setUp);

    it('gives what one big page would, whatever the documents, bounds, direction and size', async () => {
      const scalar = fc.constantFrom(...SCALARS);
      const doc = fc.record(
        { owner: fc.record({ name: scalar }, { requiredKeys: [] }), rank: scalar },
        { requiredKeys: [] },
      );
      const shape = fc.record(
        { name: scalar, from: scalar, before: scalar, reverse: fc.boolean() },
        { requiredKeys: ['reverse'] },
      );
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(doc, { maxLength: 40 }),
          fc.array(shape, { minLength: 6, maxLength: 6 }),
          fc.integer({ min: 1, max: 5 }),
          async (fields, shapes, limit) => {
            runs += 1;
            const workspace = `run-${runs}`;
            const docs = fields.map((some, n) => task(`d${n}`, { workspace, ...some }));
            await context.tasks().write(docs.map((one) => ({ doc: one, ifVersion: null })));
            for (const { name, ...bounds } of shapes) {
              const query = {
                index: 'byOwner',
                equals: name === undefined ? [workspace] : [workspace, name],
                ...bounds,
                limit,
              };
              const seen: string[] = [];
              let cursor: string | undefined;
              do {
                const page = await context.tasks().find({ ...query, ...(cursor ? { cursor } : {}) });
                expect(page.items.length).toBeLessThanOrEqual(limit);
                expect(page.next === undefined || page.items.length === limit).toBe(true);
                seen.push(...ids(page.items));
                cursor = page.next;
              } while (cursor !== undefined);
              expect(seen).toEqual(model(docs, query));
              expect(await context.tasks().count(query)).toBe(seen.length);
            }
          },
        ),
        { numRuns: Math.ceil(60 * effort) },
      );
    });

    it('across workspaces goes by workspace and id where the index says no more', async () => {
      const docs = ['acme', 'globex', 'initech'].flatMap((workspace) =>
        range(1, 5).map((n) => task(`${n}`, { workspace, rank: 1 })),
      );
      await context.tasks().write(docs.toReversed().map((doc) => ({ doc, ifVersion: null })));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await context
          .tasks()
          .find({ index: 'byRank', equals: [1], limit: 4, ...(cursor ? { cursor } : {}) });
        seen.push(...page.items.map(({ workspace, id }) => `${workspace}/${id}`));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual(docs.map(({ workspace, id }) => `${workspace}/${id}`));
    });

    it('refuses a cursor that is broken or of another query', async () => {
      await context
        .tasks()
        .write(range(1, 9).map((n) => ({ doc: task(`${n}`, { status: 'open', rank: n }), ifVersion: null })));
      const query: FindQuery = { index: 'byOwner', equals: ['acme', null], limit: 2 };
      const { next = '' } = await context.tasks().find(query);
      expect(ids((await context.tasks().find({ ...query, limit: 3, cursor: next })).items)).toEqual([
        '3',
        '4',
        '5',
      ]);

      const invalid = { code: 'invalid_cursor' };
      for (const cursor of [
        '',
        'x',
        `${next}=`,
        next.slice(0, -2),
        'e30',
        'W10',
        'bnVsbA',
        '💥',
        'A'.repeat(10_000),
      ]) {
        await expect(context.tasks().find({ ...query, cursor })).rejects.toMatchObject(invalid);
      }
      const others: FindQuery[] = [
        { ...query, reverse: true },
        { ...query, from: 1 },
        { ...query, before: 8 },
        { ...query, equals: ['globex', null] },
        { ...query, equals: ['acme'] },
        { ...query, index: 'byStatus' },
      ];
      for (const other of others) {
        await expect(context.tasks().find({ ...other, cursor: next })).rejects.toMatchObject(invalid);
      }
    });
  });
}
