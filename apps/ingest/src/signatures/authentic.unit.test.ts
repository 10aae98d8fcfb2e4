import { createHmac } from 'node:crypto';
import type { SourceVerify } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { sign } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { githubExamples } from '../testing/github-examples.ts';
import { isAuthentic, isSecretHeader, secretsOf } from './authentic.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const clock: Clock = { rate: 1, now: () => NOW };
const SECRET = 'It’s a Secret to Everybody';
const body = Buffer.from('{"a":1,  "b":"ü"}');

const verify = (
  rule: SourceVerify,
  headers: Record<string, string | undefined>,
  { secrets = [SECRET], sent = body, at = clock }: { secrets?: string[]; sent?: Buffer; at?: Clock } = {},
): boolean =>
  isAuthentic(
    rule,
    secrets,
    { method: 'POST', body: sent, headers, url: 'https://herald.example/hooks/acme/x' },
    at,
  );

describe('bearer', () => {
  const rule: SourceVerify = { scheme: 'bearer' };
  const own: SourceVerify = { scheme: 'bearer', header: 'x-token' };

  it('accepts the token, by any of the secrets, from the header of the source', () => {
    expect(verify(rule, { authorization: 'Bearer t-1' }, { secrets: ['t-0', 't-1'] })).toBe(true);
    expect(verify(rule, { authorization: 'bearer t-1' }, { secrets: ['t-1'] })).toBe(true);
    expect(verify(own, { 'x-token': 't-1' }, { secrets: ['t-1'] })).toBe(true);
  });

  it.each([
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer t' },
    { authorization: 't-1' },
  ])('refuses %j', (headers) => {
    expect(verify(rule, headers, { secrets: ['t-1'] })).toBe(false);
  });

  it('refuses a token in another header, and everything when there is no secret', () => {
    expect(verify(own, { authorization: 'Bearer t-1' }, { secrets: ['t-1'] })).toBe(false);
    expect(verify(rule, { authorization: 'Bearer ' }, { secrets: [] })).toBe(false);
    expect(verify(own, { 'x-token': '' }, { secrets: secretsOf('\n \n') })).toBe(false);
  });
});

describe('hmac-sha256', () => {
  const rule: SourceVerify = { scheme: 'hmac-sha256' };
  const mac = createHmac('sha256', SECRET).update(body).digest();

  it.each([
    mac.toString('hex'),
    mac.toString('hex').toUpperCase(),
    mac.toString('base64'),
    mac.toString('base64url'),
    `sha256=${mac.toString('hex')}`,
    `sha256=${mac.toString('base64')}`,
  ])('takes %s', (signature) => {
    expect(verify(rule, { 'x-signature': signature })).toBe(true);
    expect(verify({ ...rule, header: 'x-shop-hmac' }, { 'x-shop-hmac': signature })).toBe(true);
  });

  it.each([
    undefined,
    '',
    'sha256=',
    mac.toString('hex').slice(1),
    `${mac.toString('hex')}00`,
    `${mac.toString('hex')}, ${mac.toString('hex')}`,
    ` ${mac.toString('base64').replace('=', ' =')}`,
    `sha1=${mac.toString('hex')}`,
    createHmac('sha256', 'another').update(body).digest('hex'),
  ])('refuses %j', (signature) => {
    expect(verify(rule, { 'x-signature': signature })).toBe(false);
  });

  it('covers the raw bytes: no byte of the body may change, not even one that is not text', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);
    const signature = createHmac('sha256', SECRET).update(bytes).digest('hex');
    expect(verify(rule, { 'x-signature': signature }, { sent: bytes })).toBe(true);
    // Both read as the same text: U+FFFD for each invalid byte.
    expect(verify(rule, { 'x-signature': signature }, { sent: Buffer.from([0xfe, 0xff, 0x00, 0x7b]) })).toBe(
      false,
    );
    expect(
      verify(rule, { 'x-signature': signature }, { sent: Buffer.from(JSON.stringify({ a: 1, b: 'ü' })) }),
    ).toBe(false);
  });

  it('accepts either secret during a rotation', () => {
    const signature = mac.toString('hex');
    expect(verify(rule, { 'x-signature': signature }, { secrets: secretsOf(`new\n${SECRET}\n`) })).toBe(true);
    expect(verify(rule, { 'x-signature': signature }, { secrets: ['new'] })).toBe(false);
    expect(verify(rule, { 'x-signature': signature }, { secrets: [] })).toBe(false);
  });
});

