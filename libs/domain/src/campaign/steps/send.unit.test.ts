import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../clock.ts';
import type { World } from '../../enrollment/view.ts';
import { anEvent, aWorld, campaignOf, enter, hours } from '../../testing/given.ts';
import { isWithin } from '../../time/hours.ts';
import type { Campaign } from '../compile.ts';

const at = (text: string): Instant => Date.parse(text);
const FRIDAY_EVENING = at('2026-03-06T20:00:00Z');
const MONDAY_9 = at('2026-03-09T09:00:00Z');
const OFFICE = 'window: { days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00" }';

const campaign = (steps: string, more = OFFICE): Campaign =>
  campaignOf(
    `id: dunning\nenter: { on: trial.started }\n${more}\nexit: [{ on: invoice.paid }]\nsteps:\n${steps}`,
  );
/** Nothing is spread, so that instants are whole. */
const world = (given: Partial<World> = {}, traits = {}): World => ({
  ...aWorld(traits),
  sending: { spread: 'PT0S' },
  ...given,
});
const entering = (what: Campaign, when: Instant, who: World = world()) =>
  enter(what, { ...who, now: Math.max(who.now, when) }, anEvent('trial.started', when));
const asked = (run: ReturnType<typeof enter>) =>
  run.events.flatMap((event) => (event.type === 'enrollment.requested' ? [event] : []));

const REMINDED = `
  - { id: mail, email: { template: mail } }
  - id: read
    waitFor: { on: email.opened, timeout: P2D }
    else: [{ id: reminder, email: { template: reminder } }]`;
const TWO = `
  - { id: text, sms: { template: text } }
  - { id: call, call: { template: call } }`;

describe('a step that sends, outside of the window', () => {
  test('waits for it in the run, and what follows counts from then', () => {
    const run = entering(campaign(REMINDED), FRIDAY_EVENING);
    expect(run.recorded).toEqual(['entered', 'waiting mail']);
    expect(run.state.wait).toMatchObject({ kind: 'window', since: FRIDAY_EVENING, dueAt: MONDAY_9 });
    expect(run.events.at(-1)?.data).toMatchObject({
      hours: 'send_window: mon, tue, wed, thu, fri 09:00–18:00 UTC',
    });
    expect(run.due(MONDAY_9 - 1).recorded).toEqual([]);
    expect(run.due(MONDAY_9).recorded).toEqual(['requested mail', 'waiting read']);
    expect(run.state).toMatchObject({ clock: MONDAY_9, stepId: 'read' });
    expect(run.state.wait).toMatchObject({ since: MONDAY_9, dueAt: MONDAY_9 + hours(48) });
    expect(run.replayed()).toEqual(run.state);
  });

  test('lets the wait after it take an event of the whole second to which it was put off', () => {
    // Spread, the default: what waits for the opening leaves some milliseconds after it.
    const run = entering(campaign(REMINDED), FRIDAY_EVENING, aWorld());
    const since = run.state.wait?.dueAt ?? 0;
    const second = Math.floor(since / 1_000) * 1_000;
    expect(since).toBeGreaterThan(second);
    expect(run.due(since).recorded).toEqual(['requested mail', 'waiting read']);
    expect(run.state).toMatchObject({ clock: since, wait: { since } });
    expect(run.event('email.opened', second - 1_000).recorded).toEqual([]);
    expect(run.event('email.opened', since - 1).recorded).toEqual([]);
    expect(run.event('email.opened', second).recorded).toEqual(['resumed read:then', 'completed']);
    expect(run.state.clock).toBe(since);
    expect(run.replayed()).toEqual(run.state);
  });

  test('sends at once when it is open', () => {
    expect(entering(campaign(REMINDED), MONDAY_9).recorded).toEqual([
      'entered',
      'requested mail',
      'waiting read',
    ]);
  });

  test('goes on at once with dontWait', () => {
    const steps = `
  - { id: mail, email: { template: mail }, then: dontWait }
  - { id: rest, wait: PT1H }`;
    const run = entering(campaign(steps), FRIDAY_EVENING);
    expect(run.recorded).toEqual(['entered', 'requested mail', 'waiting rest']);
    expect(asked(run)[0]?.data.then).toBe('dontWait');
    expect(run.state.wait?.dueAt).toBe(FRIDAY_EVENING + hours(1));
  });

  test('ends at once by an exit rule, and requests nothing', () => {
    const run = entering(campaign(REMINDED), FRIDAY_EVENING).event('invoice.paid', FRIDAY_EVENING + 1);
    expect(run.recorded).toEqual(['exited']);
    expect(asked(run)).toEqual([]);
    expect(run.due(MONDAY_9).recorded).toEqual([]);
  });

  test('waits for the next opening when the run is so late that the window is over again', () => {
    const late = at('2026-03-09T19:00:00Z');
    const run = entering(campaign(REMINDED), FRIDAY_EVENING).due(late);
    expect(run.recorded).toEqual(['waiting mail']);
    const tuesday = MONDAY_9 + hours(24);
    expect(run.state.wait?.dueAt).toBe(tuesday);
    expect(run.due(tuesday + 1).recorded).toEqual(['requested mail', 'waiting read']);
    expect(run.state.wait?.since).toBe(tuesday);
  });

  test('keeps its own time when the run is late and the window is open', () => {
    const run = entering(campaign(REMINDED), FRIDAY_EVENING).due(MONDAY_9 + hours(3));
    expect(run.state.wait?.since).toBe(MONDAY_9);
  });

  test('does not request at night because of an event of the day that arrived late', () => {
    const friday = at('2026-03-06T12:00:00Z');
    const run = entering(campaign(REMINDED), friday, world({ now: FRIDAY_EVENING }));
    expect(run.state.wait).toMatchObject({ kind: 'window', dueAt: MONDAY_9 });
  });

  test('waits on when the hours have changed meanwhile', () => {
    const run = entering(campaign(REMINDED), FRIDAY_EVENING);
    const changed = world({ sending: { spread: 'PT0S', windows: [{ from: '14:00', to: '15:00' }] } });
    run.apply({ kind: 'due', now: MONDAY_9 }, changed);
    expect(run.state.wait).toMatchObject({ kind: 'window', dueAt: at('2026-03-09T14:00:00Z') });
  });

  test('requests at once where the hours never open, so that messaging records why nothing leaves', () => {
    const never = world({ sending: { quietHours: [{ from: '00:00', to: '24:00' }] } });
    expect(entering(campaign(REMINDED), MONDAY_9, never).recorded).toContain('requested mail');
  });

  test('counts from the moment at which the spread lets its message leave', () => {
    const run = entering(campaign(REMINDED), FRIDAY_EVENING, world({ sending: {} }));
    const due = run.state.wait?.dueAt ?? 0;
    expect(due).toBeGreaterThanOrEqual(MONDAY_9);
    expect(due).toBeLessThan(MONDAY_9 + 600_000);
    expect(run.due(due).recorded).toEqual(['requested mail', 'waiting read']);
  });
});

