import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Channel } from '@herald/domain';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** Which message a provider reports of: all that must be known to find it, and nothing about the person but an opaque id. */
export interface MessageReference {
  readonly workspace: string;
  readonly prospectId: string;
  readonly messageId: string;
  readonly channel: Channel;
}

/** Longer tokens are refused unread. The longest that we sign is under half of it: ids have up to 200 characters. */
const MAX_LENGTH = 4_000;

/**
 * `<payload>.<mac>`, both base64url: goes to a provider with a message and comes back with what it reports. Safe in URLs, headers and
 * custom arguments; the same parts give the same token. Signed for this one use: an unsubscribe token is no reference, nor the other way round.
 */
export function messageReference(secret: string, reference: MessageReference): string {
  const { workspace, prospectId, messageId, channel } = reference;
  const payload = Buffer.from(JSON.stringify([workspace, prospectId, messageId, channel])).toString(
    'base64url',
  );
  return `${payload}.${mac(payload, secret)}`;
}

/** The parts, or undefined for a token we did not sign. Never throws, whatever the token. */
export function readMessageReference(secret: string, token: string): MessageReference | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const [payload, given, ...rest] = token.split('.');
  if (payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(mac(payload, secret));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  return readParts(payload);
}

/** A payload can bear our signature and still be none of today's: an older version may have signed another shape. */
function readParts(payload: string): MessageReference | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // not JSON: said above, undefined is the answer
  }
  if (!Parts.Check(parts)) return undefined;
  const [workspace, prospectId, messageId, channel] = parts;
  return { workspace, prospectId, messageId, channel };
}

const Text = Type.String({ minLength: 1 });
const Channels = Type.Union([
  Type.Literal('email'),
  Type.Literal('sms'),
  Type.Literal('call'),
  Type.Literal('webhook'),
]);
const Parts = Compile(Type.Tuple([Text, Text, Text, Channels]));

const mac = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(`message:${payload}`).digest('base64url');
