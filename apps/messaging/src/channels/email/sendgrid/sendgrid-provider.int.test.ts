import { type SendGridOptions as Behaviour, startSendGrid, type VendorAnswer } from '@herald/vendors';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../../../testing/mail-server.ts';
import type { OutgoingEmail } from '../message.ts';
import { createSendGridProvider, type SendGridOptions } from './sendgrid-provider.ts';

const KEY = 'SG.a-key-that-nobody-may-see';
const UNSUBSCRIBE = `https://herald.example/u/${'t'.repeat(300)}.mac`;

const message = (given: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  channel: 'email',
  messageId: 'm1',
  reference: 'opaque.reference',
  from: { email: 'news@acme.example', name: 'Acme, Inc.' },
  to: 'ada@home.example',
  subject: 'Grüße an Ada',
  html: '<p>Hi Ada</p>',
  text: 'Hi Ada',
  unsubscribe: UNSUBSCRIBE,
  ...given,
});

async function setUp(behaviour: Behaviour = {}, options: Partial<SendGridOptions> = {}) {
  const vendor = await startSendGrid({ apiKey: KEY, ...behaviour });
  const provider = createSendGridProvider({ apiKey: KEY, url: vendor.url, timeout: 10_000, ...options });
  onTestFinished(async () => {
    await provider.close();
    await vendor.close();
  });
  return { vendor, provider };
}

