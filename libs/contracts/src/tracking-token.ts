import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/**
 * What a link or picture of ours in a mail says: of which message, when it was made, and where a click goes.
 */
export interface TrackedLink {
  readonly workspace: string;
  readonly prospectId: string;
  readonly messageId: string;
  /** ms since 1970, on the clock of the installation. */
  readonly madeAt: number;
  /** Where a click goes; absent for the picture that tells of an open. */
  readonly target?: string;
}

/** Longer tokens are refused unread. */
const MAX_LENGTH = 8_000;
/** Links that are longer are not tracked: servers on the way cut long addresses off. */
export const MAX_TRACKED_LENGTH = 2_000;

/** Signed for this one use. */
const USE = 'tracking';

/** The target is inside what is signed, so that there is no redirect to anywhere that was not in a mail. */
export function signTrackedLink(link: TrackedLink, secret: string): string {
  const { workspace, prospectId, messageId, madeAt, target } = link;
  const parts = [workspace, prospectId, messageId, madeAt, ...(target === undefined ? [] : [target])];
  return signParts(USE, parts, secret);
}

/** What was signed, or undefined for a token that we did not. Never throws, whatever the token. */
export function verifyTrackedLink(token: string, secret: string): TrackedLink | undefined {
  const parts = readParts(USE, token, secret, MAX_LENGTH);
  if (!opens.Check(parts) && !clicks.Check(parts)) return undefined;
  const [workspace, prospectId, messageId, madeAt, target] = parts;
  return { workspace, prospectId, messageId, madeAt, ...(target === undefined ? {} : { target }) };
}

const Text = Type.String({ minLength: 1 });
const opens = Compile(Type.Tuple([Text, Text, Text, Type.Integer()]));
const clicks = Compile(
  Type.Tuple([Text, Text, Text, Type.Integer(), Type.String({ pattern: '^https?://' })]),
);