describe('quiet hours', () => {
  const sending = { spread: 'PT0S', quietHours: [{ from: '21:00', to: '08:00' }] };
  const night = at('2026-03-10T03:00:00Z');

  test('are those where the prospect lives', () => {
    const tokyo = entering(campaign(REMINDED, ''), night, world({ sending }, { timezone: 'Asia/Tokyo' }));
    expect(tokyo.recorded).toContain('requested mail');
    const berlin = entering(campaign(REMINDED, ''), night, world({ sending }, { timezone: 'Europe/Berlin' }));
    expect(berlin.state.wait?.dueAt).toBe(at('2026-03-10T07:00:00Z'));
  });

  test('end an hour earlier on the morning after the clocks went forward', () => {
    const eve = at('2026-03-28T22:00:00Z');
    const berlin = entering(campaign(REMINDED, ''), eve, world({ sending }, { timezone: 'Europe/Berlin' }));
    expect(berlin.state.wait?.dueAt).toBe(at('2026-03-29T06:00:00Z'));
  });

  test('do not hold for transactional messages, but the window of the campaign does', () => {
    const transactional = world({ sending, transactional: new Set(['mail']) });
    expect(entering(campaign(REMINDED, ''), night, transactional).recorded).toContain('requested mail');
    expect(entering(campaign(REMINDED), night, transactional).recorded).toEqual(['entered', 'waiting mail']);
  });

  test('that name a channel hold for that channel only, and for webhooks only if they name them', () => {
    const ofCalls = world({
      sending: { ...sending, quietHours: [{ channel: 'call', from: '21:00', to: '08:00' }] },
    });
    expect(entering(campaign(TWO, ''), night, ofCalls).recorded).toEqual([
      'entered',
      'requested text',
      'waiting call',
    ]);
    const hook = '  - { id: hook, webhook: { template: body, url: "https://crm.example/hook" } }';
    expect(entering(campaign(hook, ''), night, world({ sending })).recorded).toContain('requested hook');
    expect(entering(campaign(hook), FRIDAY_EVENING).recorded).toEqual(['entered', 'waiting hook']);
  });
});

