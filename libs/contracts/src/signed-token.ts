import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `<payload>.<mac>`, both base64url: the parts as JSON, and HMAC-SHA256 over the payload with the
 * installation's link secret. Opaque to the reader, safe in URLs and headers, unforgeable without the secret;
 * the same parts give the same token. `use` is part of what is signed, so a token of one use is invalid for
 * another.
 */
export function signParts(use: string, parts: readonly (string | number)[], secret: string): string {
  const payload = Buffer.from(JSON.stringify(parts)).toString('base64url');
  return `${payload}.${mac(use, payload, secret)}`;
}

/**
 * What was signed; undefined for a token of more than `maxLength` characters (refused unread) and for one
 * that Herald did not sign for this use. Never throws, whatever the token. Check the result's shape: an older
 * version may have signed another.
 */
export function readParts(use: string, token: string, secret: string, maxLength: number): unknown {
  if (token.length > maxLength) return undefined;
  const [payload, given, ...rest] = token.split('.');
  if (payload === undefined || given === undefined || rest.length > 0) return undefined;
  const expected = Buffer.from(mac(use, payload, secret));
  const actual = Buffer.from(given);
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined; // not JSON, so not one of Herald's
  }
}

const mac = (use: string, payload: string, secret: string): string =>
  createHmac('sha256', secret).update(`${use}:${payload}`).digest('base64url');
