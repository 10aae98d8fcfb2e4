import { createHash, createHmac } from 'node:crypto';
import { equal } from './compare.ts';

/** A request from Twilio, with the address that Twilio used. */
export interface TwilioRequest {
  /** In full, with the query, as in Twilio's settings: behind a proxy the server sees another. */
  readonly url: string;
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly signature: string | undefined;
}

/** Characters of base64. */
const SHA256_LENGTH = 44;

/**
 * Twilio's scheme: HMAC-SHA1 with the auth token (or HMAC-SHA256 with a shared key), in base64. For a form it
 * covers the address and then the fields' names and values, sorted by name. For any other body it covers the
 * address, which contains the body's SHA-256 as `bodySHA256`. Twilio signs the address with or without its
 * port, so both are accepted. https://www.twilio.com/docs/usage/security#validating-requests
 */
export function isTwilioSignature(request: TwilioRequest, tokens: readonly string[]): boolean {
  const { url, signature = '' } = request;
  const fields = signedFields(request);
  if (fields === undefined || !URL.canParse(url)) return false;
  const given = Buffer.from(signature);
  const hash = given.length === SHA256_LENGTH ? 'sha256' : 'sha1';
  return tokens.some((token) =>
    addressesOf(url).some((address) =>
      equal(Buffer.from(createHmac(hash, token).update(address).update(fields).digest('base64')), given),
    ),
  );
}

/** What is signed after the address; undefined if nothing would bind the body. */
function signedFields({ url, body, contentType = '' }: TwilioRequest): string | undefined {
  const hash = URL.canParse(url) ? new URL(url).searchParams.get('bodySHA256') : null;
  if (hash !== null) {
    const expected = Buffer.from(createHash('sha256').update(body).digest('hex'));
    return equal(expected, Buffer.from(hash.toLowerCase())) ? '' : undefined;
  }
  if (body.length === 0) return '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)) return undefined;
  // Grouped in one pass: `getAll` for each name would take the square of their number.
  const valuesOf = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(body.toString()))
    valuesOf.set(name, (valuesOf.get(name) ?? new Set()).add(value));
  return [...valuesOf.keys()]
    .sort()
    .flatMap((name) => [...(valuesOf.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}

/** As it came and as a URL parser writes it, each with and without the port. */
function addressesOf(url: string): string[] {
  return [...new Set([url, new URL(url).href])].flatMap((form) => {
    const [, scheme = '', authority = '', rest = ''] = /^(https?:\/\/)([^/?#]*)(.*)$/s.exec(form) ?? [];
    const host = authority.replace(/:\d*$/, '');
    const port = /:\d+$/.exec(authority)?.[0] ?? (scheme === 'https://' ? ':443' : ':80');
    return [`${scheme}${host}${rest}`, `${scheme}${host}${port}${rest}`];
  });
}
