import { expect, test } from 'vitest';
import { anEvent, aWorld, campaignOf, enter, T0 } from '../../testing/given.ts';

test.each([
  ['update: { traits: { timezone: event.data.zone } }'],
  ['emit: { type: prospect.updated, data: { traits: "{\'timezone\': event.data.zone}" } }'],
])('%s does not record an unknown time zone: the enrollment fails with the reason', (step) => {
  const run = enter(
    campaignOf(`
id: moved
enter: { on: trial.started }
steps: [{ id: zone, ${step} }]
`),
    aWorld(),
    anEvent('trial.started', T0, { zone: 'PST' }),
  );
  expect(run.events.at(-1)).toMatchObject({
    type: 'enrollment.failed',
    data: { stepId: 'zone', reason: expect.stringContaining('"PST" is no IANA time zone') },
  });
});
