import { describe, expect, test } from 'vitest';
import { anEvent, aWorld, campaignOf, enter, hours, T0 } from '../testing/given.ts';
import { decide } from './decide.ts';
import { decideEntry } from './entry.ts';

const COSTLY = 'event.data.list.exists(x, x == 100)';
const list = Array.from({ length: 30_000 }, () => 1);

describe('a condition that cannot be answered does not hold, and is reported with its place', () => {
  test('of an entry', () => {
    const campaign = campaignOf(
      '{ id: c, enter: { on: a.b, when: event.data.n > 3 }, steps: [{ id: x, exit: {} }] }',
    );
    expect(decideEntry(campaign, anEvent('a.b', T0), aWorld(), undefined)).toMatchObject({
      enters: false,
      refusal: 'when_unanswered',
      unanswered: {
        place: 'enter',
        reason: 'no_such_overload',
        detail: expect.stringContaining('event.data.n > 3'),
      },
    });
  });

  test('of an exit, a waitFor and a choose; the reason says if it takes too long', () => {
    const campaign = campaignOf(`
id: c
enter: { on: trial.started }
exit: [{ on: order.placed, when: event.data.n > 3 }]
steps:
  - { id: pick, choose: [{ when: prospect.traits.n > 3, steps: [] }, { otherwise: [] }] }
  - { id: wait, waitFor: { on: order.placed, when: '${COSTLY}' } }`);
    const { state, events } = enter(campaign);
    expect(events.find(({ type }) => type === 'enrollment.chose')?.data).toMatchObject({
      branch: 'otherwise',
      why: expect.stringContaining('prospect.traits.n > 3'),
    });
    const event = anEvent('order.placed', T0 + hours(1), { list });
    const decision = decide(campaign, state, { kind: 'event', event }, aWorld());
    expect(decision.events).toEqual([]);
    expect(decision.unanswered).toMatchObject([
      { place: 'exit of order.placed', reason: 'no_such_overload' },
      { place: 'step wait', reason: 'takes more than 50,000 steps' },
    ]);
  });

  test('of many branches, with the first three in words', () => {
    const branches = Array.from({ length: 9 }, (_, n) => `{ when: event.data.n > ${n}, steps: [] }`).join();
    const { events } = enter(
      campaignOf(`{ id: c, enter: { on: trial.started }, steps: [{ id: p, choose: [${branches}] }] }`),
    );
    const chose = events.find(({ type }) => type === 'enrollment.chose');
    expect(chose?.data).toMatchObject({ branch: 'none', why: expect.stringMatching(/; … and 6 more$/) });
  });

  test('within what a timeline can hold', () => {
    const long = `event.data.n > 3 || ${Array.from({ length: 60 }, () => 'event.data.n > 4').join(' || ')}`;
    const campaign = campaignOf(
      `{ id: c, enter: { on: a.b, when: '${long}' }, steps: [{ id: x, exit: {} }] }`,
    );
    const entry = decideEntry(campaign, anEvent('a.b', T0), aWorld(), undefined);
    expect(!entry.enters && entry.unanswered?.detail.length).toBe(500);
  });
});
