import { createHmac } from 'node:crypto';
import type { Clock } from '@herald/domain';
import { equal } from './compare.ts';
import { isFresh, type TimestampUnit } from './freshness.ts';
import type { RawRequest } from './raw-request.ts';
import { holds, type SignedText, signedBytes } from './signed-text.ts';

type Encoding = 'hex' | 'base64' | 'base64url';

/** How a sender signs with a shared secret. Header names are lower case. */
export interface HmacRule {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  /** Any of these; a sender uses one. */
  readonly encodings: readonly Encoding[];
  /** The header with the signature. */
  readonly header: string;
  /** Any of these precedes a signature. */
  readonly prefixes: readonly string[];
  /** Separates several signatures, or several fields, in the header. */
  readonly separator?: string;
  /** Names in a header such as `t=…,v1=…`. */
  readonly fields?: { readonly signature: string; readonly timestamp?: string };
  readonly signed: SignedText;
  /** The header with the timestamp, unless a field of the signature's header has it. */
  readonly timestampHeader?: string;
  readonly timestampUnit: TimestampUnit;
  /** s, both ways. */
  readonly tolerance: number;
  readonly secret: { readonly encoding: 'text' | 'hex' | 'base64'; readonly prefix: string };
}

/**
 * Whether one of the request's signatures was made with one of the secrets, over the raw bytes, and its
 * timestamp is fresh, if one is signed. Compares in constant time; never throws.
 */
export function isHmacAuthentic(
  rule: HmacRule,
  secrets: readonly string[],
  request: RawRequest,
  clock: Clock,
): boolean {
  const { signatures, timestamp } = readHeader(rule, request);
  if (holds(rule.signed, 'timestamp')) {
    const tolerance = { old: rule.tolerance, ahead: rule.tolerance };
    if (timestamp === undefined || !isFresh(timestamp, tolerance, clock, rule.timestampUnit)) return false;
  }
  const bytes = signedBytes(rule.signed, request, timestamp);
  if (bytes === undefined) return false;
  const given = signatures.flatMap((signature) => macsOf(signature, rule));
  return secrets.some((secret) => {
    const key = hmacKey(secret, rule.secret);
    if (key === undefined) return false;
    const expected = createHmac(rule.algorithm, key).update(bytes).digest();
    return given.some((mac) => equal(expected, mac));
  });
}

/** The key in a line of a secret's file; undefined for a line that is not in its encoding. */
export function hmacKey(secret: string, { encoding, prefix }: HmacRule['secret']): Buffer | undefined {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  if (encoding !== 'text' && !SECRETS[encoding].test(text)) return undefined;
  const key = Buffer.from(text, encoding === 'text' ? 'utf8' : encoding);
  return key.length === 0 ? undefined : key;
}

const SECRETS = { hex: /^(?:[0-9a-f]{2})+$/i, base64: /^[A-Za-z0-9+/]+={0,2}$/ };

function readHeader(
  { header, fields, separator, timestampHeader }: HmacRule,
  { headers }: RawRequest,
): { signatures: readonly string[]; timestamp?: string | undefined } {
  const text = headers[header] ?? '';
  const timestamp = timestampHeader === undefined ? undefined : headers[timestampHeader];
  const parts = separator === undefined ? [text] : text.split(separator).map((part) => part.trim());
  if (fields === undefined) return { signatures: parts, timestamp };
  const valuesOf = (name: string): string[] =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const signatures = valuesOf(fields.signature);
  if (fields.timestamp === undefined) return { signatures, timestamp };
  // With two it would be open which one was signed.
  const [only, ...more] = valuesOf(fields.timestamp);
  return { signatures, timestamp: more.length === 0 ? only : undefined };
}

/** Node's decoders skip invalid characters, so the text is checked first. */
const MACS: Readonly<Record<Encoding, RegExp>> = {
  hex: /^(?:[0-9a-f]{2})+$/i,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[A-Za-z0-9_-]+={0,2}$/,
};
/** Characters of the longest signature, SHA-512 in hexadecimal. */
const LONGEST = 128;

function macsOf(signature: string, { prefixes, encodings }: HmacRule): Buffer[] {
  return prefixes.flatMap((prefix) => {
    if (!signature.startsWith(prefix)) return [];
    const text = signature.slice(prefix.length);
    if (text.length > LONGEST) return [];
    return encodings.flatMap((encoding) => (MACS[encoding].test(text) ? [Buffer.from(text, encoding)] : []));
  });
}
