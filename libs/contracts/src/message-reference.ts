import { createHmac } from 'node:crypto';
import { CHANNELS, type Channel, plainAddress } from '@herald/domain';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/**
 * The message that a provider reports about: all that is needed to find it, and nothing about the person but
 * an opaque id.
 */
export interface MessageReference {
  readonly workspace: string;
  readonly prospectId: string;
  readonly messageId: string;
  readonly channel: Channel;
}

/**
 * Longer tokens are refused unread. The longest that is ever signed has less than half: ids have up to 200
 * characters.
 */
const MAX_LENGTH = 4_000;

/** The header of a mail that carries the token, where reports come back by mail. */
export const REFERENCE_HEADER = 'X-Herald-Reference';

/** Tokens are signed for one use only. */
const USE = 'message';

/**
 * The token that goes to a provider with a message and comes back in its reports. Safe in URLs, headers and
 * custom arguments; the same parts give the same token. An unsubscribe token is not a reference, nor the
 * other way round.
 */
export function messageReference(secret: string, reference: MessageReference): string {
  const { workspace, prospectId, messageId, channel } = reference;
  return signParts(USE, [workspace, prospectId, messageId, channel], secret);
}

/** The parts; undefined for a token that Herald did not sign. Never throws, whatever the token. */
export function readMessageReference(secret: string, token: string): MessageReference | undefined {
  const parts = readParts(USE, token, secret, MAX_LENGTH);
  if (!Parts.Check(parts)) return undefined;
  const [workspace, prospectId, messageId, channel] = parts;
  return { workspace, prospectId, messageId, channel };
}

/**
 * Marks the recipient of a message that has copies, without saying who it is: what a provider reports of
 * another address with the same reference is about a copy. Only the secret shows whose mark it is.
 */
export const recipientMark = (secret: string, reference: string, address: string): string =>
  createHmac('sha256', secret)
    .update(`recipient:${reference}:${plainAddress(address)}`)
    .digest('base64url');

const Text = Type.String({ minLength: 1 });
const Parts = Compile(Type.Tuple([Text, Text, Text, Type.Enum([...CHANNELS])]));