describe('each message of a run', () => {
  test('names the one before it, whatever its channel', () => {
    const [text, call] = asked(entering(campaign(TWO), MONDAY_9));
    expect(text?.data.after).toBeUndefined();
    expect(call?.data.after).toBe(text?.data.messageId);
  });

  test('overtakes one with dontWait, and stays behind the one before that', () => {
    const steps = `
  - { id: first, email: { template: a } }
  - { id: aside, email: { template: b }, then: dontWait }
  - { id: last, email: { template: c } }`;
    const [first, aside, last] = asked(entering(campaign(steps), MONDAY_9));
    expect([aside?.data.after, last?.data.after]).toEqual([first?.data.messageId, first?.data.messageId]);
  });

  test('does not stay behind a webhook, nor a webhook behind one to the person', () => {
    const steps = `
  - { id: mail, email: { template: a } }
  - { id: hook, webhook: { template: b, url: "https://crm.example/hook" } }
  - { id: text, sms: { template: c } }
  - { id: again, webhook: { template: b, url: "https://crm.example/hook" } }`;
    const [mail, hook, text, again] = asked(entering(campaign(steps), MONDAY_9));
    expect([hook?.data.after, text?.data.after, again?.data.after]).toEqual([
      undefined,
      mail?.data.messageId,
      hook?.data.messageId,
    ]);
  });
});

test('with any hours, zone and delay, messages are requested in order and only when they may leave', () => {
  const time = fc
    .integer({ min: 0, max: 95 })
    .map((n) => `${String(Math.floor(n / 4)).padStart(2, '0')}:${String((n % 4) * 15).padStart(2, '0')}`);
  const some = fc
    .record({
      from: time,
      to: time,
      days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, { minLength: 1 }),
    })
    .filter(({ from, to }) => from !== to);
  const steps = `
  - { id: one, email: { template: a } }
  - { id: rest, wait: PT7H }
  - { id: two, sms: { template: b } }
  - { id: three, call: { template: c } }
  - { id: pause, wait: P1D }
  - { id: four, email: { template: d } }`;
  const plain = campaign(steps, '');
  fc.assert(
    fc.property(
      fc.option(some, { nil: undefined }),
      fc.array(some, { maxLength: 2 }),
      fc.array(some, { maxLength: 1 }),
      fc.integer({ min: at('2026-03-20T00:00Z'), max: at('2026-04-05T00:00Z') }),
      fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'UTC'),
      fc.array(fc.integer({ min: 0, max: 40 * 3_600_000 }), { minLength: 4, maxLength: 4 }),
      (window, windows, quietHours, start, timezone, lates) => {
        const definition = { ...plain.definition, ...(window && { window }) };
        const isOpen = (instant: Instant): boolean =>
          (window === undefined || isWithin(instant, window, timezone)) &&
          (windows.length === 0 || windows.some((each) => isWithin(instant, each, timezone))) &&
          !quietHours.some((each) => isWithin(instant, each, timezone));
        const who = world({ sending: { windows, quietHours } }, { timezone });
        const run = enter({ ...plain, definition }, { ...who, now: start }, anEvent('trial.started', start));
        /** The real instants at which messages were requested. */
        const real: { step: string; at: Instant; logical: Instant }[] = [];
        let seen = 0;
        let now = start;
        const note = (): void => {
          for (const event of run.events.slice(seen))
            if (event.type === 'enrollment.requested')
              real.push({ step: event.data.stepId, at: now, logical: event.occurredAt });
          seen = run.events.length;
        };
        note();
        for (let turn = 0; turn < 60 && run.state.wait?.dueAt != null; turn += 1) {
          // A runner that is late the first few times, and then on time.
          now = Math.max(now, run.state.wait.dueAt) + (lates[turn] ?? 0);
          run.due(now);
          note();
        }
        expect(run.state.status).toBe('completed');
        expect(real.map(({ step }) => step)).toEqual(['one', 'two', 'three', 'four']);
        const neverOpen = run.events.every(
          (event) => event.type !== 'enrollment.waiting' || event.data.kind === 'wait',
        );
        for (const [n, { at: asked, logical }] of real.entries()) {
          expect(logical).toBeLessThanOrEqual(asked);
          expect(logical).toBeGreaterThanOrEqual(real[n - 1]?.logical ?? 0);
          if (!neverOpen) expect(isOpen(asked) && isOpen(logical)).toBe(true);
        }
        const waitAt = (id: string) =>
          run.events.find((event) => event.type === 'enrollment.waiting' && event.data.stepId === id)?.data;
        expect(waitAt('rest')).toMatchObject({ since: real[0]?.logical });
        expect(waitAt('pause')).toMatchObject({ since: real[2]?.logical });
        expect(run.replayed()).toEqual(run.state);
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
