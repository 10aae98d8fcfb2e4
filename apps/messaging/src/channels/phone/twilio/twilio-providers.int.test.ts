import { type TwilioOptions as Behaviour, startTwilio, type VendorAnswer } from '@herald/vendors';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../../../testing/mail-server.ts';
import type { OutgoingCall } from '../../call/message.ts';
import type { OutgoingSms } from '../../sms/message.ts';
import { createTwilioProviders, type TwilioOptions } from './twilio-providers.ts';

const ADA = '+14155550101';
const US = '+14155550100';
const CALLBACKS = 'https://herald.example';

const text = (given: Partial<OutgoingSms> = {}): OutgoingSms => ({
  channel: 'sms',
  messageId: 'm1',
  reference: 'opaque.reference',
  from: US,
  to: ADA,
  text: 'Hi Ada & all: 1 < 2 €',
  ...given,
});

const call = (given: Partial<OutgoingCall> = {}): OutgoingCall => ({
  channel: 'call',
  messageId: 'm1',
  reference: 'opaque.reference',
  from: US,
  to: ADA,
  script: [{ say: 'Hello Ada & all.' }, { pause: 2 }, { say: 'This is <Acme>.' }],
  menu: [],
  ...given,
});

async function setUp(behaviour: Behaviour = {}, options: Partial<TwilioOptions> = {}) {
  const vendor = await startTwilio(behaviour);
  const { url, accountSid, authToken } = vendor;
  const twilio = createTwilioProviders({ url, accountSid, authToken, timeout: 10_000, ...options });
  onTestFinished(async () => {
    await vendor.settled();
    await vendor.close();
  });
  return { vendor, ...twilio };
}

test('a text is handed over, with where to report to', async () => {
  const { vendor, sms } = await setUp({}, { callbacks: CALLBACKS });
  expect(await sms.send(text())).toEqual({ kind: 'sent', providerId: vendor.texts[0]?.sid });
  expect(vendor.texts).toEqual([
    {
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      from: US,
      to: ADA,
      body: 'Hi Ada & all: 1 < 2 €',
      statusCallback: `${CALLBACKS}/callbacks/twilio/opaque.reference`,
    },
  ]);
});

test('a call is handed over as a script, with where to report to and of what', async () => {
  const { vendor, call: calls } = await setUp({}, { callbacks: CALLBACKS });
  const outcome = await calls.send(call({ voice: 'Polly.Amy', language: 'en-GB' }));
  expect(outcome).toEqual({ kind: 'sent', providerId: vendor.calls[0]?.sid });
  expect(vendor.calls[0]).toMatchObject({
    to: ADA,
    statusCallback: `${CALLBACKS}/callbacks/twilio/opaque.reference`,
    statusEvents: ['initiated', 'ringing', 'answered', 'completed'],
    twiml:
      '<?xml version="1.0" encoding="UTF-8"?><Response><Say voice="Polly.Amy" language="en-GB">Hello ' +
      'Ada &amp; all.</Say><Pause length="2"/><Say voice="Polly.Amy" language="en-GB">This is ' +
      '&lt;Acme&gt;.</Say></Response>',
  });
  await vendor.settled();
  expect(vendor.calls[0]?.heard).toEqual(['Hello Ada & all.', '(2 s)', 'This is <Acme>.']);
});

test('a menu asks for one key, and says where it goes with what is said then', async () => {
  const { vendor, call: calls } = await setUp({}, { callbacks: CALLBACKS });
  const menu = [
    { key: '1', say: 'Thank you & goodbye. [pause 1s]' },
    { key: '#', say: 'We call again.' },
  ];
  expect(await calls.send(call({ menu, language: 'en-GB' }))).toMatchObject({ kind: 'sent' });
  const twiml = vendor.calls[0]?.twiml ?? '';
  expect(twiml).toContain('<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="10"');
  const action = new URL((/action="([^"]*)"/.exec(twiml)?.[1] ?? '').replaceAll('&amp;', '&'));
  expect(action.origin + action.pathname).toBe(`${CALLBACKS}/callbacks/twilio/opaque.reference/key`);
  expect([...action.searchParams]).toEqual([
    ['say1', 'Thank you & goodbye.'],
    ['say1', '[pause 1]'],
    ['say#', 'We call again.'],
    ['language', 'en-GB'],
  ]);
});

test('where Twilio cannot reach us nothing is reported, and there can be no menu', async () => {
  const { vendor, sms, call: calls } = await setUp();
  expect(await sms.send(text())).toMatchObject({ kind: 'sent' });
  expect(vendor.texts[0]?.statusCallback).toBeUndefined();
  expect(await calls.send(call({ menu: [{ key: '1', say: 'x' }] }))).toMatchObject({
    kind: 'permanent',
    reason: expect.stringContaining('PUBLIC_URL'),
  });
  expect(vendor.calls).toEqual([]);
});

