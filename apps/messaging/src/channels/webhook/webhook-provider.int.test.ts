import type { lookup } from 'node:dns';
import { createServer } from 'node:net';
import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver, type VendorAnswer } from '@herald/vendors';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../../testing/mail-server.ts';
import type { OutgoingWebhook } from './message.ts';
import { createWebhookProvider, type WebhookOptions } from './webhook-provider.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

const message = (url: string, given: Partial<OutgoingWebhook> = {}): OutgoingWebhook => ({
  channel: 'webhook',
  messageId: 'm1',
  workspace: 'acme',
  url,
  body: '{"name":"Ada","plan":"pro €"}',
  headers: { 'x-tenant': '7' },
  secret: SECRET,
  ...given,
});

/** A name service that knows what the test tells it. */
const names = (known: Readonly<Record<string, readonly string[]>>): typeof lookup =>
  ((name: string, _options: object, done: (error: Error | null, addresses?: object[]) => void) => {
    const addresses = known[name];
    if (addresses === undefined) return done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as never;

function provide(options: Partial<WebhookOptions> = {}) {
  const provider = createWebhookProvider({
    allowed: createAllowedAddresses(['127.0.0.1/32']),
    timeout: 10_000,
    ...options,
  });
  onTestFinished(() => provider.close());
  return provider;
}

async function receive(answer?: VendorAnswer) {
  const receiver = await startReceiver(answer === undefined ? {} : { answer });
  onTestFinished(() => receiver.close());
  return receiver;
}

test('a receiver verifies it by Standard Webhooks, and recognizes it by its id', async () => {
  const receiver = await receive();
  const provider = provide();
  expect(await provider.send(message(`${receiver.url}/hook?a=1`))).toEqual({ kind: 'sent' });
  expect(await provider.send(message(`${receiver.url}/hook?a=1`))).toEqual({ kind: 'sent' });
  const [first, second] = receiver.requests;
  expect(first).toMatchObject({
    method: 'POST',
    path: '/hook?a=1',
    headers: { 'x-tenant': '7', 'user-agent': 'Herald' },
  });
  const headers = first?.headers as Record<string, string>;
  expect(new Webhook(SECRET).verify(first?.body ?? '', headers)).toEqual({ name: 'Ada', plan: 'pro €' });
  expect(() => new Webhook(SECRET).verify('{"name":"Eve"}', headers)).toThrow('No matching signature');
  expect([first, second].map((request) => request?.headers['webhook-id'])).toEqual(['m1', 'm1']);
});

test('while secrets are rotated, both sign', async () => {
  const receiver = await receive();
  const old = Buffer.from('the secret before').toString('base64');
  await provide().send(message(receiver.url, { secret: `${SECRET}\n${old}` }));
  const [request] = receiver.requests;
  for (const secret of [SECRET, old])
    expect(
      new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>),
    ).toBeDefined();
});

test.each(['', '\n', 'whsec_', 'not base64!'])(
  'a secret %j that cannot sign is reported, and nothing is sent',
  async (secret) => {
    const receiver = await receive();
    expect(await provide().send(message(receiver.url, { secret }))).toMatchObject({
      kind: 'permanent',
      reason: expect.stringContaining('base64'),
    });
    expect(receiver.requests).toEqual([]);
  },
);

test.each<[number, Record<string, string>, object]>([
  [200, {}, { kind: 'sent' }],
  [202, {}, { kind: 'sent' }],
  [410, {}, { kind: 'permanent', reason: '410: the receiver wants no more of these' }],
  [400, {}, { kind: 'temporary', reason: 'the receiver answered 400' }],
  [404, {}, { kind: 'temporary' }],
  [401, {}, { kind: 'temporary' }],
  [429, { 'retry-after': '90' }, { kind: 'temporary', about: 'provider', retryAfter: 90_000 }],
  [500, {}, { kind: 'temporary', about: 'provider', reason: 'the receiver answered 500' }],
  [503, { 'retry-after': '60' }, { kind: 'temporary', about: 'provider', retryAfter: 60_000 }],
])('an answer of %i', async (status, headers, expected) => {
  const receiver = await receive({ status, headers, body: status === 204 ? '' : 'a secret of the inside' });
  const outcome = await provide().send(message(receiver.url));
  expect(outcome).toMatchObject(expected);
  expect(JSON.stringify(outcome)).not.toContain('inside');
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const inside = await receive();
  const receiver = await receive({ status, headers: { location: inside.url } });
  expect(await provide().send(message(receiver.url))).toMatchObject({
    kind: 'temporary',
    reason: expect.stringContaining('redirects are not followed'),
  });
  expect(inside.requests).toEqual([]);
});

const FORBIDDEN = 'not called: it leads to an address that is not public';

test.each([
  'https://127.0.0.2/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.2]/',
  'https://[fd00::1]/',
  'https://0/',
  'https://2130706434/',
  'https://0x7f000002/',
  'https://0177.0.0.2/',
  'https://127.2/',
])('%s is not called', async (url) => {
  expect(await provide().send(message(url))).toEqual({ kind: 'permanent', reason: FORBIDDEN });
});

test.each([
  ['is private', ['10.0.0.1']],
  ['is this host', ['0.0.0.0']],
  ['is loopback in IPv6', ['::1']],
  ['is mapped loopback', ['::ffff:127.0.0.1', '::ffff:127.0.0.2']],
  ['is public as well as private', ['93.184.216.34', '192.168.0.1']],
])('a name whose address %s is not called', async (_what, addresses) => {
  const provider = provide({
    allowed: createAllowedAddresses([]),
    lookup: names({ 'crm.example': addresses }),
  });
  expect(await provider.send(message('https://crm.example/hook'))).toEqual({
    kind: 'permanent',
    reason: FORBIDDEN,
  });
});

test('a name is resolved and checked again for each connection', async () => {
  const receiver = await receive();
  const { port } = new URL(receiver.url);
  let address = '127.0.0.1';
  const changing: typeof lookup = ((name: string, options: object, done: never) =>
    names({ [name]: [address] })(name, options, done)) as never;
  const provider = provide({ lookup: changing });
  expect(await provider.send(message(`http://crm.example:${port}/`))).toEqual({ kind: 'sent' });
  address = '127.0.0.2';
  receiver.answerNext('cut');
  await provider.send(message(`http://crm.example:${port}/`));
  expect(await provider.send(message(`http://crm.example:${port}/`))).toEqual({
    kind: 'permanent',
    reason: FORBIDDEN,
  });
});

test('http goes only to networks that the installation allows', async () => {
  const lookup = names({ 'crm.example': ['93.184.216.34'] });
  expect(await provide({ lookup }).send(message('http://crm.example/'))).toEqual({
    kind: 'permanent',
    reason: 'not called: only https may be called',
  });
  expect(await provide().send(message('http://93.184.216.34/'))).toMatchObject({ kind: 'permanent' });
});

test.each([22, 25, 465, 587])('port %i is refused for webhooks', async (port) => {
  expect(await provide().send(message(`https://127.0.0.1:${port}/`))).toEqual({
    kind: 'permanent',
    reason: `not called: port ${port} is not for webhooks`,
  });
});

test('a receiver that is down, has no address or speaks no TLS is tried again', async () => {
  const receiver = await receive();
  const gone = `http://127.0.0.1:${await closedPort()}/`;
  expect(await provide().send(message(gone))).toEqual({
    kind: 'temporary',
    about: 'provider',
    reason: 'the receiver cannot be reached: ECONNREFUSED',
  });
  expect(await provide({ lookup: names({}) }).send(message('https://none.example/'))).toMatchObject({
    kind: 'temporary',
    reason: 'the receiver cannot be reached: ENOTFOUND',
  });
  expect(await provide().send(message(receiver.url.replace('http:', 'https:')))).toMatchObject({
    kind: 'temporary',
  });
  expect(receiver.requests).toEqual([]);
});

test('a receiver that never answers, or never ends, costs no more than the time-out', async () => {
  const silent = await receive('hang');
  const provider = provide({ timeout: 300 });
  expect(await provider.send(message(silent.url))).toMatchObject({
    kind: 'temporary',
    about: 'provider',
    reason: 'the receiver did not answer in time',
  });
  const endless = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const write = (): boolean => socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`);
    const timer = setInterval(write, 1);
    socket.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void endless.close());
  await new Promise((listening) => endless.once('listening', listening));
  const address = endless.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const started = performance.now();
  expect(await provider.send(message(`http://127.0.0.1:${port}/`))).toEqual({ kind: 'sent' });
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('headers that are too long count as no answer', async () => {
  const receiver = await receive({ status: 200, headers: { 'x-long': 'x'.repeat(40_000) } });
  expect(await provide().send(message(receiver.url))).toMatchObject({ kind: 'temporary' });
});
