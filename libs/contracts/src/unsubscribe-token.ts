import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/** What an unsubscribe link says: who, of which channel, because of which message. */
export interface UnsubscribeClaim {
  readonly workspace: string;
  readonly prospectId: string;
  readonly channel: string;
  readonly messageId: string;
  /** What the message is about, where it is about something that one can choose. */
  readonly topic?: string;
}

/**
 * Longer tokens are refused unread. The longest that we sign is under half of it: ids have up to 200
 * characters.
 */
const MAX_LENGTH = 4_000;

/** Signed for this one use. */
const USE = 'unsubscribe';

/** The token of an unsubscribe link. */
export function signUnsubscribe(claim: UnsubscribeClaim, secret: string): string {
  const { workspace, prospectId, channel, messageId, topic } = claim;
  const parts = [workspace, prospectId, channel, messageId, ...(topic === undefined ? [] : [topic])];
  return signParts(USE, parts, secret);
}

/** The claim, or undefined for a token we did not sign. Never throws, whatever the token. */
export function verifyUnsubscribe(token: string, secret: string): UnsubscribeClaim | undefined {
  const parts = readParts(USE, token, secret, MAX_LENGTH);
  if (!general.Check(parts) && !ofTopic.Check(parts)) return undefined;
  const [workspace, prospectId, channel, messageId, topic] = parts;
  return { workspace, prospectId, channel, messageId, ...(topic === undefined ? {} : { topic }) };
}

const Text = Type.String({ minLength: 1 });
const general = Compile(Type.Tuple([Text, Text, Text, Text]));
const ofTopic = Compile(Type.Tuple([Text, Text, Text, Text, Text]));
