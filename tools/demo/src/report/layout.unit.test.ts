import { expect, test } from 'vitest';
import { counted, localTime, withLocalTimes, wrap } from './layout.ts';

test('text is broken at spaces, and words that are too long anywhere', () => {
  expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  expect(wrap('abcdefgh', 5)).toEqual(['abcde', 'fgh']);
  expect(wrap('', 5)).toEqual([]);
});

test('an instant is shown on a clock in the zone, before and after the clocks change', () => {
  expect(localTime('2026-10-24T07:00:00.000Z', 'Europe/Berlin')).toBe('Sat 24 Oct 09:00');
  expect(localTime('2026-10-26T08:00:00.000Z', 'Europe/Berlin')).toBe('Mon 26 Oct 09:00');
});

test('instants inside a text are shown the same way', () => {
  const text = 'waits at x until 2026-10-26T08:00:00.000Z at the latest';
  expect(withLocalTimes(text, 'Europe/Berlin')).toBe('waits at x until Mon 26 Oct 09:00 at the latest');
});

test('things are counted, most first', () => {
  expect(counted(['a', 'b', 'b', 'c', 'c'])).toEqual([
    ['b', 2],
    ['c', 2],
    ['a', 1],
  ]);
});
