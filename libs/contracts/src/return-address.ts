import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a mail to an address of this installation is about. */
export interface ReturnAddress {
  /** `bounce`: the envelope's sender (VERP), to which servers report. `unsubscribe`: its owner wants no more. */
  readonly use: ReturnUse;
  readonly messageId: string;
  /** Which workspaces it may be: see `workspaceTag`. */
  readonly workspaceTag: string;
}

export type ReturnUse = 'bounce' | 'unsubscribe';

/** As `signReturnAddress` writes it. `plain`: the address itself. `forged`: not signed here. */
export type ReadReturnAddress = ReturnAddress | 'plain' | 'forged';

/**
 * Lengths in characters of base32, which holds 5 bits each: a server on the way may change the case, and a
 * local part ends at 64 octets (RFC 5321, section 4.5.3.1.1). 132 bits of an id need 27.
 */
const ID = 27;
const TAG = 5;
const MAC = 16;
/** Of the local part of the installation's address, so that `+`, a letter and the rest fit behind it. */
export const MAX_RETURN_LOCAL = 64 - 2 - ID - TAG - MAC;

const LETTER = { bounce: 'b', unsubscribe: 'u' } as const satisfies Record<ReturnUse, string>;
const DERIVED_ID = /^[A-Za-z0-9_-]{22}$/;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const TOKEN = new RegExp(`^([bu])([a-z2-7]{${ID}})([a-z2-7]{${TAG}})([a-z2-7]{${MAC}})$`);

/**
 * `base` with a token behind its local part: `bounces+b…@mail.example`. Nobody can make one for a message
 * whose address they have not seen. Undefined for ids that were not derived: those of tests.
 */
export function signReturnAddress(
  base: string,
  { use, workspace, messageId }: { use: ReturnUse; workspace: string; messageId: string },
  secret: string,
): string | undefined {
  if (!DERIVED_ID.test(messageId)) return undefined;
  const at = base.lastIndexOf('@');
  const said = `${LETTER[use]}${toBase32(messageId)}${workspaceTag(workspace, secret)}`;
  return `${base.slice(0, at)}+${said}${mac(said, secret)}${base.slice(at)}`;
}

/** Undefined for an address that is none of this installation's. Never throws, whatever the address. */
export function readReturnAddress(
  base: string,
  address: string,
  secret: string,
): ReadReturnAddress | undefined {
  const given = address.toLowerCase();
  const known = base.toLowerCase();
  const at = known.lastIndexOf('@');
  if (given === known) return 'plain';
  if (!given.startsWith(`${known.slice(0, at)}+`) || !given.endsWith(known.slice(at))) return undefined;
  const token = given.slice(at + 1, given.length - (known.length - at));
  const [, letter, id = '', tag = '', sent = ''] = TOKEN.exec(token) ?? [];
  const messageId = fromBase32(id);
  if (letter === undefined || messageId === undefined) return 'forged';
  const expected = mac(`${letter}${id}${tag}`, secret);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(sent))) return 'forged';
  return { use: letter === 'b' ? 'bounce' : 'unsubscribe', messageId, workspaceTag: tag };
}

/**
 * A workspace's name does not fit into an address. This tells most workspaces apart without showing a name;
 * that the message is there decides.
 */
export const workspaceTag = (workspace: string, secret: string): string =>
  digest(`workspace-tag:${workspace}`, secret, TAG);

const mac = (said: string, secret: string): string => digest(`return-address:${said}`, secret, MAC);

function digest(text: string, secret: string, length: number): string {
  const bytes = createHmac('sha256', secret).update(text).digest();
  return Array.from(bytes.subarray(0, length), (byte) => BASE32.charAt(byte % 32)).join('');
}

/** Digits of one base to digits of the other: the value is the same number. */
function toBase32(messageId: string): string {
  let value = 0n;
  for (const digit of messageId) value = value * 64n + BigInt(BASE64URL.indexOf(digit));
  let digits = '';
  for (let n = 0; n < ID; n += 1, value /= 32n) digits = BASE32.charAt(Number(value % 32n)) + digits;
  return digits;
}

function fromBase32(digits: string): string | undefined {
  let value = 0n;
  for (const digit of digits) value = value * 32n + BigInt(BASE32.indexOf(digit));
  let id = '';
  for (let n = 0; n < 22; n += 1, value /= 64n) id = BASE64URL.charAt(Number(value % 64n)) + id;
  return value === 0n ? id : undefined;
}
