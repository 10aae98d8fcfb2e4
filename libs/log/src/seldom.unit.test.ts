import { span } from '@herald/domain';
import { expect, test } from 'vitest';
import { createSeldom } from './seldom.ts';

test('the same line passes once a minute, and then says how often it has happened', () => {
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

test('a key passes the first time, then once a minute, independent of other keys', () => {
  let now = 0;
  const seldom = createSeldom({ now: () => now, rate: 1 });
  const isDue = (what: string): boolean => seldom(what) !== undefined;
  const asked = [isDue('a'), isDue('a'), isDue('b')];
  now = 59_999;
  asked.push(isDue('a'));
  now = 60_000;
  asked.push(isDue('a'), isDue('a'));
  expect(asked).toEqual([true, false, true, false, true, false]);
});

test('no more keys are remembered than allowed', () => {
  const seldom = createSeldom({ now: () => 0, rate: 1 }, 1_000);
  const isDue = (what: string): boolean => seldom(what) !== undefined;
  for (let n = 0; n < 1_001; n += 1) isDue(String(n));
  expect([isDue('0'), isDue('1000')]).toEqual([true, false]);
});
