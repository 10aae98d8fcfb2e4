import { loadConfig } from '@herald/config';
import { Type } from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import {
  closedPort,
  type MailServerBehaviour,
  reply,
  startMailServer,
} from '../../../testing/mail-server.ts';
import { createProviders, providerConfig } from '../../configured-providers.ts';
import type { OutgoingEmail } from '../message.ts';
import { createSmtpProvider } from './smtp-provider.ts';

const message = (given: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  channel: 'email',
  messageId: 'm1',
  from: { email: 'news@acme.example', name: 'Acme, Inc.' },
  to: 'ada@home.example',
  subject: 'Grüße an Ada',
  html: '<p>Hi Ada</p>',
  text: 'Hi Ada',
  unsubscribe: `https://herald.example/u/${'t'.repeat(300)}.mac`,
  ...given,
});

async function setUp(
  behaviour: MailServerBehaviour = {},
  options: { timeout?: number; url?: string; connections?: number } = {},
) {
  const server = await startMailServer(behaviour);
  const provider = createSmtpProvider({ url: server.url, timeout: 10_000, ...options });
  onTestFinished(async () => {
    await provider.close();
    await server.close();
  });
  return { server, provider };
}

test('an accepted message has arrived, for one recipient, with our id, both bodies and one-click unsubscribe', async () => {
  const { server, provider } = await setUp();
  expect(await provider.send(message({ replyTo: 'help@acme.example' }))).toMatchObject({ kind: 'sent' });
  const [mail] = server.received;
  expect(mail).toMatchObject({ from: 'news@acme.example', to: ['ada@home.example'] });
  const header = (name: string) => mail?.headers.get(name);
  expect(header('message-id')).toBe('<m1@acme.example>');
  expect(header('x-herald-message-id')).toBe('m1');
  expect(header('from')).toBe('"Acme, Inc." <news@acme.example>');
  expect(header('to')).toBe('ada@home.example');
  expect(header('reply-to')).toBe('help@acme.example');
  expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  expect(mail?.raw).toContain(`\r\nList-Unsubscribe: <https://herald.example/u/${'t'.repeat(300)}.mac>\r\n`);
  expect(header('content-type')).toContain('multipart/alternative');
  expect(mail?.raw).toContain('text/plain');
  expect(mail?.raw).toContain('<p>Hi Ada</p>');
  expect(header('subject')).toMatch(/^=\?UTF-8\?/);
});

test('a transactional message has no unsubscribe header, and one without HTML is plain text', async () => {
  const { server, provider } = await setUp();
  const { unsubscribe: _none, html: _plain, ...owed } = message();
  await provider.send(owed);
  const [mail] = server.received;
  expect(mail?.headers.has('list-unsubscribe')).toBe(false);
  expect(mail?.headers.has('list-unsubscribe-post')).toBe(false);
  expect(mail?.headers.get('content-type')).toContain('text/plain');
});

test('a mail that comes back somewhere says so in its envelope and its headers', async () => {
  const { server, provider } = await setUp();
  const returnTo = { bounce: 'bounces+b1@mail.acme.example', unsubscribe: 'bounces+u1@mail.acme.example' };
  await provider.send(message({ returnTo, reference: 'token.mac' }));
  await provider.send(message({ returnTo: { ...returnTo, unsubscribe: undefined } }));
  const [mail, test] = server.received;
  expect(mail).toMatchObject({ from: returnTo.bounce, to: ['ada@home.example'] });
  expect(mail?.headers.get('x-herald-reference')).toBe('token.mac');
  expect(mail?.headers.get('list-unsubscribe')).toBe(
    `<${message().unsubscribe}>, <mailto:${returnTo.unsubscribe}?subject=unsubscribe>`,
  );
  expect(test?.headers.get('list-unsubscribe')).toBe(`<${message().unsubscribe}>`);
});

test('many at once share the connections and each arrives once', async () => {
  const { server, provider } = await setUp({}, { connections: 3 });
  const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
  const outcomes = await Promise.all(ids.map((messageId) => provider.send(message({ messageId }))));
  expect(outcomes.every(({ kind }) => kind === 'sent')).toBe(true);
  const arrived = server.received.map(({ headers }) => headers.get('x-herald-message-id'));
  expect(arrived.sort()).toEqual(ids.sort());
});

