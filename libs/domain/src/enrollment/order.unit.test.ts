import { describe, expect, test } from 'vitest';
import type { StoredEvent } from '../event.ts';
import { anEvent, aWorld, campaignOf, enter, hours, T0 } from '../testing/given.ts';
import { decideEntry } from './entry.ts';

const dunning = campaignOf(`
id: dunning
enter: { on: subscription.created }
exit: [{ on: subscription.cancelled }]
steps:
  - id: paid
    waitFor: { on: invoice.paid, timeout: P1D }
    else: [{ id: not-paid, email: { template: not-paid } }]
  - id: paid-again
    waitFor: { on: invoice.paid, timeout: P1D }
`);

/** Default: received 300 ms after it happened. */
const at = (type: string, occurredAt: number, more: Partial<StoredEvent> = {}) =>
  anEvent(type, occurredAt, {}, { receivedAt: occurredAt + 300, ...more });
const enterBy = (entry: StoredEvent) => enter(dunning, aWorld(), entry);
const apply = (run: ReturnType<typeof enter>, event: StoredEvent) =>
  run.apply({ kind: 'event', event }).recorded;
const matched = ['resumed paid:then', 'waiting paid-again'];

describe('a wait for an event', () => {
  test.each([
    ['later', 700],
    ['earlier', -200],
  ])('takes an event of the instant at which it began that was received %s', (_when, by) => {
    const run = enterBy(at('subscription.created', T0));
    expect(apply(run, at('invoice.paid', T0, { receivedAt: T0 + 300 + by }))).toEqual(matched);
  });

  test('takes an event of the second in which it began, where the event has whole seconds', () => {
    const run = enterBy(at('subscription.created', T0 + 734));
    expect(apply(run, at('invoice.paid', T0))).toEqual(matched);
    expect(run.state.clock).toBe(T0 + 734);
  });

  test('takes no event of the second before, and no earlier event with milliseconds', () => {
    const run = enterBy(at('subscription.created', T0 + 734));
    expect(apply(run, at('invoice.paid', T0 - 1_000))).toEqual([]);
    expect(apply(run, at('invoice.paid', T0 + 733))).toEqual([]);
  });

  test('takes no event that its own request puts before the entry, and takes one that it puts after', () => {
    const one = { request: 'r', receivedAt: T0 };
    const run = enterBy(at('subscription.created', T0, { ...one, position: 1 }));
    expect(apply(run, at('invoice.paid', T0, one))).toEqual([]);
    expect(apply(run, at('invoice.paid', T0, { ...one, position: 2 }))).toEqual(matched);
  });

  test('takes an event once, and two events of one millisecond one after the other', () => {
    const run = enterBy(at('subscription.created', T0));
    const [first, second] = [at('invoice.paid', T0), at('invoice.paid', T0)];
    expect(apply(run, first)).toEqual(matched);
    expect(apply(run, first)).toEqual([]);
    expect(apply(run, second)).toEqual(['resumed paid-again:then', 'completed']);
  });

  test('never takes the event that let the person in', () => {
    const loop = campaignOf(
      '{ id: loop, enter: { on: a.b }, steps: [{ id: w, waitFor: { on: a.b, timeout: P1D } }] }',
    );
    const entry = at('a.b', T0);
    const run = enter(loop, aWorld(), entry);
    expect(apply(run, entry)).toEqual([]);
    expect(apply(run, at('a.b', T0))).toEqual(['resumed w:then', 'completed']);
  });

  test('counts from the arrival of an entry event whose clock is ahead', () => {
    const run = enterBy(at('subscription.created', T0 + 240_000, { receivedAt: T0 }));
    expect(run.state.wait?.since).toBe(T0);
    expect(apply(run, at('invoice.paid', T0 + 60_000))).toEqual(matched);
  });
});

describe('an exit rule', () => {
  test('acts on an event at the instant of the entry, but not on one that its request puts before it', () => {
    const one = { request: 'r', receivedAt: T0 };
    const run = enterBy(at('subscription.created', T0, { ...one, position: 1 }));
    expect(apply(run, at('subscription.cancelled', T0, one))).toEqual([]);
    expect(apply(run, at('subscription.cancelled', T0))).toEqual(['exited']);
  });

  test('acts though the clock of the entry event was ahead', () => {
    const run = enterBy(at('subscription.created', T0 + 240_000, { receivedAt: T0 }));
    expect(apply(run, at('subscription.cancelled', T0 + 60_000))).toEqual(['exited']);
  });

  test('does not act on an event that has ended a wait', () => {
    const campaign = campaignOf(`
id: again
enter: { on: a.b }
exit: [{ on: c.d, when: "has(enrollment.steps.w)" }]
steps: [{ id: w, waitFor: { on: c.d } }, { id: x, wait: P1D }]
`);
    const run = enter(campaign, aWorld(), at('a.b', T0));
    const event = at('c.d', T0 + 1);
    expect(apply(run, event)).toEqual(['resumed w:then', 'waiting x']);
    expect(apply(run, event)).toEqual([]);
    expect(apply(run, at('c.d', T0 + 1))).toEqual(['exited']);
  });
});

describe('a campaign that lets in again after the exit', () => {
  const again = campaignOf(
    '{ id: c, enter: { on: a.b, again: afterExit }, exit: [{ on: c.d }], steps: [{ id: w, wait: P1D }] }',
  );
  const refusal = (event: StoredEvent, run: ReturnType<typeof enter>) => {
    const entry = decideEntry(again, event, aWorld(), run.state);
    return entry.enters ? undefined : entry.refusal;
  };

  test('lets nobody in for what happened before or during the last run and arrives after it', () => {
    const run = enter(again, aWorld(), at('a.b', T0));
    apply(run, at('c.d', T0 + hours(2)));
    expect(refusal(at('a.b', T0 - 1), run)).toBe('entered_before');
    expect(refusal(at('a.b', T0 + hours(1), { receivedAt: T0 + hours(3) }), run)).toBe('already_in');
    expect(refusal(at('a.b', T0 + hours(2)), run)).toBeUndefined();
  });

  test('goes by the place in a request, not by the order in which the log took the events', () => {
    const one = { request: 'r', receivedAt: T0 };
    const run = enter(again, aWorld(), at('a.b', T0, { ...one, position: 1, seq: 1 }));
    apply(run, at('c.d', T0));
    expect(refusal(at('a.b', T0, { ...one, seq: 2 }), run)).toBe('entered_before');
    expect(refusal(at('a.b', T0, { ...one, position: 2, seq: 3 }), run)).toBeUndefined();
  });
});
