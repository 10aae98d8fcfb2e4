import { describe, expect, test } from 'vitest';
import { anEvent, aWorld, campaignOf, days, enter, hours, T0 } from '../testing/given.ts';

const onboarding = campaignOf(`
id: onboarding
enter: { on: trial.started }
exit:
  - on: subscription.started
  - on: prospect.unsubscribed
    when: event.data.channel != "sms"
steps:
  - id: welcome
    email: { template: welcome }
  - id: settle
    wait: P2D
  - id: activated
    waitFor: { on: project.created, when: event.data.template != "demo", timeout: P3D }
    then:
      - id: well-done
        email: { template: well-done }
    else:
      - id: nudge
        email: { template: nudge }
  - id: by-size
    choose:
      - when: company.traits.employees > 50
        steps: [{ id: big, email: { template: big } }]
      - otherwise: []
  - id: tag
    update: { traits: { onboarded: "true", greeted: "event.type" } }
  - id: finish
    emit:
      type: onboarding.finished
      data: { plan: prospect.traits.plan, tagged: prospect.traits.onboarded }
`);

describe('an enrollment', () => {
  test('runs to its first wait when it enters', () => {
    expect(enter(onboarding).recorded).toEqual(['entered', 'requested welcome', 'waiting settle']);
  });

  test('does nothing before its due time, and everything up to the next wait then', () => {
    const run = enter(onboarding);
    expect(run.due(T0 + days(2) - 1).recorded).toEqual([]);
    expect(run.due(T0 + days(2)).recorded).toEqual(['resumed settle', 'waiting activated']);
    expect(run.state.wait).toMatchObject({ since: T0 + days(2), dueAt: T0 + days(5) });
  });

  test('counts the next wait from the due time, however late the alarm was', () => {
    const run = enter(onboarding).due(T0 + days(40));
    expect(run.state.clock).toBe(T0 + days(2));
    expect(run.state.wait?.dueAt).toBe(T0 + days(5));
  });

  test('takes the branch of the event it waited for', () => {
    const run = enter(onboarding).due(T0 + days(2));
    expect(run.event('project.created', T0 + days(3)).recorded).toEqual([
      'resumed activated:then',
      'requested well-done',
      'chose by-size:otherwise',
      'updated tag',
      'emitted finish',
      'completed',
    ]);
    expect(run.state).toMatchObject({ status: 'completed', clock: T0 + days(3) });
  });

  test('takes the other branch when the time-out comes first', () => {
    const run = enter(onboarding)
      .due(T0 + days(2))
      .due(T0 + days(5));
    expect(run.recorded.slice(0, 2)).toEqual(['resumed activated:else', 'requested nudge']);
  });

  test.each([
    ['that occurred before the wait', T0 + days(2) - 1, {}],
    ['that occurred after the time-out', T0 + days(5) + 1, {}],
    ['whose condition does not hold', T0 + days(3), { template: 'demo' }],
  ])('does not take an event %s', (_why, occurredAt, data) => {
    const run = enter(onboarding).due(T0 + days(2));
    expect(run.event('project.created', occurredAt, data).recorded).toEqual([]);
  });

  test('leaves at once by an exit rule, inside a wait, and withdraws what has not left', () => {
    const run = enter(onboarding).event('subscription.started', T0 + hours(1));
    expect(run.recorded).toEqual(['exited']);
    expect(run.state).toMatchObject({ status: 'exited', reason: 'subscription.started', withdrawn: true });
    expect(run.state.wait).toBeUndefined();
    expect(run.due(T0 + days(2)).recorded).toEqual([]);
  });

  test('stays when the condition of the exit rule does not hold', () => {
    expect(enter(onboarding).event('prospect.unsubscribed', T0 + 1, { channel: 'sms' }).recorded).toEqual([]);
  });

  test('does not exit by an event from before the entry, nor by its own entry event', () => {
    expect(enter(onboarding).event('subscription.started', T0 - 1).recorded).toEqual([]);
    const loop = campaignOf(
      '{ id: loop, enter: { on: a.b }, exit: [{ on: a.b }], steps: [{ id: w, wait: P1D }] }',
    );
    const entry = anEvent('a.b', T0);
    const run = enter(loop, aWorld(), entry);
    expect(run.apply({ kind: 'event', event: entry }).recorded).toEqual([]);
  });

  test('holds its waits while the campaign is paused, but not its exit rules', () => {
    const run = enter(onboarding).due(T0 + days(2));
    const held = { kind: 'event', event: anEvent('project.created', T0 + days(3)), held: true } as const;
    expect(run.apply(held).recorded).toEqual([]);
    expect(run.apply({ ...held, event: anEvent('subscription.started', T0 + days(3)) }).recorded).toEqual([
      'exited',
    ]);
  });

  test('chooses by the company, and says by which condition', () => {
    const run = enter(onboarding, aWorld({}, { employees: 51 }))
      .due(T0 + days(2))
      .due(T0 + days(5));
    expect(run.recorded).toContain('chose by-size:0');
    expect(run.events.find(({ type }) => type === 'enrollment.chose')?.data).toMatchObject({
      why: 'company.traits.employees > 50',
    });
  });

  test('reports why a condition could not be answered', () => {
    const run = enter(onboarding, aWorld({}, { employees: 'many' }))
      .due(T0 + days(2))
      .due(T0 + days(5));
    const chose = run.events.find(({ type }) => type === 'enrollment.chose');
    expect(chose?.data).toMatchObject({ branch: 'otherwise' });
  });

  test('computes traits and events from what is known, later steps seeing earlier ones', () => {
    const run = enter(onboarding, aWorld({ plan: 'pro' }))
      .due(T0 + days(2))
      .due(T0 + days(5));
    const of = (type: string) => run.events.find((event) => event.type === type)?.data;
    expect(of('enrollment.updated')).toMatchObject({ traits: { onboarded: true, greeted: 'trial.started' } });
    expect(of('enrollment.emitted')).toMatchObject({ eventData: { plan: 'pro', tagged: true } });
  });

  test('ends as failed, with the reason, when a value cannot be computed', () => {
    const bad = campaignOf(
      '{ id: bad, enter: { on: a.b }, steps: [{ id: sum, update: { traits: { x: event.data.n + 1 } } }] }',
    );
    const run = enter(bad, aWorld(), anEvent('a.b', T0, { n: 'x' }));
    expect(run.recorded).toEqual(['entered', 'failed sum']);
    expect(run.state).toMatchObject({ status: 'failed', stepId: 'sum' });
    expect(run.state.reason).toContain('event.data.n + 1');
  });

  test('ends by an exit step without withdrawing anything', () => {
    const early = campaignOf(
      '{ id: early, enter: { on: a.b }, steps: [{ id: bye, exit: {} }, { id: w, wait: P1D }] }',
    );
    const run = enter(early, aWorld(), anEvent('a.b', T0));
    expect(run.state).toMatchObject({ status: 'exited', withdrawn: false, reason: 'step bye' });
  });

  test('gives every message its own id, which the same decision would give again', () => {
    const ids = (run: ReturnType<typeof enter>) =>
      run.events.flatMap(({ data }) => ('messageId' in data ? [data.messageId] : []));
    const once = ids(
      enter(onboarding)
        .due(T0 + days(2))
        .due(T0 + days(5)),
    );
    const again = ids(
      enter(onboarding)
        .due(T0 + days(9))
        .due(T0 + days(9)),
    );
    expect(once).toEqual(again);
    expect(new Set(once).size).toBe(2);
  });

  test('is rebuilt by its events alone, byte for byte', () => {
    const run = enter(onboarding, aWorld({ plan: 'pro' }, { employees: 80 }))
      .due(T0 + days(2))
      .event('project.created', T0 + days(3), { name: 'x' });
    expect(JSON.stringify(run.replayed())).toBe(JSON.stringify(run.state));
  });
});

