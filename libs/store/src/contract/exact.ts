import { type JsonObject, type JsonValue, writeJson } from '@herald/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachWithStore, event, type Note, type SetUp } from './fixtures.ts';

/** Names and texts that databases, drivers and JavaScript treat as their own, or cannot hold. */
const ODD = [
  '',
  '$set',
  '$',
  'a.b',
  '.',
  '%2E',
  '_id',
  '_json',
  '_claim',
  '_bsontype',
  '__proto__',
  'constructor',
  'length',
  '1',
  '0',
  'zero\u0000',
  '\ud800',
  'half \udc00 pair',
  '𝒽',
];

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom(...ODD));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 63, 1e300, 5e-324),
);
/** What a number in JSON is read as, if it has too many digits for one. */
const longInteger = fc
  .oneof(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), fc.bigInt({ min: -(10n ** 39n), max: 10n ** 39n }))
  .filter((value) => !Number.isSafeInteger(Number(value)));

const { value: anyJson } = fc.letrec<{ value: JsonValue; object: JsonObject; list: JsonValue[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(text, number, longInteger, fc.boolean(), fc.constant(null)),
    tie('object'),
    tie('list'),
  ),
  object: fc
    .array(fc.tuple(text, tie('value')), { maxLength: 5 })
    .map((fields) => Object.fromEntries(fields)),
  list: fc.array(tie('value'), { maxLength: 4 }),
}));

export function exactContract(setUp: SetUp, effort: number): void {
  describe('what was written', () => {
    const context = eachWithStore(setUp);

    it('is read as it was, byte for byte, whatever JSON it is, in documents and in events', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyJson, { minLength: 1, maxLength: 30 }), async (contents) => {
          runs += 1;
          const workspace = `run-${runs}`;
          const notes = contents.map((content, n): Note => ({ workspace, id: `${n}`, version: 1, content }));
          const events = contents.map((value, n) => event(n + 1, { workspace, id: `${n}`, data: { value } }));
          await context.notes().write(notes.map((doc) => ({ doc, ifVersion: null })));
          await context.log().append(events);
          expect((await context.notes().getMany(notes)).map(writeJson)).toEqual(notes.map(writeJson));
          const stream = await context.log().readStream({ ...event(1), workspace, limit: 100 });
          expect(stream.map(writeJson)).toEqual(events.map(writeJson));
        }),
        { numRuns: Math.ceil(40 * effort) },
      );
    });

    it('is read as it was after a replacement, a rewrite and a lease', async () => {
      const odd = { 'a.b': [[1n << 80n]], $set: '\ud800', plain: 1 };
      const doc = { workspace: 'acme', id: 'n', version: 1, sweepAt: 1, content: {} as JsonValue };
      await context.notes().write([{ doc, ifVersion: null }]);
      for (const [version, content] of [
        [2, odd],
        [3, { plain: 2 }],
        [4, odd],
      ] as const) {
        const next = { ...doc, version, content };
        expect(await context.notes().write([{ doc: next, ifVersion: version - 1 }])).toEqual([true]);
        expect(await context.notes().get('acme', 'n')).toEqual(next);
        const [claimed] = await context.notes().claim({ dueBy: 1, until: version * 10, limit: 1 });
        expect(writeJson(claimed)).toBe(writeJson({ ...next, sweepAt: version * 10 }));
        expect(await context.notes().get('acme', 'n')).toEqual(claimed);
      }
      await context.log().append([event(1)]);
      for (const data of [odd, {}, odd]) {
        await context.log().rewrite([event(1, { data })]);
        expect((await context.log().byIds([event(1)])).map(writeJson)).toEqual([
          writeJson(event(1, { data })),
        ]);
      }
    });

    it('is read as it was with more values and levels than a database may take as fields', async () => {
      let deep: JsonValue = 'bottom';
      for (let n = 0; n < 300; n += 1) deep = { deeper: [deep] };
      const wide = Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`trait ${n}`, { n }]));
      for (const [id, content] of Object.entries({ deep, wide })) {
        const doc = { workspace: 'acme', id, version: 1, sweepAt: 1, content };
        await context.notes().write([{ doc, ifVersion: null }]);
        expect(writeJson(await context.notes().get('acme', id))).toBe(writeJson(doc));
        const [claimed] = await context.notes().claim({ dueBy: 1, until: 2, limit: 1 });
        expect(writeJson(claimed)).toBe(writeJson({ ...doc, sweepAt: 2 }));
        const stored = event(1, { id, stream: `prospect/${id}`, data: { content } });
        await context.log().append([stored]);
        expect((await context.log().byIds([stored])).map(writeJson)).toEqual([writeJson(stored)]);
        expect(await context.log().readStream({ ...stored, types: [stored.type], limit: 2 })).toEqual([
          stored,
        ]);
      }
    });

    it('is found by its indexes, however many values it has beside them', async () => {
      const title = Array.from({ length: 6_000 }, (_, n) => n) as unknown as string;
      const doc = {
        ...{ workspace: 'acme', id: 'a', version: 1, title },
        ...{ owner: { name: 'ann' }, rank: 3 },
      };
      await context.tasks().write([{ doc, ifVersion: null }]);
      const byOwner = { index: 'byOwner', equals: ['acme', 'ann'], from: 3, limit: 2 };
      expect((await context.tasks().find(byOwner)).items).toEqual([doc]);
      const next = { ...doc, version: 2, rank: 2 };
      expect(await context.tasks().write([{ doc: next, ifVersion: 1 }])).toEqual([true]);
      expect((await context.tasks().find(byOwner)).items).toEqual([]);
    });
  });
}
