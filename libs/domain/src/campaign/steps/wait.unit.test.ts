import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../json.ts';
import { anEvent, aWorld, campaignOf, enter, T0 } from '../../testing/given.ts';

describe('a wait until a date', () => {
  const until = (date: JsonValue, zone = '', traits = { timezone: 'America/Los_Angeles' }) =>
    enter(
      campaignOf(`
id: renewal
enter: { on: trial.started }
steps: [{ id: due, wait: { until: { date: event.data.date ${zone} } } }]
`),
      aWorld(traits),
      anEvent('trial.started', T0, { date }),
    );

  it.each([
    [1_835_427_600, '2028-02-29T09:00:00Z'],
    [1_835_427_600_000, '2028-02-29T09:00:00Z'],
    ['1835427600', '2028-02-29T09:00:00Z'],
    ['2027-03-01T10:00:00+01:00', '2027-03-01T09:00:00Z'],
    ['2027-03-01', '2027-03-01T00:00:00-08:00'],
    ['2027-03-01T10:00:00', '2027-03-01T10:00:00-08:00'],
  ])('%s, ends at that instant where the person lives', (date, expected) => {
    expect(until(date).state.wait?.dueAt).toBe(Date.parse(expected));
  });

  it('goes by the clocks of the zone that the step names', () => {
    const { state } = until('2027-03-01', ', zone: Asia/Tokyo');
    expect(state.wait?.dueAt).toBe(Date.parse('2027-03-01T00:00:00+09:00'));
  });

  it.each(['2027-02-30', '03/01/2027', 'tomorrow', 0, 2027, 1_835_427_600_000_000, true, null])(
    'fails the enrollment with the reason where %j is no date',
    (date) => {
      const run = until(date);
      expect(run.state.status).toBe('failed');
      expect(run.events.at(-1)?.data).toMatchObject({
        stepId: 'due',
        reason: expect.stringContaining(
          `event.data.date: gives ${JSON.stringify(date)}, which is not a date`,
        ),
      });
    },
  );
});
