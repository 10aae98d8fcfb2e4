import { createHmac, timingSafeEqual } from 'node:crypto';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** What an unsubscribe link says: who, of which channel, because of which message. */
export interface UnsubscribeClaim {
  readonly workspace: string;
  readonly prospectId: string;
  readonly channel: string;
  readonly messageId: string;
  /** What the message is about, where it is about something that one can choose. */
  readonly topic?: string;
}

/** Longer tokens are refused unread. The longest that we sign is under half of it: ids have up to 200 characters. */
const MAX_LENGTH = 4_000;

/** `<payload>.<mac>`, both base64url: HMAC-SHA256 over the payload by the installation's link secret. Opaque to the reader, unforgeable without the secret. */
export function signUnsubscribe(claim: UnsubscribeClaim, secret: string): string {
  const payload = Buffer.from(
    JSON.stringify([
      ...[claim.workspace, claim.prospectId, claim.channel, claim.messageId],
      ...(claim.topic === undefined ? [] : [claim.topic]),
    ]),
  ).toString('base64url');
  return `${payload}.${mac(payload, secret)}`;
}

/** The claim, or undefined for a token we did not sign. Never throws, whatever the token. */
export function verifyUnsubscribe(token: string, secret: string): UnsubscribeClaim | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const [payload, given, ...rest] = token.split('.');
  if (payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(mac(payload, secret));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return readClaim(payload);
}

/** A payload can bear our signature and still be none of today's claims: an older version may have signed another shape. */
function readClaim(payload: string): UnsubscribeClaim | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // not JSON: said above, undefined is the answer
  }
  if (!general.Check(parts) && !ofTopic.Check(parts)) return undefined;
  const [workspace, prospectId, channel, messageId, topic] = parts;
  return { workspace, prospectId, channel, messageId, ...(topic === undefined ? {} : { topic }) };
}

const Text = Type.String({ minLength: 1 });
const general = Compile(Type.Tuple([Text, Text, Text, Text]));
const ofTopic = Compile(Type.Tuple([Text, Text, Text, Text, Text]));

const mac = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(`unsubscribe:${payload}`).digest('base64url');
