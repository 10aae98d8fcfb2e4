import { expect, test } from 'vitest';
import { alarmAgainAt } from './alarm-again.ts';

const NOW = 1_000_000_000;
const clock = { now: () => NOW, rate: 1 };

test.each([
  ['what is due in a minute', NOW + 60_000, NOW + 70_000],
  ['what is due now', NOW, NOW + 10_000],
  ['what is late by a minute', NOW - 60_000, NOW + 30_000],
  ['what is late by a day', NOW - 86_400_000, NOW + 120_000],
])('%s has its alarm again in its time', (_what, dueAt, again) => {
  expect(alarmAgainAt(clock, dueAt)).toBe(again);
});

test('on a fast clock the times on the wall stay', () => {
  const fast = { now: () => NOW, rate: 600 };
  expect(alarmAgainAt(fast, NOW)).toBe(NOW + 600 * 10_000);
});
