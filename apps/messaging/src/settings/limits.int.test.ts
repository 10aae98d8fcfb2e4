import { expect, test } from 'vitest';
import { ready } from '../testing/ready.ts';

test('settings report all faults at once, each with its place', async () => {
  const stage = await ready();
  const shape = await stage.call('PUT', '/v1/settings', {
    quietHours: [{ from: '9:00', to: '25:00', days: ['noday'] }],
    caps: [{ count: 0, per: 'P7D' }, { count: 1 }],
    rates: [{ count: 1, per: 'PT1S' }],
    colour: 'red',
  });
  expect(shape.status).toBe(400);
  expect(shape.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
    '/caps/0/count',
    '/caps/1/per',
    '/colour',
    '/quietHours/0/days/0',
    '/quietHours/0/from',
    '/quietHours/0/to',
    '/rates/0/channel',
  ]);
  const meaning = await stage.call('PUT', '/v1/settings', {
    zone: 'Mars/Olympus',
    quietHours: [{ from: '21:00', to: '21:00', zone: 'Mars/Olympus' }],
    windows: [{ from: '09:00', to: '18:00', zone: 'nowhere' }],
    spread: 'soon',
    caps: [{ count: 1, per: 'weekly' }],
    rates: [
      { channel: 'email', count: 1, per: 'PT0.5S' },
      { channel: 'email', count: 9, per: 'PT1S' },
      { channel: 'email', provider: 'pigeon', count: 9, per: 'PT1S' },
    ],
  });
  expect(meaning.status).toBe(422);
  expect(meaning.body.errors).toEqual(
    expect.arrayContaining([
      { path: '/zone', message: expect.stringContaining('is no IANA time zone') },
      { path: '/quietHours/0/to', message: 'is the same as from: these hours never begin' },
      { path: '/quietHours/0/zone', message: '"Mars/Olympus" is no IANA time zone such as Europe/Paris' },
      { path: '/windows/0/zone', message: '"nowhere" is no IANA time zone such as Europe/Paris' },
      { path: '/spread', message: '"soon" is not an ISO 8601 duration such as PT15M' },
      { path: '/caps/0/per', message: '"weekly" is not an ISO 8601 duration such as P7D' },
      { path: '/rates/0/per', message: 'must be from PT1S to P1D' },
      { path: '/rates/1', message: 'says again what /rates/0 says' },
      { path: '/rates/2/provider', message: 'must be one that is set up here: fake' },
    ]),
  );
});
