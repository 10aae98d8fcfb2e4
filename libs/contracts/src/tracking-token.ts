import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

/** What a link or picture of ours in a mail says: of which message, when it was made, and where a click goes. */
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

/** `<payload>.<mac>`, both base64url: the target is inside what is signed, so that there is no redirect to anywhere that was not in a mail. */
export function signTrackedLink(link: TrackedLink, secret: string): string {
  const { workspace, prospectId, messageId, madeAt, target } = link;
  const parts = [workspace, prospectId, messageId, madeAt, ...(target === undefined ? [] : [target])];
  const payload = Buffer.from(JSON.stringify(parts)).toString('base64url');
  return `${payload}.${mac(payload, secret)}`;
}

/** What was signed, or undefined for a token that we did not. Never throws, whatever the token. */
export function verifyTrackedLink(token: string, secret: string): TrackedLink | undefined {
  if (token.length > MAX_LENGTH) return undefined;
  const [payload, given, ...rest] = token.split('.');
  if (payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(mac(payload, secret));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  const parts = read(payload);
  if (parts === undefined) return undefined;
  const [workspace, prospectId, messageId, madeAt, target] = parts;
  return { workspace, prospectId, messageId, madeAt, ...(target === undefined ? {} : { target }) };
}

function read(payload: string): Static<typeof Open> | Static<typeof Click> | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // not JSON: said above, undefined is the answer
  }
  if (opens.Check(parts)) return parts;
  return clicks.Check(parts) ? parts : undefined;
}

const Text = Type.String({ minLength: 1 });
const Open = Type.Tuple([Text, Text, Text, Type.Integer()]);
const Click = Type.Tuple([Text, Text, Text, Type.Integer(), Type.String({ pattern: '^https?://' })]);
const opens = Compile(Open);
const clicks = Compile(Click);

const mac = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(`tracking:${payload}`).digest('base64url');
