import { CHANNELS, type Channel } from '@herald/domain';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/**
 * Which message a provider reports of: all that must be known to find it, and nothing about the person but an
 * opaque id.
 */
export interface MessageReference {
  readonly workspace: string;
  readonly prospectId: string;
  readonly messageId: string;
  readonly channel: Channel;
}

/**
 * Longer tokens are refused unread. The longest that we sign is under half of it: ids have up to 200
 * characters.
 */
const MAX_LENGTH = 4_000;

/** Signed for this one use. */
const USE = 'message';

/**
 * Goes to a provider with a message and comes back with what it reports. Safe in URLs, headers and custom
 * arguments; the same parts give the same token. An unsubscribe token is no reference, nor the other way
 * round.
 */
export function messageReference(secret: string, reference: MessageReference): string {
  const { workspace, prospectId, messageId, channel } = reference;
  return signParts(USE, [workspace, prospectId, messageId, channel], secret);
}

/** The parts, or undefined for a token we did not sign. Never throws, whatever the token. */
export function readMessageReference(secret: string, token: string): MessageReference | undefined {
  const parts = readParts(USE, token, secret, MAX_LENGTH);
  if (!Parts.Check(parts)) return undefined;
  const [workspace, prospectId, messageId, channel] = parts;
  return { workspace, prospectId, messageId, channel };
}

const Text = Type.String({ minLength: 1 });
const Parts = Compile(Type.Tuple([Text, Text, Text, Type.Enum([...CHANNELS])]));