describe('github', () => {
  const rule: SourceVerify = { scheme: 'github' };

  it('accepts every example of GitHub, signed by its own library, and none of them altered', async () => {
    expect(githubExamples.length).toBeGreaterThan(50);
    for (const { name, examples } of githubExamples) {
      for (const example of examples) {
        const text = JSON.stringify(example);
        const headers = { 'x-github-event': name, 'x-hub-signature-256': await sign(SECRET, text) };
        expect(verify(rule, headers, { sent: Buffer.from(text) })).toBe(true);
        expect(verify(rule, headers, { sent: Buffer.from(`${text} `) })).toBe(false);
      }
    }
  });

  it('accepts the vector of GitHub’s documentation', () => {
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    const sent = Buffer.from('Hello, World!');
    expect(verify(rule, headers, { sent, secrets: ["It's a Secret to Everybody"] })).toBe(true);
  });

  it('refuses a signature without its prefix, of SHA-1, or repeated', async () => {
    const signature = await sign(SECRET, body.toString());
    const refused = [
      signature.slice(7),
      `sha1=${signature.slice(7)}`,
      `${signature}, ${signature}`,
      'sha256=',
      undefined,
    ];
    for (const header of refused) expect(verify(rule, { 'x-hub-signature-256': header })).toBe(false);
    expect(verify(rule, { 'x-hub-signature': signature })).toBe(false);
  });
});

describe('standard-webhooks', () => {
  const rule: SourceVerify = { scheme: 'standard-webhooks' };
  const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

  const signed = (over: { id?: string; at?: number; key?: string; text?: string } = {}) => {
    const { id = 'msg_1', at = NOW, key = KEY, text = body.toString() } = over;
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': new Webhook(key).sign(id, new Date(at), text),
    };
  };
  const take = (
    headers: Record<string, string | undefined>,
    more: Parameters<typeof verify>[2] = {},
    by = rule,
  ) => verify(by, headers, { secrets: [KEY], ...more });

  it('accepts what the package of the standard signs', () => {
    expect(take(signed())).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), (text, id) => {
        fc.pre(text.isWellFormed());
        expect(take(signed({ id, text }), { sent: Buffer.from(text) })).toBe(true);
        expect(take(signed({ id, text }), { sent: Buffer.from(`${text}.`) })).toBe(false);
      }),
    );
  });

  it('accepts the names that Svix sends, and secrets without their prefix', () => {
    const headers = signed();
    const svix = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
    );
    expect(take(svix)).toBe(true);
    expect(take(headers, { secrets: [KEY.replace('whsec_', '')] })).toBe(true);
  });

  it.each([
    [-300_000, true],
    [-301_000, false],
    [300_000, true],
    [301_000, false],
  ])('a timestamp %d ms from now holds: %s', (offset, holds) => {
    expect(take(signed({ at: NOW + offset }))).toBe(holds);
  });

  it('lets the source choose the tolerance, in wall time', () => {
    const old = signed({ at: NOW - 20_000 });
    expect(take(old, {}, { ...rule, tolerance: 10 })).toBe(false);
    expect(take(old, {}, { ...rule, tolerance: 20 })).toBe(true);
    expect(take(old, { at: { rate: 2, now: () => NOW } }, { ...rule, tolerance: 10 })).toBe(true);
  });

  it('accepts any v1 signature of the list, by either of two keys', () => {
    const good = signed();
    const list = (...signatures: string[]) => ({ ...good, 'webhook-signature': signatures.join(' ') });
    const bad = signed({ key: OTHER })['webhook-signature'];
    expect(take(list(bad, 'v1a,AAAA', good['webhook-signature']))).toBe(true);
    expect(take(list(bad, 'v1a,AAAA'))).toBe(false);
    expect(take(signed({ key: OTHER }), { secrets: secretsOf(`${KEY}\n${OTHER}`) })).toBe(true);
    expect(take(list(good['webhook-signature'].replace('v1,', 'v2,')))).toBe(false);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'refuses a request without, or with another, %s',
    (name) => {
      expect(take({ ...signed(), [name]: undefined })).toBe(false);
      expect(take({ ...signed(), [name]: '' })).toBe(false);
      expect(take({ ...signed(), [name]: '1769850001' })).toBe(false);
    },
  );

  it('refuses a repeated id or timestamp; a repeated signature is a longer list', () => {
    const twice = (name: keyof ReturnType<typeof signed>) => ({
      ...signed(),
      [name]: `${signed()[name]}, ${signed()[name]}`,
    });
    expect(take(twice('webhook-id'))).toBe(false);
    expect(take(twice('webhook-timestamp'))).toBe(false);
    expect(take(twice('webhook-signature'))).toBe(true);
  });

  it.each(['1769850000abc', '1.76985e9', ' 1769850000', '-1769850000', '0x1', 'NaN'])(
    'refuses the timestamp %j',
    (timestamp) => {
      expect(take({ ...signed(), 'webhook-timestamp': timestamp })).toBe(false);
    },
  );

  it('refuses an id with a dot, by which the signed text could be read in two ways', () => {
    expect(take(signed({ id: 'msg.1' }))).toBe(false);
  });

  it('refuses everything under a secret that is not a key', () => {
    for (const secret of ['whsec_', 'whsec_***', ''])
      expect(take(signed(), { secrets: [secret] })).toBe(false);
  });
});

