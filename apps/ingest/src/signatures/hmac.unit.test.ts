import { createHmac } from 'node:crypto';
import type { SourceVerify } from '@herald/contracts';
import { describe, expect, it } from 'vitest';
import { isAuthentic } from './authentic.ts';

const NOW = 1_769_850_000_000;
const SECRET = 'shared';
const body = Buffer.from([0x7b, 0xff, 0x7d]);
const url = 'https://herald.example/in/hooks/acme/x?a=1&b=%2F';

const holds = (
  rule: Omit<SourceVerify, 'scheme'>,
  headers: Record<string, string>,
  { secrets = [SECRET], method = 'POST' } = {},
) =>
  isAuthentic(
    { scheme: 'hmac', ...rule },
    secrets,
    { method, url, body, headers },
    { rate: 1, now: () => NOW },
  );
const mac = (hash: string, parts: (string | Buffer)[], key: string | Buffer = SECRET) => {
  const hmac = createHmac(hash, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

describe('a signature as its source describes it', () => {
  it.each(['sha1', 'sha256', 'sha512'] as const)('is by %s, in any encoding', (algorithm) => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const signature = mac(algorithm, [body]).toString(encoding);
      const rule = { algorithm, encoding, header: 'x-sig', prefix: 'is:' };
      expect(holds(rule, { 'x-sig': `is:${signature}` })).toBe(true);
      expect(holds(rule, { 'x-sig': signature })).toBe(false);
      expect(holds(rule, { 'x-sig': `is:${signature.slice(2)}` })).toBe(false);
      expect(
        holds(
          { ...rule, algorithm: algorithm === 'sha1' ? 'sha512' : 'sha1' },
          { 'x-sig': `is:${signature}` },
        ),
      ).toBe(false);
    }
  });

  it('covers whatever its template says', () => {
    const rule = { signed: '{method} {path}?{query} {url}\n{header:X-Kind}|{body}' };
    const text = `POST /in/hooks/acme/x?a=1&b=%2F ${url}\nsale|`;
    const headers = { 'x-signature': mac('sha256', [text, body]).toString('hex'), 'x-kind': 'sale' };
    expect(holds(rule, headers)).toBe(true);
    expect(holds(rule, headers, { method: 'PUT' })).toBe(false);
    expect(holds(rule, { ...headers, 'x-kind': 'gift' })).toBe(false);
    expect(holds(rule, { 'x-signature': headers['x-signature'] })).toBe(false);
  });

  it('does not allow a header with two readings', () => {
    const rule = { signed: '{header:x-id}.{header:x-kind}.{body}' };
    const signature = mac('sha256', ['a.b.c.', body]).toString('hex');
    expect(holds(rule, { 'x-signature': signature, 'x-id': 'a.b', 'x-kind': 'c' })).toBe(false);
    expect(holds(rule, { 'x-signature': signature, 'x-id': 'a', 'x-kind': 'b.c' })).toBe(false);
  });

  it.each([
    ['s', '1769850000', '1769849000'],
    ['ms', '1769850000000', '1769849000000'],
    ['rfc3339', '2026-01-31T09:00:00Z', '2026-01-31T08:43:20Z'],
  ] as const)('may have a timestamp in %s, no older than its tolerance', (timestampUnit, now, old) => {
    const rule = { signed: '{timestamp}.{body}', timestampHeader: 'x-at', timestampUnit };
    const at = (time: string, more = {}) =>
      holds(
        { ...rule, ...more },
        {
          'x-at': time,
          'x-signature': mac('sha256', [`${time}.`, body]).toString('hex'),
        },
      );
    expect(at(now)).toBe(true);
    expect(at(old)).toBe(false);
    expect(at(old, { tolerance: 1_000 })).toBe(true);
    for (const time of ['', `${now} `, `${now}0000`, `-${now}`, 'now']) expect(at(time)).toBe(false);
  });

  it('may stand among fields, of which the first time counts only if there is no other', () => {
    const rule = {
      header: 'x-sig',
      separator: ';',
      fields: { timestamp: 'ts', signature: 'h1' },
      signed: '{timestamp}:{body}',
    };
    const good = `h1=${mac('sha256', ['1769850000:', body]).toString('hex')}`;
    expect(holds(rule, { 'x-sig': `ts=1769850000;h1=00;${good}` })).toBe(true);
    expect(holds(rule, { 'x-sig': `${good}; ts=1769850000` })).toBe(true);
    expect(holds(rule, { 'x-sig': `ts=1769850000;ts=1769850000;${good}` })).toBe(false);
    expect(holds(rule, { 'x-sig': good })).toBe(false);
  });

  it('is by a key that may be encoded in the secret, behind a prefix', () => {
    const key = Buffer.from([0, 1, 2, 250, 251]);
    const headers = { 'x-signature': mac('sha256', [body], key).toString('hex') };
    const by = (secretEncoding: 'hex' | 'base64', secret: string) =>
      holds({ secretEncoding, secretPrefix: 'key_' }, headers, { secrets: [secret] });
    expect(by('hex', `key_${key.toString('hex')}`)).toBe(true);
    expect(by('base64', key.toString('base64'))).toBe(true);
    expect(by('hex', 'key_zz')).toBe(false);
    expect(holds({}, headers, { secrets: [key.toString('hex')] })).toBe(false);
  });

  it('is read in a time that follows its length alone', () => {
    const long = 'v1=,'.repeat(4_000);
    expect(holds({ separator: ',', prefix: 'v1=' }, { 'x-signature': long })).toBe(false);
    expect(holds({ encoding: 'base64' }, { 'x-signature': 'A'.repeat(16_000) })).toBe(false);
  });
});

describe('HTTP Basic', () => {
  const basic = (authorization: string, secrets = ['ann:pass:wörd']) =>
    isAuthentic(
      { scheme: 'basic' },
      secrets,
      { method: 'POST', url, body, headers: { authorization } },
      { rate: 1, now: () => NOW },
    );
  const of = (text: string) => Buffer.from(text).toString('base64');

  it('accepts the user and password of any of the secrets, and nothing else', () => {
    expect(basic(`Basic ${of('ann:pass:wörd')}`)).toBe(true);
    expect(basic(`basic ${of('ann:pass:wörd')}`, ['bob:x', 'ann:pass:wörd'])).toBe(true);
    for (const wrong of [of('ann:pass'), of('ann:pass:wörd2'), of('bob:pass:wörd'), '', '***'])
      expect(basic(`Basic ${wrong}`)).toBe(false);
    expect(basic(`Bearer ${of('ann:pass:wörd')}`)).toBe(false);
    expect(basic(`Basic ${of('')}`, [])).toBe(false);
  });
});
