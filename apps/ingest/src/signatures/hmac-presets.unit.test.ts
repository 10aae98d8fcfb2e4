import { createHmac } from 'node:crypto';
import { type HmacPreset, hmacPresets } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, it } from 'vitest';
import { isAuthentic, isSecretHeader } from './authentic.ts';

const NOW = Date.UTC(2026, 0, 31, 9);
const SECRET = 'the secret of the sender';
const KEY = Buffer.alloc(24, 7);
const BODY = '{"a":1,  "b":"ü"}';
const URL = 'https://herald.example/hooks/acme/x?list=a%2Cb%20c&at=%40';

type Sign = (body: string, at: number, secret?: string) => Record<string, string>;
const mac = (hash: string, encoding: 'hex' | 'base64', text: string, key: string | Buffer = SECRET) =>
  createHmac(hash, key).update(text).digest(encoding);
const s = (at: number) => String(Math.floor(at / 1000));
const ofBody =
  (header: string, hash = 'sha256', encoding: 'hex' | 'base64' = 'hex', prefix = ''): Sign =>
  (body, _at, secret) => ({ [header]: prefix + mac(hash, encoding, body, secret) });
const likeSlack =
  (name: string, clock: string, prefix = 'v0='): Sign =>
  (body, at, secret) => ({
    [name]: prefix + mac('sha256', 'hex', `v0:${s(at)}:${body}`, secret),
    [clock]: s(at),
  });
const likeStripe =
  (header: string): Sign =>
  (body, at, secret) => ({
    [header]: `t=${s(at)},v1=${mac('sha256', 'hex', `${s(at)}.${body}`, secret)}`,
  });

/** What each sender sends, made from its documentation by hand. */
const senders: Readonly<Record<HmacPreset, { readonly sign: Sign; readonly signsTime?: true }>> = {
  'hmac-sha256': { sign: ofBody('x-signature') },
  calendly: { sign: likeStripe('calendly-webhook-signature'), signsTime: true },
  'customer-io': { sign: likeSlack('x-cio-signature', 'x-cio-timestamp', ''), signsTime: true },
  dropbox: { sign: ofBody('x-dropbox-signature') },
  github: { sign: ofBody('x-hub-signature-256', 'sha256', 'hex', 'sha256=') },
  hubspot: {
    sign: (body, at, secret) => ({
      'x-hubspot-signature-v3': mac(
        'sha256',
        'base64',
        `POSThttps://herald.example/hooks/acme/x?list=a,b%20c&at=@${body}${at}`,
        secret,
      ),
      'x-hubspot-request-timestamp': String(at),
    }),
    signsTime: true,
  },
  intercom: { sign: ofBody('x-hub-signature', 'sha1', 'hex', 'sha1=') },
  linear: { sign: ofBody('linear-signature') },
  meta: { sign: ofBody('x-hub-signature-256', 'sha256', 'hex', 'sha256=') },
  paddle: {
    sign: (body, at, secret) => ({
      'paddle-signature': `ts=${s(at)};h1=${mac('sha256', 'hex', `${s(at)}:${body}`, secret)}`,
    }),
    signsTime: true,
  },
  pagerduty: {
    sign: (body, _at, secret) => ({
      'x-pagerduty-signature': `v1=${'0'.repeat(64)},v1=${mac('sha256', 'hex', body, secret)}`,
    }),
  },
  paystack: { sign: ofBody('x-paystack-signature', 'sha512') },
  razorpay: { sign: ofBody('x-razorpay-signature') },
  segment: { sign: ofBody('x-signature', 'sha1') },
  sentry: { sign: ofBody('sentry-hook-signature') },
  shopify: { sign: ofBody('x-shopify-hmac-sha256', 'sha256', 'base64') },
  slack: { sign: likeSlack('x-slack-signature', 'x-slack-request-timestamp'), signsTime: true },
  square: {
    sign: (body, _at, secret) => ({
      'x-square-hmacsha256-signature': mac('sha256', 'base64', `${URL}${body}`, secret),
    }),
  },
  'standard-webhooks': {
    sign: (body, at, secret) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': s(at),
      'webhook-signature': `v1,${mac('sha256', 'base64', `msg_1.${s(at)}.${body}`, secret ?? KEY)}`,
    }),
    signsTime: true,
  },
  stripe: { sign: likeStripe('stripe-signature'), signsTime: true },
  twitch: {
    sign: (body, at, secret) => {
      const time = new Date(at).toISOString().replace('Z', '634234Z');
      return {
        'twitch-eventsub-message-id': 'm-1',
        'twitch-eventsub-message-timestamp': time,
        'twitch-eventsub-message-signature': `sha256=${mac('sha256', 'hex', `m-1${time}${body}`, secret)}`,
      };
    },
    signsTime: true,
  },
  typeform: { sign: ofBody('typeform-signature', 'sha256', 'base64', 'sha256=') },
  woocommerce: { sign: ofBody('x-wc-webhook-signature', 'sha256', 'base64') },
  zendesk: {
    sign: (body, at, secret) => {
      const time = new Date(at).toISOString();
      return {
        'x-zendesk-webhook-signature': mac('sha256', 'base64', time + body, secret),
        'x-zendesk-webhook-signature-timestamp': time,
      };
    },
    signsTime: true,
  },
  zoom: { sign: likeSlack('x-zm-signature', 'x-zm-request-timestamp'), signsTime: true },
};

