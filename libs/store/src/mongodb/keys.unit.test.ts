import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Scalar } from '../documents.ts';
import { decodeKey, encodeKey, idOf, keyRange } from './keys.ts';

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
  fc.integer({ min: -3, max: 3 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('\u0000', '\u0001', '\u0002', 'a', '3', '\u{10ffff}'), maxLength: 4 }),
);
const values = fc.array(scalar, { maxLength: 4 });

/** By code point, as MongoDB compares texts and the port orders strings. */
const byBytes = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
const kind = (value: Scalar): number => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
const compare = (a: Scalar, b: Scalar): number => {
  if (typeof a === 'number' && typeof b === 'number') return Math.sign(a - b);
  if (typeof a === 'string' && typeof b === 'string') return byBytes(a, b);
  return Math.sign(kind(a) - kind(b));
};
const compareAll = (a: readonly Scalar[], b: readonly Scalar[]): number =>
  a.map((value, n) => compare(value, b[n] ?? null)).find((order) => order !== 0) ?? 0;
const holds = (range: { $gte: string; $lt: string } | undefined, key: string): boolean =>
  range !== undefined && byBytes(key, range.$gte) >= 0 && byBytes(key, range.$lt) < 0;

it('orders keys as their values are ordered, one after the other', () => {
  const pair = fc
    .integer({ min: 1, max: 4 })
    .chain((length) =>
      fc.tuple(...[0, 1].map(() => fc.array(scalar, { minLength: length, maxLength: length }))),
    );
  fc.assert(
    fc.property(pair, ([a = [], b = []]) => {
      expect(byBytes(encodeKey(a), encodeKey(b))).toBe(compareAll(a, b));
    }),
    { numRuns: 2000 },
  );
});

it('gives the values of a key back', () => {
  fc.assert(
    fc.property(values, (all) => {
      expect(decodeKey(encodeKey(all))).toEqual(all);
    }),
    { numRuns: 1000 },
  );
});

it('takes in a range the keys that begin with the values, within the bounds and their kind', () => {
  const bound = fc.option(scalar, { nil: undefined });
  fc.assert(
    fc.property(values, scalar, values, bound, bound, (first, next, rest, from, before) => {
      const within =
        (from === undefined || (kind(from) === kind(next) && compare(next, from) >= 0)) &&
        (before === undefined || (kind(before) === kind(next) && compare(next, before) < 0));
      expect(holds(keyRange(first, from, before), encodeKey([...first, next, ...rest]))).toBe(within);
    }),
    { numRuns: 2000 },
  );
});

it('takes in no range what begins with other values', () => {
  const other = fc.tuple(values, values).filter(([a, b]) => a.length === b.length && compareAll(a, b) !== 0);
  fc.assert(
    fc.property(other, values, ([a, b], rest) => {
      expect(holds(keyRange(a, undefined, undefined), encodeKey([...b, ...rest]))).toBe(false);
    }),
  );
});

it('makes ids in the order of workspace and id, and none that reads into another workspace', () => {
  const keys = ['a', 'a-b', 'a0', 'ab'].flatMap((workspace) =>
    ['', ' ', '1', 'z'].map((id) => ({ workspace, id })),
  );
  const made = keys.map(idOf);
  expect(made.toSorted(byBytes)).toEqual(made);
  expect(() => idOf({ workspace: 'a b', id: 'c' })).toThrow(RangeError);
  expect(() => idOf({ workspace: 'a\u0000', id: 'c' })).toThrow(RangeError);
});
