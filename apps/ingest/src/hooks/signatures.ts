import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { SourceVerify } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { equal } from './compare.ts';
import { isFresh } from './freshness.ts';
import { isSendgridSignature, sendgridKey } from './sendgrid-signature.ts';
import { isStripeSignature } from './stripe-signature.ts';
import { isTwilioSignature } from './twilio-signature.ts';

/** A request as it came, before anything was made of it. Header names are lower case; a repeated header is its values joined by `, `. */
export interface RawRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As the world knows it, in full. */
  readonly url: string;
}

/** How old, and how far ahead, a signed timestamp may be unless the source says otherwise; s. */
const DEFAULT_TOLERANCE = 300;
const DEFAULT_SIGNATURE_HEADER = 'x-signature';

/** The secrets of a file: one a line, so that a sender's secret can be changed while both are in use. None for an empty file. */
export const secretsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * Whether the request was made by somebody who knows one of the secrets. Works on the bytes as they came; compares in constant
 * time; never throws, whatever the headers hold. Without secrets only the scheme `none` is ever satisfied.
 */
export function isAuthentic(
  verify: SourceVerify,
  secrets: readonly string[],
  request: RawRequest,
  clock: Clock,
): boolean {
  switch (verify.scheme) {
    case 'none':
      return true;
    case 'bearer': {
      const token = bearerToken(verify.header, request);
      return secrets.some((secret) => equal(digest(secret), digest(token)));
    }
    case 'hmac-sha256': {
      const given = readMac(request.headers[verify.header ?? DEFAULT_SIGNATURE_HEADER]);
      return secrets.some((secret) => equal(hmac(secret, [request.body]), given));
    }
    case 'github': {
      const header = request.headers['x-hub-signature-256'];
      const given = header?.startsWith('sha256=') ? readMac(header) : NO_MAC;
      return secrets.some((secret) => equal(hmac(secret, [request.body]), given));
    }
    case 'standard-webhooks':
      return isStandardWebhook(secrets, request, clock, verify.tolerance ?? DEFAULT_TOLERANCE);
    case 'stripe': {
      const tolerance = verify.tolerance ?? DEFAULT_TOLERANCE;
      const { body, headers } = request;
      return isStripeSignature(headers['stripe-signature'], { body, secrets, tolerance, clock });
    }
    case 'sendgrid': {
      const keys = secrets.map(sendgridKey);
      return isSendgridSignature(request.headers, { body: request.body, keys, old: verify.tolerance, clock });
    }
    case 'twilio': {
      const { url, body, headers } = request;
      const contentType = headers['content-type'];
      return isTwilioSignature({ url, body, contentType, signature: headers['x-twilio-signature'] }, secrets);
    }
    default:
      return verify.scheme satisfies never;
  }
}

/** Costs what a verification costs, so that the time of an answer does not tell which sources there are. */
export function pretendToVerify(request: RawRequest): void {
  equal(hmac(decoy, [request.body]), NO_MAC);
}

/** The headers that carry a secret, or the proof of one, and so must never become part of an event. */
export const secretHeaders = ({ scheme, header }: SourceVerify): ReadonlySet<string> =>
  new Set([
    'authorization',
    'proxy-authorization',
    'cookie',
    ...SIGNATURE_HEADERS[scheme],
    ...(header === undefined ? [] : [header]),
  ]);

/** What each scheme proves itself by; GitHub sends its old SHA-1 along. */
const SIGNATURE_HEADERS: Readonly<Record<SourceVerify['scheme'], readonly string[]>> = {
  none: [],
  bearer: [],
  'hmac-sha256': [DEFAULT_SIGNATURE_HEADER],
  github: ['x-hub-signature-256', 'x-hub-signature'],
  'standard-webhooks': ['webhook-signature', 'svix-signature'],
  stripe: ['stripe-signature'],
  sendgrid: ['x-twilio-email-event-webhook-signature'],
  twilio: ['x-twilio-signature'],
};

/** The id that a sender of this scheme gives each webhook, the same on every retry; undefined where the scheme has none. */
export function deliveryId({ scheme }: SourceVerify, headers: RawRequest['headers']): string | undefined {
  if (scheme === 'github') return headers['x-github-delivery'];
  if (scheme === 'standard-webhooks') return standardHeaders(headers).id;
  return undefined;
}

/** The key of a Standard Webhooks secret, `whsec_` and base64; undefined for a text that is not one. */
export function standardKey(secret: string): Buffer | undefined {
  const text = secret.replace(/^whsec_/, '');
  const key = BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  return key.length === 0 ? undefined : key;
}

/** No HMAC-SHA256 has this length, so nothing equals it. */
const NO_MAC = Buffer.alloc(0);
const HEX_MAC = /^[0-9a-f]{64}$/i;
const BASE64_MAC = /^[A-Za-z0-9+/_-]{43}=?$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const decoy = randomBytes(32);

const hmac = (key: string | Buffer, parts: readonly (string | Buffer)[]): Buffer => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function readMac(header: string | undefined): Buffer {
  const text = header?.replace(/^sha256=/, '') ?? '';
  if (HEX_MAC.test(text)) return Buffer.from(text, 'hex');
  return BASE64_MAC.test(text) ? Buffer.from(text, 'base64') : NO_MAC;
}

function bearerToken(header: string | undefined, { headers }: RawRequest): string {
  if (header !== undefined && header !== 'authorization') return headers[header] ?? '';
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** Svix, whose scheme became the standard, still sends its own names. */
function standardHeaders(headers: RawRequest['headers']): {
  id?: string;
  timestamp?: string;
  signature?: string;
} {
  const prefix = headers['webhook-id'] === undefined ? 'svix' : 'webhook';
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`${prefix}-${name}`],
  );
  return {
    ...(id === undefined ? {} : { id }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Standard Webhooks 1.0, symmetric: any `v1` signature of the list, by any of the keys, over `id.timestamp.body`. */
function isStandardWebhook(
  secrets: readonly string[],
  { body, headers }: RawRequest,
  clock: Clock,
  tolerance: number,
): boolean {
  const { id, timestamp, signature } = standardHeaders(headers);
  if (id === undefined || timestamp === undefined || signature === undefined) return false;
  // A dot in the id would let one signed text be read as another id and timestamp.
  if (id.includes('.') || !isFresh(timestamp, { old: tolerance, ahead: tolerance }, clock)) return false;
  const given = signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => readMac(part.slice(3)));
  return secrets.some((secret) => {
    const key = standardKey(secret);
    if (key === undefined) return false;
    const expected = hmac(key, [`${id}.${timestamp}.`, body]);
    return given.some((mac) => equal(expected, mac));
  });
}