/** Headers that may hold several signatures. */
const LISTS = new Set(['webhook-signature', 'x-pagerduty-signature', 'paddle-signature']);
const clockAt = (now: number): Clock => ({ rate: 1, now: () => now });
const secretFor = (scheme: HmacPreset) =>
  scheme === 'standard-webhooks' ? `whsec_${KEY.toString('base64')}` : SECRET;
const holds = (
  scheme: HmacPreset,
  headers: Record<string, string>,
  { body = BODY, url = URL, method = 'POST', now = NOW, secrets = [secretFor(scheme)] } = {},
) => isAuthentic({ scheme }, secrets, { method, url, headers, body: Buffer.from(body) }, clockAt(now));

describe.each(hmacPresets)('the preset %s', (scheme) => {
  const { sign, signsTime = false } = senders[scheme];

  it('accepts what its sender signs, by any of the secrets, and nothing else', () => {
    const headers = sign(BODY, NOW);
    expect(holds(scheme, headers)).toBe(true);
    expect(holds(scheme, headers, { secrets: ['b3RoZXI=', secretFor(scheme)] })).toBe(true);
    expect(holds(scheme, headers, { body: `${BODY} ` })).toBe(false);
    expect(holds(scheme, headers, { secrets: [] })).toBe(false);
    expect(holds(scheme, sign(BODY, NOW, 'another secret'))).toBe(false);
  });

  it('refuses a request that lacks one of its headers, or has it twice', () => {
    const headers = sign(BODY, NOW);
    for (const name of Object.keys(headers)) {
      const { [name]: value = '', ...others } = headers;
      expect(holds(scheme, others)).toBe(false);
      expect(holds(scheme, { ...others, [name]: '' })).toBe(false);
      // A list of signatures may be longer than it was; any other header may not be there twice.
      const isList = LISTS.has(name);
      expect(holds(scheme, { ...others, [name]: `${value}, ${value}` })).toBe(isList);
    }
  });

  it('refuses an old timestamp and one ahead, where it signs one', () => {
    const headers = sign(BODY, NOW);
    const minute = 60_000;
    expect(holds(scheme, headers, { now: NOW + 4 * minute })).toBe(true);
    expect(holds(scheme, headers, { now: NOW + 11 * minute })).toBe(!signsTime);
    expect(holds(scheme, headers, { now: NOW - 11 * minute })).toBe(!signsTime);
  });

  it('keeps its signature out of events', () => {
    for (const name of Object.keys(sign(BODY, NOW)).filter((header) => /sign|hmac/.test(header)))
      expect(isSecretHeader({ scheme }, name)).toBe(true);
  });
});

describe('a signature over the address', () => {
  it('holds for the address and method that the sender used, and no other', () => {
    const hubspot = senders.hubspot.sign(BODY, NOW);
    expect(holds('hubspot', hubspot, { method: 'PUT' })).toBe(false);
    expect(holds('hubspot', hubspot, { url: URL.replace('acme', 'globex') })).toBe(false);
    expect(holds('square', senders.square.sign(BODY, NOW), { url: `${URL}&more` })).toBe(false);
  });

  it('of Mandrill is over the form’s fields too', () => {
    const form = { mandrill_events: '[{"event":"open"}]' };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-mandrill-signature': mac('sha1', 'base64', `${URL}mandrill_events${form.mandrill_events}`),
    };
    const holdsFor = (fields: Record<string, string>) => {
      const body = Buffer.from(new URLSearchParams(fields).toString());
      return isAuthentic(
        { scheme: 'mandrill' },
        [SECRET],
        { method: 'POST', url: URL, headers, body },
        clockAt(NOW),
      );
    };
    expect(headers['x-mandrill-signature']).toBe(getExpectedTwilioSignature(SECRET, URL, form));
    expect(holdsFor(form)).toBe(true);
    expect(holdsFor({ mandrill_events: '[]' })).toBe(false);
  });
});

describe('the vectors that senders publish', () => {
  it('of Slack holds', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const secrets = ['8f742231b10e8888abcd99yyyzzz85a5'];
    expect(holds('slack', headers, { body, secrets, now: 1_531_420_618_000 })).toBe(true);
  });

  it('of Svix holds', () => {
    const headers = {
      'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'svix-timestamp': '1614265330',
      'svix-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];
    const body = '{"test": 2432232314}';
    expect(holds('standard-webhooks', headers, { body, secrets, now: 1_614_265_330_000 })).toBe(true);
  });
});
