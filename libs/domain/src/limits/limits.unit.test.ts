import { describe, expect, test } from 'vitest';
import { span } from '../clock.ts';
import { type Cap, type CountedSend, withinCaps } from './caps.ts';
import { grantOf } from './rates.ts';
import { spreadOf } from './spread.ts';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const sent = (messageId: string, ago: number, channel: CountedSend['channel'] = 'email'): CountedSend => ({
  messageId,
  channel,
  at: NOW - ago,
});
const next = { messageId: 'next', channel: 'email' } as const;

describe('a cap', () => {
  const cap: Cap = { count: 2, per: 'P7D' };

  test('lets its count of messages through, and then no more', () => {
    expect(withinCaps([cap], [sent('a', span.DAY)], next, NOW)).toEqual({
      kind: 'within',
      sends: [sent('a', span.DAY), { ...next, at: NOW }],
    });
    expect(withinCaps([cap], [sent('a', span.DAY), sent('b', 1)], next, NOW)).toMatchObject({
      kind: 'over',
      roomAt: NOW + 6 * span.DAY,
    });
  });

  test('slides: a send that is a whole period old no longer counts', () => {
    const sends = [sent('a', 7 * span.DAY), sent('b', 1)];
    expect(withinCaps([cap], sends, next, NOW).kind).toBe('within');
    expect(withinCaps([cap], [sent('a', 7 * span.DAY - 1), sent('b', 1)], next, NOW)).toMatchObject({
      kind: 'over',
      roomAt: NOW + 1,
    });
  });

  test('counts a message once, however often it is requested', () => {
    const once = withinCaps([cap], [sent('a', 1)], next, NOW);
    const again = once.kind === 'within' ? withinCaps([cap], once.sends, next, NOW + 1) : once;
    expect(again).toEqual({ kind: 'within', sends: [sent('a', 1), { ...next, at: NOW + 1 }] });
  });

  test('of a channel counts that channel only, one without a channel counts all', () => {
    const sends = [sent('a', 1, 'sms'), sent('b', 2, 'sms')];
    expect(withinCaps([{ ...cap, channel: 'email' }], sends, next, NOW).kind).toBe('within');
    expect(withinCaps([{ ...cap, channel: 'sms' }], sends, next, NOW).kind).toBe('within');
    expect(withinCaps([cap], sends, next, NOW).kind).toBe('over');
  });

  test('that drops counts before one that delays, and a longer delay before a shorter one', () => {
    const sends = [sent('a', span.HOUR)];
    const day: Cap = { count: 1, per: 'P1D', then: 'delay' };
    const week: Cap = { count: 1, per: 'P7D', then: 'delay' };
    expect(withinCaps([day, week], sends, next, NOW)).toMatchObject({ cap: week });
    expect(withinCaps([week, { count: 1, per: 'PT2H' }], sends, next, NOW)).toMatchObject({
      cap: { per: 'PT2H' },
    });
  });

  test('keeps no sends that are too old for every cap', () => {
    const decision = withinCaps(
      [cap, { count: 9, per: 'P30D' }],
      [sent('old', 31 * span.DAY), sent('b', 29 * span.DAY)],
      next,
      NOW,
    );
    expect(decision.kind === 'within' && decision.sends.map(({ messageId }) => messageId)).toEqual([
      'b',
      'next',
    ]);
  });
});

describe('a rate', () => {
  /** How many calls are granted to one that asks whenever it may, for a while. */
  const granted = (rate: { count: number; per: string }, seconds: number, rateOfClock = 1): number => {
    let nextAt: number | undefined;
    let count = 0;
    for (let now = NOW; now < NOW + seconds * span.SECOND * rateOfClock; ) {
      const grant = grantOf(rate, nextAt, now, rateOfClock);
      count += grant.count;
      nextAt = grant.nextAt;
      now = Math.max(now + 1, grant.nextAt);
    }
    return count;
  };

  test.each([
    [{ count: 1, per: 'PT1M' }, 600, 10],
    [{ count: 3, per: 'PT1S' }, 100, 300],
    [{ count: 100, per: 'PT1S' }, 60, 6_000],
    [{ count: 5_000, per: 'PT1S' }, 10, 50_000],
    [{ count: 7, per: 'PT1H' }, 3_600, 7],
  ])('%j grants its count, all used up', (rate, seconds, expected) => {
    expect(granted(rate, seconds)).toBeLessThanOrEqual(expected + 1);
    expect(granted(rate, seconds)).toBeGreaterThanOrEqual(expected * 0.99 - 1);
  });

  test('grants many calls for one write, but no more than a quarter of a second’s', () => {
    expect(grantOf({ count: 400, per: 'PT1S' }, undefined, NOW)).toEqual({
      count: 100,
      until: NOW + 250,
      nextAt: NOW + 250,
    });
    expect(grantOf({ count: 400, per: 'PT1S' }, NOW + 250, NOW + 249)).toEqual({
      count: 0,
      nextAt: NOW + 250,
    });
    expect(grantOf({ count: 1, per: 'PT1M' }, undefined, NOW)).toMatchObject({
      count: 1,
      nextAt: NOW + span.MINUTE,
    });
  });

  test('saves nothing up: after a pause there is no more than one grant', () => {
    expect(grantOf({ count: 400, per: 'PT1S' }, NOW - span.DAY, NOW)).toMatchObject({
      count: 100,
      nextAt: NOW + 250,
    });
  });

  test('goes by the wall clock, also where Herald’s clock runs faster', () => {
    expect(granted({ count: 10, per: 'PT1S' }, 10, 600)).toBeLessThanOrEqual(101);
    expect(granted({ count: 10, per: 'PT1S' }, 10, 600)).toBeGreaterThanOrEqual(99);
  });
});

test('messages are spread evenly, each always to the same place', () => {
  const places = Array.from({ length: 2_000 }, (_, n) => spreadOf(`m${n}`, 10));
  expect(places).toEqual(Array.from({ length: 2_000 }, (_, n) => spreadOf(`m${n}`, 10)));
  for (let place = 0; place < 10; place += 1) {
    const count = places.filter((each) => each === place).length;
    expect(count).toBeGreaterThan(140);
    expect(count).toBeLessThan(260);
  }
  expect(spreadOf('m', 0)).toBe(0);
});