test('the workspace’s number goes before the installation’s; without either there is none', async () => {
  const { vendor, sms } = await setUp({}, { number: '+14155550199' });
  const { from: _none, ...withoutNumber } = text();
  await sms.send(text());
  await sms.send(withoutNumber);
  expect(vendor.texts.map(({ from }) => from)).toEqual([US, '+14155550199']);
  const { sms: bare, call: bareCalls } = await setUp();
  const { from: _nor, ...silent } = call();
  expect(await bare.send(withoutNumber)).toMatchObject({
    kind: 'permanent',
    reason: expect.stringContaining('TWILIO_NUMBER'),
  });
  expect(await bareCalls.send(silent)).toMatchObject({ kind: 'permanent' });
});

test('a messaging service is named as one, and chooses the number; the workspace’s sender goes before it', async () => {
  const service = `MG${'0a'.repeat(16)}`;
  const { vendor, sms } = await setUp({}, { number: US, service, callbacks: CALLBACKS });
  const { from: _none, ...bare } = text();
  expect(await sms.send(bare)).toMatchObject({ kind: 'sent' });
  expect(await sms.send(text({ from: `MG${'f'.repeat(32)}` }))).toMatchObject({ kind: 'sent' });
  expect(await sms.send(text({ from: 'ACME News' }))).toMatchObject({ kind: 'sent' });
  expect(vendor.texts.map(({ from, messagingServiceSid }) => messagingServiceSid ?? from)).toEqual([
    service,
    `MG${'f'.repeat(32)}`,
    'ACME News',
  ]);
  expect(vendor.requests.map(({ body }) => new URLSearchParams(body).has('From'))).toEqual([
    false,
    false,
    true,
  ]);
});

test('a call that is longer than Twilio takes is refused before it is placed', async () => {
  const { vendor, call: calls } = await setUp();
  expect(await calls.send(call({ script: [{ say: '<'.repeat(1_500) }] }))).toMatchObject({
    kind: 'permanent',
    reason: expect.stringContaining('4,000'),
  });
  expect(vendor.requests).toEqual([]);
});

const fault = (status: number, code: number, message: string, headers = {}): VendorAnswer => ({
  status,
  headers,
  body: { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` },
});

test.each<[string, VendorAnswer, object]>([
  [
    'a number that is none',
    fault(400, 21_211, `Invalid 'To' Phone Number: ${ADA}`),
    { kind: 'permanent', bounce: 'hard', reason: "400, 21211: Invalid 'To' Phone Number: (number)" },
  ],
  [
    'somebody who said STOP',
    fault(400, 21_610, 'unsubscribed recipient'),
    { kind: 'permanent', optedOut: true },
  ],
  ['a landline', fault(400, 21_614, 'not a mobile number'), { kind: 'permanent', bounce: 'hard' }],
  ['a region that is not enabled', fault(403, 21_408, 'Permission not enabled'), { kind: 'permanent' }],
  [
    'a wrong token',
    fault(401, 20_003, 'Authenticate'),
    { kind: 'credentials', reason: '401, 20003: Authenticate' },
  ],
  ['a suspended account', fault(403, 20_005, 'Account not active'), { kind: 'credentials' }],
  [
    'too many at once',
    fault(429, 20_429, 'Too Many Requests'),
    { kind: 'throttled', reason: '429, 20429: Too Many Requests' },
  ],
  [
    'too many, for a while',
    fault(429, 20_429, 'Too Many Requests', { 'retry-after': '3' }),
    { kind: 'throttled', retryAfter: 3_000 },
  ],
  ['a fault of its own', fault(500, 20_500, 'Internal error'), { kind: 'temporary', about: 'provider' }],
  [
    'a rest',
    { status: 503, headers: { 'retry-after': '60' }, body: 'unavailable' },
    { kind: 'temporary', about: 'provider', retryAfter: 60_000 },
  ],
  ['a gateway’s time-out', { status: 504, body: 'gateway time-out' }, { kind: 'unknown' }],
  [
    'a redirect',
    { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    { kind: 'temporary' },
  ],
])('an answer of %s', async (_what, answer, expected) => {
  const { vendor, sms, call: calls } = await setUp();
  for (const send of [() => sms.send(text()), () => calls.send(call())]) {
    vendor.answerNext(answer);
    expect(await send()).toMatchObject(expected);
  }
  expect(vendor.requests).toHaveLength(2);
});

test('credentials that are wrong', async () => {
  const { sms } = await setUp({}, { authToken: 'another' });
  const outcome = await sms.send(text());
  expect(outcome).toEqual({ kind: 'credentials', reason: '401, 20003: Authenticate' });
});

test.each<[string, VendorAnswer]>([
  ['cuts the connection after the text', 'cut'],
  ['never answers', 'hang'],
])('a server that %s may have the message, and is asked once', async (_what, answer) => {
  const { vendor, sms } = await setUp({}, { timeout: 300 });
  vendor.answerNext(answer);
  expect(await sms.send(text())).toMatchObject({ kind: 'unknown' });
  expect(vendor.requests).toHaveLength(1);
});

test('a server that cannot be reached does not have the message', async () => {
  const { sms } = await setUp({}, { url: `http://127.0.0.1:${await closedPort()}` });
  expect(await sms.send(text())).toMatchObject({ kind: 'temporary', about: 'provider' });
});