describe('a wait', () => {
  const waiting = (wait: string, traits = {}, data = {}) =>
    enter(
      campaignOf(`{ id: w, enter: { on: a.b }, steps: [{ id: w, wait: ${wait} }] }`),
      aWorld(traits),
      anEvent('a.b', T0, data),
    ).state;
  const due = (...given: Parameters<typeof waiting>) =>
    new Date(waiting(...given).wait?.dueAt ?? Number.NaN).toISOString();

  test('until a local time counts in the prospect’s zone', () => {
    expect(due('{ until: { at: "09:00" } }', { timezone: 'America/New_York' })).toBe(
      '2026-03-02T14:00:00.000Z',
    );
    expect(due('{ until: { at: "09:00", days: [sun] } }', { timezone: 'America/New_York' })).toBe(
      '2026-03-08T13:00:00.000Z',
    );
  });

  test('until a local time falls back to the default zone when the prospect’s is nonsense', () => {
    expect(due('{ until: { at: "09:00" } }', { timezone: 'Mars/Olympus' })).toBe('2026-03-02T09:00:00.000Z');
  });

  test('until a date takes timestamps and text', () => {
    expect(due('{ until: { date: event.data.on } }', {}, { on: '2026-04-01T10:00:00+02:00' })).toBe(
      '2026-04-01T08:00:00.000Z',
    );
    expect(due('{ until: { date: "now + duration(\\"36h\\")" } }')).toBe('2026-03-03T20:00:00.000Z');
  });

  test('until a text that is no date fails the enrollment with the reason', () => {
    expect(waiting('{ until: { date: event.data.on } }')).toMatchObject({ status: 'failed' });
  });

  test('of a day keeps the time of day over a change of the clocks', () => {
    expect(due('P1W', { timezone: 'America/New_York' })).toBe('2026-03-09T07:00:00.000Z');
    expect(due('PT168H', { timezone: 'America/New_York' })).toBe('2026-03-09T08:00:00.000Z');
  });
});
