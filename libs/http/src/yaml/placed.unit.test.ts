import { readText } from '@herald/domain';
import { expect, it } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { placedIn } from './placed.ts';

it('looks for the places of those errors only that are shown, and keeps the number of all', () => {
  const source = readText('a/b: 1\n');
  let looked = 0;
  const faultAt: typeof source.faultAt = (...given) => {
    looked += 1;
    return source.faultAt(...given);
  };
  const errors = Array.from({ length: 6_000 }, () => ({ path: '/a~1b', message: 'is not known here' }));
  const placed = placedIn({ ...source, faultAt }, new Problem(400, 'code', 'Wrong.', { errors }));
  expect(looked).toBe(50);
  expect(placed.errorCount).toBe(6_000);
  expect(placed.errors?.[0]).toEqual({ ...errors[0], inside: { line: 1, column: 6 } });
});
