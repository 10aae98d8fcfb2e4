import { type KeyObject, verify } from 'node:crypto';
import { type Clock, span } from '@herald/domain';
import { isFresh } from './freshness.ts';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/**
 * In s. SendGrid retries for 24 hours and does not say whether it signs anew each time, so anything older
 * than that and a margin is refused. A replay within that time has ids that are known already.
 */
const SENDGRID_OLD = (25 * span.HOUR) / span.SECOND;
const AHEAD = 300;

/**
 * SendGrid's scheme: ECDSA on P-256 with SHA-256 over timestamp and body, with any of the keys. Never throws.
 */
export function isSendgridSignature(
  headers: Readonly<Record<string, string | undefined>>,
  {
    body,
    keys,
    old = SENDGRID_OLD,
    clock,
  }: {
    readonly body: Buffer;
    readonly keys: readonly (KeyObject | undefined)[];
    /** How old the timestamp may be, in s. */
    readonly old?: number | undefined;
    readonly clock: Clock;
  },
): boolean {
  const { [SIGNATURE]: signature, [TIMESTAMP]: timestamp } = headers;
  if (signature === undefined || timestamp === undefined) return false;
  if (!isFresh(timestamp, { old, ahead: AHEAD }, clock)) return false;
  if (!/^[A-Za-z0-9+/]{1,120}={0,2}$/.test(signature)) return false;
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  return keys.some((key) => key !== undefined && isSigned(signed, key, Buffer.from(signature, 'base64')));
}

function isSigned(data: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify('sha256', data, key, signature);
  } catch {
    return false; // not even the form of a signature
  }
}