test.each<[string, MailServerBehaviour, string, RegExp]>([
  [
    'refuses the recipient for good',
    { rcptTo: () => reply(550, 'no such user ada@home.example') },
    'permanent',
    /550/,
  ],
  ['refuses the recipient for now', { rcptTo: () => reply(450, 'greylisted') }, 'temporary', /greylisted/],
  ['refuses the sender for good', { mailFrom: () => reply(553, 'not yours') }, 'permanent', /not yours/],
  ['refuses the sender for now', { mailFrom: () => reply(451, 'later') }, 'temporary', /later/],
  ['refuses the content for good', { data: () => reply(554, 'spam') }, 'permanent', /spam/],
  ['has no room for the content', { data: () => reply(452, 'full') }, 'temporary', /full/],
  ['says it is closing after the content', { data: () => reply(421, 'bye') }, 'temporary', /bye/],
  ['says no at the door', { connect: () => reply(554, 'go away') }, 'temporary', /go away/],
  ['is too busy at the door', { connect: () => reply(421, 'busy') }, 'temporary', /busy/],
  ['drops the connection after the final dot', { data: () => 'drop' }, 'unknown', /closed/i],
])('a server that %s', async (_what, behaviour, kind, reason) => {
  const { server, provider } = await setUp(behaviour);
  const outcome = await provider.send(message());
  expect(outcome).toMatchObject({ kind, reason: expect.stringMatching(reason) });
  expect(JSON.stringify(outcome)).not.toContain('ada@home.example');
  expect(server.received).toEqual([]);
});

test.each<[string, MailServerBehaviour, 'hard' | 'soft' | undefined]>([
  ['550 to the recipient', { rcptTo: () => reply(550, 'no such user') }, 'hard'],
  ['5.1.1 to the recipient', { rcptTo: () => reply(554, '5.1.1 unknown') }, 'hard'],
  ['a full mailbox', { rcptTo: () => reply(552, '5.2.2 full') }, 'soft'],
  ['a full mailbox, after the content', { data: () => reply(552, '5.2.2 full') }, 'soft'],
  ['a policy', { rcptTo: () => reply(550, '5.7.26 DMARC') }, undefined],
  ['a list of bad senders', { rcptTo: () => reply(550, 'listed by a block list') }, undefined],
  ['a mail that is too long', { data: () => reply(552, '5.3.4 too big') }, undefined],
  ['a refusal that may be about anything', { rcptTo: () => reply(554, 'failed') }, undefined],
  ['a sender who is none', { mailFrom: () => reply(553, '5.1.7 bad sender') }, undefined],
])('%s means for the address what its code says', async (_what, behaviour, bounce) => {
  const { provider } = await setUp(behaviour);
  const outcome = await provider.send(message());
  expect([outcome.kind, 'bounce' in outcome ? outcome.bounce : undefined]).toEqual(['permanent', bounce]);
});

test('a connection that drops after the final dot gets the message once, not again on another connection', async () => {
  const { server, provider } = await setUp(
    { data: (turn) => (turn >= 2 ? 'drop' : undefined) },
    { connections: 1 },
  );
  expect(await provider.send(message())).toMatchObject({ kind: 'sent' });
  // This one goes over a connection that was used before, the case in which a pool may try another.
  expect(await provider.send(message({ messageId: 'm2' }))).toMatchObject({ kind: 'unknown' });
  expect(server.ended()).toBe(2);
});

test('a pooled connection that the server has closed meanwhile costs nothing', async () => {
  const { server, provider } = await setUp({}, { connections: 1 });
  expect(await provider.send(message())).toMatchObject({ kind: 'sent' });
  server.dropConnections();
  expect(await provider.send(message({ messageId: 'm2' }))).toMatchObject({ kind: 'sent' });
  expect(server.ended()).toBe(2);
});

