import type { Clock } from '@herald/domain';
import { Stripe } from 'stripe';
import { expect, it } from 'vitest';
import { isAuthentic } from './authentic.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const clock: Clock = { rate: 1, now: () => NOW };
const SECRET = 'whsec_4TvX0gPzA1';
const body = Buffer.from('{"id": "evt_1",  "object":"event"}');

const signed = (at = NOW, secret = SECRET, payload = body.toString()): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at / 1000) });
const holds = (header: string | undefined, over: { secrets?: string[]; body?: Buffer } = {}) => {
  const request = { method: 'POST', url: 'https://herald.example/', headers: { 'stripe-signature': header } };
  const { secrets = [SECRET], body: sent = body } = over;
  return isAuthentic({ scheme: 'stripe' }, secrets, { ...request, body: sent }, clock);
};

it('accepts what the package of Stripe signs, over the raw bytes', () => {
  expect(holds(signed())).toBe(true);
  expect(holds(signed(), { body: Buffer.from(JSON.stringify(JSON.parse(body.toString()))) })).toBe(false);
});

it.each([
  [-300_000, true],
  [-301_000, false],
  [300_000, true],
  [301_000, false],
])('a timestamp %d ms from now holds: %s', (offset, expected) => {
  expect(holds(signed(NOW + offset))).toBe(expected);
});

it('accepts any v1 of the header, by any of the secrets, and no other scheme', () => {
  const [time, good = ''] = signed().split(',');
  const bad = `v1=${'0'.repeat(64)}`;
  expect(holds(`${time},${bad},${good}`)).toBe(true);
  expect(holds(`${time},${bad}`)).toBe(false);
  expect(holds(`${time},${good.replace('v1', 'v0')}`)).toBe(false);
  expect(holds(signed(NOW, 'whsec_other'), { secrets: [SECRET, 'whsec_other'] })).toBe(true);
  expect(holds(signed(NOW, 'whsec_other'))).toBe(false);
});

it('refuses anything but such a header, and two times in it', () => {
  const header = signed();
  const [time, mac] = header.split(',');
  for (const bad of [
    undefined,
    '',
    't=,v1=',
    mac,
    time,
    `t=0,${header}`,
    `${header},t=9`,
    header.replace('t=', 't=-'),
    `${time},${mac}0`,
  ])
    expect(holds(bad)).toBe(false);
  expect(holds(header, { secrets: [] })).toBe(false);
});
