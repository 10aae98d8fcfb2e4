import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../event.ts';
import { canonicalJson } from '../json.ts';
import { compareReceipts, happenedAt, placeOf } from '../order.ts';
import { evolveProspect, initialProspect } from '../prospect/prospect.ts';
import { anEvent, T0 } from '../testing/given.ts';
import { hasConsent, suppressionOf } from './rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const fold = (events: readonly StoredEvent[]) =>
  events.reduce((state, event, n) => evolveProspect(state, { ...event, seq: n + 1 }), initialProspect('ada'));

/** `occurred` and `received` in ms from T0. */
const decision = (type: string, occurred: number, received: number, more: Partial<StoredEvent> = {}) =>
  anEvent(`prospect.${type}`, T0 + occurred, { channel: 'email' }, { receivedAt: T0 + received, ...more });

const cases: [string, StoredEvent[], boolean][] = [
  [
    'an opt-out now beats an opt-in of a clock that is ahead',
    [decision('subscribed', 4 * MINUTE, 0), decision('unsubscribed', 1_000, 1_000)],
    false,
  ],
  [
    'an opt-in after that brings messages back, although the other clock was further ahead',
    [
      decision('subscribed', 4 * MINUTE, 0),
      decision('unsubscribed', 1_000, 1_000),
      decision('subscribed', 2_000, 2_000),
    ],
    true,
  ],
  [
    'an opt-out of a clock that is ahead does not outlast an opt-in after it',
    [decision('unsubscribed', 4 * MINUTE, 0), decision('subscribed', 1_000, 1_000)],
    true,
  ],
  [
    'an old opt-in that arrives late does not undo an opt-out',
    [decision('unsubscribed', 0, 0), decision('subscribed', -HOUR, 1_000)],
    false,
  ],
  [
    'a complaint that is reported hours late beats the opt-in in between',
    [decision('subscribed', -HOUR, -HOUR), decision('unsubscribed', -3 * HOUR, 0)],
    false,
  ],
  [
    'a history that is imported in its order ends as it says',
    [decision('unsubscribed', -900 * HOUR, 0), decision('subscribed', -100 * HOUR, 1_000)],
    true,
  ],
  [
    'a history within one request goes by its own times',
    [
      decision('subscribed', -100 * HOUR, 0, { request: 'r' }),
      decision('unsubscribed', -900 * HOUR, 0, { request: 'r', position: 1 }),
    ],
    true,
  ],
  [
    'of one request without times the last stands: an opt-in',
    [decision('unsubscribed', 0, 0), decision('subscribed', 0, 0, { position: 1 })],
    true,
  ],
  [
    'of one request without times the last stands: an opt-out',
    [decision('subscribed', 0, 0), decision('unsubscribed', 0, 0, { position: 1 })],
    false,
  ],
  [
    'where nothing says which came last, the opt-out stands',
    [decision('unsubscribed', 0, 0), decision('subscribed', 0, 0)],
    false,
  ],
];

describe('consent', () => {
  test.each(cases)('%s', (_title, events, expected) => {
    for (const order of [events, events.toReversed()])
      expect(hasConsent(fold(order), 'email')).toBe(expected);
  });

  test('of one channel is not given back by an opt-in that came before an opt-out of all', () => {
    const optIn = decision('subscribed', 4 * MINUTE, 0);
    const optOut = anEvent('prospect.unsubscribed', T0 + 1, {});
    expect(hasConsent(fold([optIn, optOut]), 'email')).toBe(false);
    expect(hasConsent(fold([optOut, optIn]), 'email')).toBe(false);
  });

  test('to a topic is not given back by an opt-in from a clock ahead that came before the opt-out', () => {
    const data = { channel: 'email', topic: 'news' };
    const optIn = anEvent('prospect.subscribed', T0 + 4 * MINUTE, data, { receivedAt: T0 });
    const optOut = decision('unsubscribed', 1, 1);
    expect(hasConsent(fold([optIn, optOut]), 'email', { id: 'news' })).toBe(false);
  });
});

describe('a suppression', () => {
  const bounce = { channel: 'email', address: 'ada@example.com' };

  test('that is reported late beats a lifting that was received before it, not one after it', () => {
    const lifted = (received: number) =>
      anEvent('prospect.unsuppressed', T0 + received, { channel: 'email' }, { receivedAt: T0 + received });
    const bounced = anEvent('prospect.suppressed', T0 - HOUR, bounce, { receivedAt: T0 });
    const left = (...events: StoredEvent[]) => suppressionOf(fold(events), 'email', bounce.address);
    expect(left(lifted(-MINUTE), bounced)).toBeDefined();
    expect(left(bounced, lifted(-MINUTE))).toBeDefined();
    expect(left(bounced, lifted(1))).toBeUndefined();
    expect(left(lifted(1), bounced)).toBeUndefined();
  });
});

const offset = fc.integer({ min: -6, max: 6 });
const decisions = fc
  .array(
    fc.record({
      type: fc.constantFrom('subscribed', 'unsubscribed'),
      occurred: offset,
      received: fc.integer({ min: 0, max: 5 }),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((all) =>
    all.map(({ type, occurred, received }, position) => decision(type, occurred, received, { position })),
  );
const ofType = (events: readonly StoredEvent[], type: string) =>
  events.filter((event) => event.type === `prospect.${type}`);

describe('any number of decisions', () => {
  test('in any order of folding give the same state, byte for byte', () => {
    const shuffled = decisions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, order]) => {
        expect(canonicalJson(fold(order))).toBe(canonicalJson(fold(all)));
      }),
      { numRuns: 500 },
    );
  });

  test('permit only after an opt-in with no opt-out that was received or happened after it', () => {
    fc.assert(
      fc.property(decisions, (all) => {
        const refusals = ofType(all, 'unsubscribed');
        const isPermitted =
          refusals.length === 0 ||
          ofType(all, 'subscribed').some((yes) =>
            refusals.every(
              (no) => compareReceipts(placeOf(yes), placeOf(no)) > 0 && happenedAt(yes) >= happenedAt(no),
            ),
          );
        expect(hasConsent(fold(all), 'email')).toBe(isPermitted);
      }),
      { numRuns: 500 },
    );
  });

  test('permit nothing after an opt-out that is received last, whatever any of them says of its time', () => {
    const ending = fc.record({ before: decisions, occurred: offset });
    fc.assert(
      fc.property(ending, ({ before, occurred }) => {
        const last = decision('unsubscribed', occurred, 6);
        expect(hasConsent(fold([...before, last]), 'email')).toBe(false);
        expect(hasConsent(fold([last, ...before]), 'email')).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