test('a mail is handed over whole, with headers to unsubscribe and an opaque reference, and nothing else about the person', async () => {
  const { vendor, provider } = await setUp();
  const outcome = await provider.send(message({ replyTo: 'help@acme.example' }));
  expect(outcome).toEqual({ kind: 'sent', providerId: vendor.mails[0]?.id });
  expect(vendor.mails[0]?.mail).toEqual({
    personalizations: [{ to: [{ email: 'ada@home.example' }] }],
    from: { email: 'news@acme.example', name: 'Acme, Inc.' },
    reply_to: { email: 'help@acme.example' },
    subject: 'Grüße an Ada',
    content: [
      { type: 'text/plain', value: 'Hi Ada' },
      { type: 'text/html', value: '<p>Hi Ada</p>' },
    ],
    headers: {
      'X-Herald-Message-Id': 'm1',
      'List-Unsubscribe': `<${UNSUBSCRIBE}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    custom_args: { herald: 'opaque.reference' },
  });
});

test('a transactional mail has no unsubscribe header; a test has no reference', async () => {
  const { vendor, provider } = await setUp();
  const { unsubscribe: _none, reference: _nor, html: _plain, ...owed } = message();
  expect(await provider.send(owed)).toMatchObject({ kind: 'sent' });
  expect(vendor.mails[0]?.mail.headers).toEqual({ 'X-Herald-Message-Id': 'm1' });
  expect(vendor.mails[0]?.mail).not.toHaveProperty('custom_args');
  expect(vendor.mails[0]?.mail.content).toEqual([{ type: 'text/plain', value: 'Hi Ada' }]);
});

const errors = (...messages: string[]) => ({ errors: messages.map((message) => ({ message, field: null })) });

test.each<[string, VendorAnswer, object]>([
  ['400', { status: 400, body: errors('bad', 'worse') }, { kind: 'permanent', reason: '400: bad; worse' }],
  ['401', { status: 401, body: errors('revoked') }, { kind: 'credentials', reason: '401: revoked' }],
  [
    '403 for too many bad requests',
    { status: 403, body: errors('You are temporarily blocked') },
    { kind: 'credentials', reason: '403: You are temporarily blocked' },
  ],
  [
    '403 for one sender',
    { status: 403, body: { errors: [{ message: 'not a verified Sender Identity', field: 'from' }] } },
    { kind: 'permanent', reason: '403: not a verified Sender Identity' },
  ],
  [
    '413 in HTML',
    { status: 413, body: '<html>too large</html>' },
    { kind: 'permanent', reason: '413: no reason given' },
  ],
  [
    '429 with Retry-After',
    { status: 429, headers: { 'retry-after': '7' }, body: errors('too many') },
    { kind: 'throttled', reason: '429: too many', retryAfter: 7_000 },
  ],
  [
    '500',
    { status: 500, body: errors('ours') },
    { kind: 'temporary', about: 'provider', reason: '500: ours' },
  ],
  [
    '503 with Retry-After',
    { status: 503, headers: { 'retry-after': '120' }, body: 'unavailable' },
    { kind: 'temporary', about: 'provider', retryAfter: 120_000 },
  ],
  ['502 of what stands before it', { status: 502, body: 'bad gateway' }, { kind: 'unknown' }],
  ['504 of what stands before it', { status: 504, body: 'gateway time-out' }, { kind: 'unknown' }],
  [
    'a redirect',
    { status: 307, headers: { location: 'http://127.0.0.1:1/' }, body: '' },
    { kind: 'temporary', about: 'provider' },
  ],
  [
    'an address that it repeats',
    { status: 400, body: errors('ada@home.example is bad') },
    { kind: 'permanent', reason: '400: (address) is bad' },
  ],
])('an answer of %s', async (_what, answer, expected) => {
  const { vendor, provider } = await setUp();
  vendor.answerNext(answer);
  expect(await provider.send(message())).toMatchObject(expected);
  expect(vendor.calls).toHaveLength(1);
  expect(await provider.send(message())).toMatchObject({ kind: 'sent' });
});

test('over its rate it says until when, and that is kept to', async () => {
  const { provider } = await setUp({ rateLimit: 1, rateWindow: 30 });
  expect(await provider.send(message())).toMatchObject({ kind: 'sent' });
  const outcome = await provider.send(message());
  expect(outcome).toMatchObject({ kind: 'throttled', reason: '429: too many requests' });
  const patience = outcome.kind === 'throttled' ? outcome.retryAfter : undefined;
  expect(patience).toBeGreaterThan(28_000);
  expect(patience).toBeLessThanOrEqual(31_000);
});

test('a refused key, and a sender that is not verified', async () => {
  const { vendor, provider } = await setUp({ apiKey: 'SG.other' });
  expect(await provider.send(message())).toMatchObject({ kind: 'credentials' });
  expect(vendor.mails).toEqual([]);
  const { provider: strict } = await setUp({ verifiedDomains: ['other.example'] });
  expect(await strict.send(message())).toMatchObject({
    kind: 'permanent',
    reason: expect.stringContaining('verified'),
  });
});

test.each<[string, VendorAnswer]>([
  ['cuts the connection after the mail', 'cut'],
  ['never answers', 'hang'],
])('a server that %s may have the message', async (_what, answer) => {
  const { vendor, provider } = await setUp({}, { timeout: 300 });
  vendor.answerNext(answer);
  expect(await provider.send(message())).toMatchObject({ kind: 'unknown' });
  expect(vendor.calls).toHaveLength(1);
});

test('a server that cannot be reached does not have the message', async () => {
  const { provider } = await setUp({}, { url: `http://127.0.0.1:${await closedPort()}` });
  expect(await provider.send(message())).toMatchObject({ kind: 'temporary', about: 'provider' });
  const { provider: lost } = await setUp({}, { url: 'http://no-such-host.invalid' });
  expect(await lost.send(message())).toMatchObject({ kind: 'temporary', about: 'provider' });
});

test('two providers of one process keep their keys apart, and no outcome shows one', async () => {
  const { vendor, provider } = await setUp();
  const other = createSendGridProvider({ apiKey: 'SG.another', url: vendor.url });
  const [mine, theirs] = await Promise.all([provider.send(message()), other.send(message())]);
  expect(mine).toMatchObject({ kind: 'sent' });
  expect(theirs).toMatchObject({ kind: 'credentials' });
  expect(JSON.stringify([mine, theirs])).not.toContain('SG.');
});

test('copies go along in the same mail, untracked, with a mark of the one whom the mail is for', async () => {
  const { vendor, provider } = await setUp();
  const copies = { cc: ['bob@home.example'], bcc: ['log@acme.example'], mark: 'm4rk' };
  expect(await provider.send(message({ copies }))).toMatchObject({ kind: 'sent' });
  expect(vendor.mails[0]?.mail).toMatchObject({
    personalizations: [
      {
        to: [{ email: 'ada@home.example' }],
        cc: [{ email: 'bob@home.example' }],
        bcc: [{ email: 'log@acme.example' }],
      },
    ],
    custom_args: { herald: 'opaque.reference', herald_to: 'm4rk' },
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
  });
});

const FILES = [
  { filename: 'Rechnung März.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') },
  { filename: 'logo.png', contentType: 'image/png', cid: 'logo', content: Buffer.from('png') },
];

test('files go along in base64, pictures by their content id', async () => {
  const { vendor, provider } = await setUp();
  expect(await provider.send(message({ files: FILES }))).toMatchObject({ kind: 'sent' });
  expect((vendor.mails[0]?.mail as { attachments?: unknown } | undefined)?.attachments).toEqual([
    {
      ...{ filename: 'Rechnung März.pdf', type: 'application/pdf', disposition: 'attachment' },
      content: 'JVBERg==',
    },
    {
      ...{ filename: 'logo.png', type: 'image/png', disposition: 'inline', content_id: 'logo' },
      content: 'cG5n',
    },
  ]);
});