test('a server that is too slow after the content leaves it unknown, within the time-out', async () => {
  const never = new Promise<undefined>(() => {});
  const { provider } = await setUp({ data: () => never }, { timeout: 600 });
  const started = performance.now();
  expect(await provider.send(message())).toMatchObject({ kind: 'unknown' });
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('a server that is too slow before the content can be tried again', async () => {
  const never = new Promise<undefined>(() => {});
  for (const step of ['connect', 'mailFrom', 'rcptTo'] as const) {
    const { provider } = await setUp({ [step]: () => never }, { timeout: 400 });
    expect([step, await provider.send(message())]).toMatchObject([step, { kind: 'temporary' }]);
  }
});

test('a message that waits for a connection past the time-out has not left', async () => {
  const { provider, server } = await setUp(
    { data: () => new Promise(() => {}) },
    { timeout: 500, connections: 1 },
  );
  const outcomes = await Promise.all(
    ['m1', 'm2', 'm3'].map((messageId) => provider.send(message({ messageId }))),
  );
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['temporary', 'temporary', 'unknown']);
  expect(server.ended()).toBe(1);
});

test('an address where nobody listens can be tried again', async () => {
  const provider = createSmtpProvider({ url: `smtp://127.0.0.1:${await closedPort()}`, timeout: 2_000 });
  onTestFinished(() => provider.close());
  expect(await provider.send(message())).toMatchObject({
    kind: 'temporary',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a user and password beside the URL reach the server as they are, whatever characters they hold', async () => {
  const logins: unknown[] = [];
  const server = await startMailServer({
    auth: (_turn, _session, login) => {
      logins.push(login);
      return undefined;
    },
  });
  const [SMTP_USERNAME, SMTP_PASSWORD] = ['me@home.example', 'p#a/s?s%w@o:r d%41'];
  const env = { SMTP_URL: server.url, SMTP_USERNAME, SMTP_PASSWORD };
  const config = loadConfig(Type.Object(providerConfig), env);
  const [provider] = createProviders(config, 'https://herald.example').email ?? [];
  onTestFinished(async () => {
    await provider?.close();
    await server.close();
  });
  expect(await provider?.send(message())).toMatchObject({ kind: 'sent' });
  expect(logins).toEqual([{ username: SMTP_USERNAME, password: SMTP_PASSWORD }]);
});

test('a refused login is about all messages, and no password is shown', async () => {
  const server = await startMailServer({ auth: () => reply(535, 'bad credentials') });
  const provider = createSmtpProvider({ url: server.url.replace('//', '//herald:hunter2@'), timeout: 2_000 });
  onTestFinished(async () => {
    await provider.close();
    await server.close();
  });
  const outcome = await provider.send(message());
  expect(outcome).toMatchObject({ kind: 'credentials', reason: expect.stringContaining('EAUTH') });
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
});

const COPIES = { cc: ['bob@home.example', 'cid@home.example'], bcc: ['log@acme.example'] };

test('copies are the same mail with its own envelope, and nobody sees who gets a blind one', async () => {
  const { server, provider } = await setUp();
  expect(await provider.send(message({ copies: COPIES }))).toEqual({ kind: 'sent' });
  expect(server.received.map(({ to }) => to)).toEqual([
    ['ada@home.example'],
    ['bob@home.example', 'cid@home.example', 'log@acme.example'],
  ]);
  for (const { headers, raw } of server.received) {
    expect(headers.get('to')).toBe('ada@home.example');
    expect(headers.get('cc')).toBe('bob@home.example, cid@home.example');
    expect(headers.get('message-id')).toBe('<m1@acme.example>');
    expect(raw).not.toContain('log@acme.example');
  }
});

test('whether a mail has left depends on its recipient alone: a copy is left out, or never sent', async () => {
  const refused = await setUp({ rcptTo: (turn) => (turn === 2 ? reply(550, 'no bob here') : undefined) });
  expect(await refused.provider.send(message({ copies: COPIES }))).toMatchObject({
    kind: 'sent',
    leftOut: ['a copy was refused: 550'],
  });
  const cut = await setUp({ data: (turn) => (turn === 2 ? 'drop' : undefined) });
  expect(await cut.provider.send(message({ copies: COPIES }))).toMatchObject({
    kind: 'sent',
    leftOut: [expect.stringMatching(/^the copies were not taken: /)],
  });
  const later = await setUp({ rcptTo: () => reply(451, 'try later') });
  expect(await later.provider.send(message({ copies: COPIES }))).toMatchObject({ kind: 'temporary' });
  expect(later.server.received).toEqual([]);
});

test('files go along, with names of any letters (RFC 2231) and pictures by their content id', async () => {
  const { server, provider } = await setUp();
  const files = [
    { filename: 'Rechnung März.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF') },
    { filename: 'logo.png', contentType: 'image/png', cid: 'logo', content: Buffer.from('png') },
  ];
  expect(await provider.send(message({ files }))).toMatchObject({ kind: 'sent' });
  const raw = server.received[0]?.raw ?? '';
  expect(raw).toMatch(/Content-Disposition: attachment;\s+filename\*0\*=utf-8''Rechnung%20M%C3%A4rz\.pdf/);
  expect(raw).toMatch(/Content-Disposition: inline; filename=logo\.png/);
  expect(raw).toContain('Content-ID: <logo>');
  expect(raw).toContain('JVBERg==');
});
