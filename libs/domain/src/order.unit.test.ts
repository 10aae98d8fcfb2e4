import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareEvents, happenedAt, isProvenBefore, mayBeSince } from './order.ts';
import { anEvent, T0 } from './testing/given.ts';

const event = (occurredAt: number, more = {}) => anEvent('a.b', occurredAt, {}, { receivedAt: T0, ...more });

describe('the order of events', () => {
  test('is total and without circles, so that any sort of the same events is the same', () => {
    const small = fc.integer({ min: T0, max: T0 + 2 });
    const some = fc.array(fc.record({ occurredAt: small, receivedAt: small, position: fc.nat(2) }), {
      minLength: 2,
      maxLength: 12,
    });
    const shuffled = some.chain((all) => {
      const events = all.map((given, n) => event(given.occurredAt, { ...given, seq: n + 1 }));
      return fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }));
    });
    fc.assert(
      fc.property(shuffled, ([events, order]) => {
        expect(order.toSorted(compareEvents)).toEqual(events.toSorted(compareEvents));
      }),
    );
  });

  test.each([
    ['the instant', event(T0 - 2, { seq: 9 }), event(T0 - 1, { seq: 1 })],
    ['the arrival', event(T0 - 2, { receivedAt: T0, position: 5 }), event(T0 - 2, { receivedAt: T0 + 1 })],
    ['the position', event(T0, { seq: 9 }), event(T0, { position: 1, seq: 1 })],
    ['the seq', event(T0, { seq: 1 }), event(T0, { seq: 2 })],
  ])('goes by %s where nothing before it differs', (_what, first, second) => {
    expect([second, first].sort(compareEvents)).toEqual([first, second]);
  });

  test('takes no event for later than its arrival', () => {
    expect(happenedAt(event(T0 + 240_000))).toBe(T0);
    expect(happenedAt(event(T0 - 240_000))).toBe(T0 - 240_000);
  });
});

describe('an event of a whole second', () => {
  test('may have happened at any time in it', () => {
    expect(mayBeSince(event(T0 - 1_000), T0 - 1)).toBe(true);
    expect(mayBeSince(event(T0 - 1_000), T0)).toBe(false);
    expect(mayBeSince(event(T0 - 999), T0 - 998)).toBe(false);
  });
});

describe('that one event came before another', () => {
  const request = { request: 'r' };

  test('is proven by their places in one request, and by nothing else', () => {
    const [first, second] = [event(T0, request), event(T0, { ...request, position: 1 })];
    expect(isProvenBefore(first, second)).toBe(true);
    expect(isProvenBefore(second, first)).toBe(false);
    expect(isProvenBefore(event(T0), event(T0, { position: 1 }))).toBe(false);
    expect(isProvenBefore(first, { ...second, request: 'other' })).toBe(false);
  });

  test('is not proven where their own times say otherwise', () => {
    const [listedFirst, listedSecond] = [event(T0 - 1, request), event(T0 - 2, { ...request, position: 1 })];
    expect(isProvenBefore(listedFirst, listedSecond)).toBe(false);
  });
});
