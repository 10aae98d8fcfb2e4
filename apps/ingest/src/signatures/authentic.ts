import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type HmacPreset, type SourceVerify, sendgridKey } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { equal } from './compare.ts';
import { type HmacRule, isHmacAuthentic } from './hmac.ts';
import { DEFAULT_HEADER, hmacPresets, hmacRule } from './hmac-presets.ts';
import type { RawRequest } from './raw-request.ts';
import { isSendgridSignature } from './sendgrid.ts';
import { readSnsMessage } from './sns/message.ts';
import { isTwilioSignature } from './twilio.ts';

/**
 * The secrets of a file, one a line, so that a sender's secret can be rotated while both are in use. Empty
 * for an empty file.
 */
export const secretsOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * Whether the sender of the request knows one of the secrets. Checks the raw bytes; compares in constant
 * time; never throws, whatever the headers hold. Without secrets only the scheme `none` succeeds.
 */
export function isAuthentic(
  verify: SourceVerify,
  secrets: readonly string[],
  request: RawRequest,
  clock: Clock,
): boolean {
  const { body, headers, url } = request;
  switch (verify.scheme) {
    case 'none':
      return true;
    case 'sns':
      return false; // its proof is in its body, and needs a certificate: `sns/sns.ts`
    case 'bearer': {
      const token = digest(bearerToken(verify.header, request));
      return secrets.some((secret) => equal(digest(secret), token));
    }
    case 'basic': {
      const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? [];
      const credentials = digest(Buffer.from(encoded, 'base64'));
      return secrets.some((secret) => equal(digest(secret), credentials));
    }
    case 'sendgrid': {
      const keys = secrets.map(sendgridKey);
      return isSendgridSignature(headers, { body, keys, old: verify.tolerance, clock });
    }
    case 'twilio':
    case 'mandrill': {
      const contentType = headers['content-type'];
      const signature = headers[FORM_SIGNATURES[verify.scheme]];
      return isTwilioSignature({ url, body, contentType, signature }, secrets);
    }
    default: {
      const rules = hmacRulesOf(verify.scheme, verify);
      const rule = rules.find(({ header }) => headers[header] !== undefined) ?? rules[0];
      return isHmacAuthentic(rule, secrets, request, clock);
    }
  }
}

/** Twilio's signature of a form, which Mandrill uses too. */
const FORM_SIGNATURES = { twilio: 'x-twilio-signature', mandrill: 'x-mandrill-signature' } as const;

/** The rules of a source that signs by HMAC: those of its preset, or its own. */
export function hmacRulesOf(
  scheme: 'hmac' | HmacPreset,
  verify: SourceVerify,
): readonly [HmacRule, ...HmacRule[]] {
  const given = <K extends keyof HmacRule>(name: K, value: HmacRule[K] | undefined) =>
    value === undefined ? {} : { [name]: value };
  const { header, encoding, prefix, signed, secretEncoding = 'text', secretPrefix = '' } = verify;
  const chosen = { ...given('header', header), ...given('tolerance', verify.tolerance) };
  if (scheme !== 'hmac') {
    const [first, ...others] = hmacPresets[scheme];
    return [{ ...first, ...chosen }, ...others.map((rule) => ({ ...rule, ...chosen }))];
  }
  return [
    hmacRule({
      ...chosen,
      ...given('algorithm', verify.algorithm),
      ...given('encodings', encoding && [encoding]),
      ...given('prefixes', prefix === undefined ? undefined : [prefix]),
      ...given('separator', verify.separator ?? (verify.fields && ',')),
      ...given('fields', verify.fields),
      ...given('timestampHeader', verify.timestampHeader),
      ...given('timestampUnit', verify.timestampUnit),
      ...(signed === undefined ? {} : { signed }),
      secret: { encoding: secretEncoding, prefix: secretPrefix },
    }),
  ];
}

/** Costs what a verification costs, so that response times do not reveal which sources exist. */
export function pretendToVerify(request: RawRequest): void {
  equal(createHmac('sha256', decoy).update(request.body).digest(), NO_MAC);
}

const decoy = randomBytes(32);
/** No HMAC-SHA256 has this length, so nothing equals it. */
const NO_MAC = Buffer.alloc(0);

const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie)$|signature|hmac/;

/** Whether a header carries a secret, or the proof of one, and so must never become part of an event. */
export const isSecretHeader = ({ header = DEFAULT_HEADER }: SourceVerify, name: string): boolean =>
  CREDENTIALS.test(name) || name === header;

/**
 * The id that a sender of this scheme gives each webhook, the same on every retry. Undefined if the scheme
 * has none.
 */
export function deliveryId(
  { scheme }: SourceVerify,
  headers: RawRequest['headers'],
  body: unknown,
): string | undefined {
  switch (scheme) {
    case 'sns':
      // From the signed body, not from the header, which anybody can write.
      return readSnsMessage(body)?.messageId;
    case 'github':
      return headers['x-github-delivery'];
    case 'standard-webhooks':
      return headers['webhook-id'] ?? headers['svix-id'];
    case 'twitch':
      return headers['twitch-eventsub-message-id'];
    default:
      return undefined;
  }
}

const digest = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest();

function bearerToken(header: string | undefined, { headers }: RawRequest): string {
  if (header !== undefined && header !== 'authorization') return headers[header] ?? '';
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}
