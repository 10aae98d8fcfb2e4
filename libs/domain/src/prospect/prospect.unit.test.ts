import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasConsent, suppressionOf, whyNoConsent } from '../consent/rules.ts';
import { canonicalJson } from '../json.ts';
import { anEvent, T0 } from '../testing/given.ts';
import { evolveProspect, initialProspect, type ProspectState } from './prospect.ts';

const fold = (events: readonly ReturnType<typeof anEvent>[]): ProspectState =>
  events.reduce(
    (state, event, index) => evolveProspect(state, { ...event, seq: index + 1 }),
    initialProspect('ada'),
  );

describe('a prospect', () => {
  test('has the traits of the latest event, whichever came last', () => {
    const late = anEvent('prospect.updated', T0, { traits: { plan: 'free', city: 'Rome' } });
    const state = fold([anEvent('prospect.updated', T0 + 1, { traits: { plan: 'pro' } }), late]);
    expect(state.traits).toEqual({ plan: 'pro', city: 'Rome' });
  });

  test('loses a trait that is set to null, even if an older value arrives later', () => {
    const set = anEvent('prospect.updated', T0, { traits: { plan: 'free' } });
    const removed = anEvent('prospect.updated', T0 + 1, { traits: { plan: null } });
    expect(fold([removed, set]).traits).toEqual({});
  });

  test('has the last value of one request, whatever the ids and the order of folding', () => {
    const request = (...plans: string[]) =>
      plans.map((plan, position) =>
        anEvent('prospect.updated', T0, { traits: { plan } }, { id: `id-${9 - position}`, position }),
      );
    const events = request('free', 'team', 'pro');
    expect(fold(events).traits).toEqual({ plan: 'pro' });
    expect(fold(events.toReversed()).traits).toEqual({ plan: 'pro' });
  });

  test('goes by the order of folding where nothing else differs', () => {
    const [free, pro] = ['free', 'pro'].map((plan) => anEvent('prospect.updated', T0, { traits: { plan } }));
    expect(fold([free, pro].flatMap((event) => event ?? [])).traits).toEqual({ plan: 'pro' });
    expect(fold([pro, free].flatMap((event) => event ?? [])).traits).toEqual({ plan: 'free' });
  });

  test('goes by arrival where a sender’s clock is ahead', () => {
    const ahead = anEvent(
      'prospect.updated',
      T0 + 240_000,
      { traits: { plan: 'free' }, companyId: 'x' },
      { receivedAt: T0 },
    );
    const now = anEvent('prospect.updated', T0 + 1, { traits: { plan: 'pro' }, companyId: 'y' });
    for (const events of [
      [ahead, now],
      [now, ahead],
    ]) {
      expect(fold(events)).toMatchObject({ traits: { plan: 'pro' }, companyId: 'y', lastSeenAt: T0 + 1 });
    }
  });

  test('keeps data named like parts of JavaScript as data', () => {
    const traits = JSON.parse('{"__proto__": {"admin": true}, "constructor": "x"}');
    const state = fold([anEvent('prospect.updated', T0, { traits })]);
    expect(Object.keys(state.traits).sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('is the same whatever the order its events arrive in', () => {
    const change = fc.record({
      type: fc.constantFrom(
        'prospect.updated',
        'prospect.subscribed',
        'prospect.unsubscribed',
        'prospect.suppressed',
        'prospect.unsuppressed',
        'page.viewed',
      ),
      at: fc.integer({ min: T0, max: T0 + 5 }),
      receivedAt: fc.integer({ min: T0, max: T0 + 5 }),
      name: fc.constantFrom('a', 'b', '__proto__'),
      value: fc.option(fc.integer({ min: 0, max: 3 })),
      companyId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      channel: fc.constantFrom('email', 'sms', undefined),
      topic: fc.constantFrom('news', '__proto__', undefined),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (changes, random) => {
        const events = changes.map(
          ({ type, at, receivedAt, name, value, companyId, channel, topic }, position) =>
            anEvent(
              type,
              at,
              JSON.parse(
                JSON.stringify({ traits: Object.fromEntries([[name, value]]), companyId, channel, topic }),
              ),
              { receivedAt, position },
            ),
        );
        const shuffled = events
          .map((event) => ({ event, order: random.next().value }))
          .sort((a, b) => a.order - b.order)
          .map(({ event }) => event);
        expect(canonicalJson(fold(shuffled))).toBe(canonicalJson(fold(events)));
        expect(JSON.stringify(fold(shuffled).traits)).toBe(JSON.stringify(fold(events).traits));
      }),
    );
  });
});

describe('consent', () => {
  const after = (...events: Parameters<typeof anEvent>[]) => fold(events.map((event) => anEvent(...event)));

  test('is there until it is taken back', () => {
    expect(hasConsent(after(), 'email')).toBe(true);
    expect(hasConsent(after(['prospect.unsubscribed', T0, { channel: 'email' }]), 'email')).toBe(false);
    expect(hasConsent(after(['prospect.unsubscribed', T0, { channel: 'email' }]), 'sms')).toBe(true);
  });

  test('goes by the latest decision, of the channel or of all', () => {
    const all = ['prospect.unsubscribed', T0 + 1, {}] as Parameters<typeof anEvent>;
    expect(hasConsent(after(['prospect.subscribed', T0, { channel: 'email' }], all), 'email')).toBe(false);
    expect(hasConsent(after(['prospect.subscribed', T0 + 2, { channel: 'email' }], all), 'email')).toBe(true);
  });

  const news = { id: 'news' };
  const digest = { id: 'digest', optIn: true };

  test('of a topic is apart from that of the channel', () => {
    const off = after(['prospect.unsubscribed', T0, { channel: 'email', topic: 'news' }]);
    expect(hasConsent(off, 'email', news)).toBe(false);
    expect(hasConsent(off, 'email')).toBe(true);
    expect(hasConsent(off, 'email', { id: 'offers' })).toBe(true);
    expect(hasConsent(off, 'sms', news)).toBe(true);
    const everywhere = after(['prospect.unsubscribed', T0, { topic: 'news' }]);
    expect(hasConsent(everywhere, 'sms', news)).toBe(false);
  });

  test('to an opt-in topic is not there until it is given', () => {
    expect(whyNoConsent(after(), 'email', digest)).toBe('not_subscribed');
    expect(whyNoConsent(after(['prospect.subscribed', T0, { channel: 'email' }]), 'email', digest)).toBe(
      'not_subscribed',
    );
    const asked = after(['prospect.subscribed', T0, { channel: 'email', topic: 'digest' }]);
    expect(whyNoConsent(asked, 'email', digest)).toBeUndefined();
  });

  test.each<[string, Parameters<typeof anEvent>[], boolean]>([
    [
      'an opt-out of the channel takes every topic along',
      [
        ['prospect.subscribed', T0, { channel: 'email', topic: 'news' }],
        ['prospect.unsubscribed', T0 + 1, { channel: 'email' }],
      ],
      false,
    ],
    [
      'a topic asked for after that comes alone',
      [
        ['prospect.unsubscribed', T0, { channel: 'email' }],
        ['prospect.subscribed', T0 + 1, { channel: 'email', topic: 'news' }],
      ],
      true,
    ],
    [
      'an opt-in to the channel does not bring back a topic that was refused',
      [
        ['prospect.unsubscribed', T0, { channel: 'email', topic: 'news' }],
        ['prospect.subscribed', T0 + 1, { channel: 'email' }],
      ],
      false,
    ],
  ])('%s', (_title, events, expected) => {
    expect(hasConsent(after(...events), 'email', news)).toBe(expected);
  });
});

describe('a suppression', () => {
  const bounced = { channel: 'email', address: 'Ada@Example.com', reason: 'hard_bounce' };

  test('is of the address that bounced, in whatever case, until it is lifted', () => {
    const state = fold([anEvent('prospect.suppressed', T0, bounced)]);
    expect(suppressionOf(state, 'email', 'ada@example.COM')).toMatchObject({ reason: 'hard_bounce' });
    expect(suppressionOf(state, 'email', 'new@example.com')).toBeUndefined();
    expect(suppressionOf(state, 'sms', 'ada@example.com')).toBeUndefined();
    const lifted = anEvent('prospect.unsuppressed', T0 + 1, { channel: 'email' });
    const late = fold([lifted, anEvent('prospect.suppressed', T0, bounced)]);
    expect(suppressionOf(late, 'email', 'ada@example.com')).toBeUndefined();
  });

  test('without an address is of all of them, and without a channel of every channel', () => {
    const state = fold([anEvent('prospect.suppressed', T0, {})]);
    expect(suppressionOf(state, 'sms', '+14155550100')).toBeDefined();
    expect(suppressionOf(state, 'email', undefined)).toBeDefined();
  });

  test('is nowhere in the state of somebody who has none', () => {
    expect(fold([anEvent('page.viewed', T0)])).not.toHaveProperty('suppressions');
  });
});
