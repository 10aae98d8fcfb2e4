import { createHmac } from 'node:crypto';
import type { Clock } from '@herald/domain';
import { equal } from './compare.ts';
import { isFresh } from './freshness.ts';

/**
 * Stripe's scheme: `Stripe-Signature: t=<s>,v1=<hex>[,v1=<hex>…]`, HMAC-SHA256 over `<t>.<body>` with the whole text of the endpoint's secret.
 * Any `v1` by any of the secrets holds; a `v0` never does. https://docs.stripe.com/webhooks#verify-manually
 */
export function isStripeSignature(
  header: string | undefined,
  {
    body,
    secrets,
    tolerance,
    clock,
  }: {
    readonly body: Buffer;
    readonly secrets: readonly string[];
    /** s, both ways. */
    readonly tolerance: number;
    readonly clock: Clock;
  },
): boolean {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('=', 2));
  const timestamps = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []));
  const [timestamp, ...more] = timestamps;
  if (timestamp === undefined || more.length > 0) return false;
  if (!isFresh(timestamp, { old: tolerance, ahead: tolerance }, clock)) return false;
  const given = parts.flatMap(([name, value = '']) =>
    name === 'v1' && HEX_MAC.test(value) ? [Buffer.from(value, 'hex')] : [],
  );
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
    return given.some((mac) => equal(expected, mac));
  });
}

const HEX_MAC = /^[0-9a-f]{64}$/i;
