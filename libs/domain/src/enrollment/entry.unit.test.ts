import { describe, expect, test } from 'vitest';
import { anEvent, aWorld, campaignOf, days, enter, T0 } from '../testing/given.ts';
import { decideEntry } from './entry.ts';

const campaign = (enterRule: string) =>
  campaignOf(`{ id: c, enter: { on: a.b, ${enterRule} }, steps: [{ id: w, wait: P1D }] }`);
const refusal = (entry: ReturnType<typeof decideEntry>) => (entry.enters ? undefined : entry.refusal);

describe('an event', () => {
  test('lets its prospect in once when the rule is never', () => {
    const once = campaign('again: never');
    const first = decideEntry(once, anEvent('a.b', T0), aWorld(), undefined);
    const other = decideEntry(once, anEvent('a.b', T0 + 1), aWorld(), undefined);
    expect(first.enters && other.enters && first.enrollmentId === other.enrollmentId).toBe(true);
    expect(refusal(decideEntry(once, anEvent('a.b', T0 + 1), aWorld(), enter(once).state))).toBe(
      'entered_before',
    );
  });

  test('lets its prospect in again after the exit, under another id, but not twice by itself', () => {
    const again = campaign('again: afterExit');
    const entry = anEvent('a.b', T0);
    const run = enter(again, aWorld(), entry);
    expect(refusal(decideEntry(again, anEvent('a.b', T0 + 1), aWorld(), run.state))).toBe('already_in');
    run.due(T0 + days(1));
    expect(refusal(decideEntry(again, entry, aWorld(), run.state))).toBe('entered_before');
    const second = decideEntry(again, anEvent('a.b', T0 + days(2)), aWorld(), run.state);
    expect(second).toMatchObject({ enters: true, n: 2 });
  });

  test('always lets its prospect in when the rule is always, each event under an id of its own', () => {
    const always = campaign('again: always');
    const event = anEvent('a.b', T0);
    const ids = [event, event, anEvent('a.b', T0)].map((e) => {
      const entry = decideEntry(always, e, aWorld(), enter(always).state);
      return entry.enters && entry.enrollmentId;
    });
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test('does not let its prospect in within notWithin of the last entry', () => {
    const rare = campaign('again: always, notWithin: P30D');
    const { state } = enter(rare);
    expect(refusal(decideEntry(rare, anEvent('a.b', T0 + days(29)), aWorld(), state))).toBe('not_within');
    expect(decideEntry(rare, anEvent('a.b', T0 + days(30)), aWorld(), state).enters).toBe(true);
  });

  test('lets nobody in where its condition is false, or cannot be answered', () => {
    const picky = campaign('when: prospect.traits.seats > 3');
    expect(decideEntry(picky, anEvent('a.b', T0), aWorld({ seats: 4 }), undefined).enters).toBe(true);
    expect(refusal(decideEntry(picky, anEvent('a.b', T0), aWorld({ seats: 3 }), undefined))).toBe(
      'when_false',
    );
    expect(refusal(decideEntry(picky, anEvent('a.b', T0), aWorld(), undefined))).toBe('when_unanswered');
  });

  test('that was old on arrival lets nobody in: importing history mails no one', () => {
    const old = anEvent('a.b', T0, {}, { receivedAt: T0 + days(1) + 1 });
    expect(refusal(decideEntry(campaign(''), old, aWorld(), undefined))).toBe('too_old');
    expect(decideEntry(campaign('maxAge: P2D'), old, aWorld(), undefined).enters).toBe(true);
  });

  test('too deep in a chain of causes lets nobody in: campaigns that trigger each other end', () => {
    expect(decideEntry(campaign(''), anEvent('a.b', T0, {}, { depth: 16 }), aWorld(), undefined).enters).toBe(
      true,
    );
    expect(
      refusal(decideEntry(campaign(''), anEvent('a.b', T0, {}, { depth: 17 }), aWorld(), undefined)),
    ).toBe('too_deep');
  });
});
