import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/** What an unsubscribe link says: the person, the channel, and the message that had the link. */
export interface UnsubscribeClaim {
  readonly workspace: string;
  readonly prospectId: string;
  readonly channel: string;
  readonly messageId: string;
  /** The topic of the message, if it has one that people can choose. */
  readonly topic?: string;
}

/**
 * Longer tokens are refused unread. The longest that is ever signed has less than half: ids have up to 200
 * characters.
 */
const MAX_LENGTH = 4_000;

/** Tokens are signed for one use only. */
const USE = 'unsubscribe';

/** The token of an unsubscribe link. */
export function signUnsubscribe(claim: UnsubscribeClaim, secret: string): string {
  const { workspace, prospectId, channel, messageId, topic } = claim;
  const parts = [workspace, prospectId, channel, messageId, ...(topic === undefined ? [] : [topic])];
  return signParts(USE, parts, secret);
}

/** The claim; undefined for a token that Herald did not sign. Never throws, whatever the token. */
export function verifyUnsubscribe(token: string, secret: string): UnsubscribeClaim | undefined {
  const parts = readParts(USE, token, secret, MAX_LENGTH);
  if (!general.Check(parts) && !ofTopic.Check(parts)) return undefined;
  const [workspace, prospectId, channel, messageId, topic] = parts;
  return { workspace, prospectId, channel, messageId, ...(topic === undefined ? {} : { topic }) };
}

const Text = Type.String({ minLength: 1 });
const general = Compile(Type.Tuple([Text, Text, Text, Text]));
const ofTopic = Compile(Type.Tuple([Text, Text, Text, Text, Text]));
