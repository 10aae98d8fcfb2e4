import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an unsubscribe link says: who, of which channel, because of which message. */
export interface UnsubscribeClaim {
  readonly workspace: string;
  readonly prospectId: string;
  readonly channel: string;
  readonly messageId: string;
}

/** `<payload>.<mac>`, both base64url: HMAC-SHA256 over the payload by the installation's link secret. Opaque to the reader, unforgeable without the secret. */
export function signUnsubscribe(claim: UnsubscribeClaim, secret: string): string {
  const payload = Buffer.from(
    JSON.stringify([claim.workspace, claim.prospectId, claim.channel, claim.messageId]),
  ).toString('base64url');
  return `${payload}.${mac(payload, secret)}`;
}

/** The claim, or undefined for a token we did not sign. */
export function verifyUnsubscribe(token: string, secret: string): UnsubscribeClaim | undefined {
  const [payload, given, ...rest] = token.split('.');
  if (payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(mac(payload, secret));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  const [workspace, prospectId, channel, messageId] = JSON.parse(
    Buffer.from(payload, 'base64url').toString(),
  );
  return { workspace, prospectId, channel, messageId };
}

const mac = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(`unsubscribe:${payload}`).digest('base64url');
