import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../json.ts';
import { anEvent, T0 } from '../testing/given.ts';
import { evolveProspect, hasConsent, initialProspect, type ProspectState } from './prospect.ts';

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
        'page.viewed',
      ),
      at: fc.integer({ min: T0, max: T0 + 5 }),
      name: fc.constantFrom('a', 'b', '__proto__'),
      value: fc.option(fc.integer({ min: 0, max: 3 })),
      companyId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      channel: fc.constantFrom('email', 'sms', undefined),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (changes, random) => {
        const events = changes.map(({ type, at, name, value, companyId, channel }) =>
          anEvent(
            type,
            at,
            JSON.parse(JSON.stringify({ traits: Object.fromEntries([[name, value]]), companyId, channel })),
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
});