describe('what expressions may not see', () => {
  it.each<[SourceVerify, string]>([
    [{ scheme: 'bearer' }, 'authorization'],
    [{ scheme: 'bearer', header: 'x-token' }, 'x-token'],
    [{ scheme: 'hmac-sha256' }, 'x-signature'],
    [{ scheme: 'hmac-sha256', header: 'x-shop-hmac' }, 'x-shop-hmac'],
    [{ scheme: 'github' }, 'x-hub-signature-256'],
    [{ scheme: 'standard-webhooks' }, 'webhook-signature'],
    [{ scheme: 'standard-webhooks' }, 'svix-signature'],
    [{ scheme: 'stripe' }, 'stripe-signature'],
    [{ scheme: 'sendgrid' }, 'x-twilio-email-event-webhook-signature'],
    [{ scheme: 'twilio' }, 'x-twilio-signature'],
  ])('of %j is %s', (rule, name) => {
    expect(isSecretHeader(rule, name)).toBe(true);
  });

  it('does not include what distinguishes deliveries', () => {
    expect(isSecretHeader({ scheme: 'github' }, 'x-github-event')).toBe(false);
    expect(isSecretHeader({ scheme: 'standard-webhooks' }, 'webhook-id')).toBe(false);
  });
});

describe('any scheme', () => {
  it('refuses random headers and never throws', () => {
    const names = [
      'authorization',
      'x-signature',
      'x-hub-signature-256',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'stripe-signature',
      'x-twilio-signature',
      'x-twilio-email-event-webhook-signature',
      'x-twilio-email-event-webhook-timestamp',
      'content-type',
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' }));
    const scheme = fc.constantFrom<SourceVerify['scheme']>(
      'bearer',
      'hmac-sha256',
      'github',
      'standard-webhooks',
      'stripe',
      'sendgrid',
      'twilio',
    );
    fc.assert(
      fc.property(scheme, headers, fc.uint8Array(), (which, given, bytes) => {
        expect(
          verify({ scheme: which }, given, { sent: Buffer.from(bytes), secrets: [SECRET, 'whsec_AAAA'] }),
        ).toBe(false);
      }),
    );
  });
});
