import { span } from '@herald/domain';
import { expect, test } from 'vitest';
import { createSeldom } from './seldom.ts';

test('the same thing is said once a minute, and then how often it has happened', () => {
  let now = 0;
  const seldom = createSeldom({ now: () => now, rate: 1 });
  expect(seldom('a')).toBe(1);
  expect(seldom('b')).toBe(1);
  now = span.MINUTE - 1;
  expect([seldom('a'), seldom('a')]).toEqual([undefined, undefined]);
  now = span.MINUTE;
  expect(seldom('a')).toBe(3);
  now = 2 * span.MINUTE;
  expect([seldom('a'), seldom('b')]).toEqual([1, 1]);
});

test('a minute is one of wall time, whatever the speed of the clock', () => {
  let now = 0;
  const seldom = createSeldom({ now: () => now, rate: 60 });
  seldom('a');
  now = span.MINUTE;
  expect(seldom('a')).toBeUndefined();
  now = span.HOUR;
  expect(seldom('a')).toBe(2);
});
