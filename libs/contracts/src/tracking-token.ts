import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { readParts, signParts } from './signed-token.ts';

/**
 * What a tracked link or picture in an e-mail says: of which message, when it was made, and where a click
 * goes.
 */
export interface TrackedLink {
  readonly workspace: string;
  readonly prospectId: string;
  readonly messageId: string;
  /** ms since 1970, on the clock of the installation. */
  readonly madeAt: number;
  /** Where a click goes; absent for the picture that reports an open. */
  readonly target?: string;
}

/** Longer tokens are refused unread. */
const MAX_LENGTH = 8_000;
/** Longer links are not tracked: servers on the way truncate long addresses. */
export const MAX_TRACKED_LENGTH = 2_000;

/** Tokens are signed for one use only. */
const USE = 'tracking';

/** The target is part of what is signed, so a link redirects only to addresses that were in an e-mail. */
export function signTrackedLink(link: TrackedLink, secret: string): string {
  const { workspace, prospectId, messageId, madeAt, target } = link;
  const parts = [workspace, prospectId, messageId, madeAt, ...(target === undefined ? [] : [target])];
  return signParts(USE, parts, secret);
}

/** What was signed; undefined for a token that Herald did not sign. Never throws, whatever the token. */
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
