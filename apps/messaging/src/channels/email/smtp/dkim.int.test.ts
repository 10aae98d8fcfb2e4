import { generateKeyPairSync } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { expect, onTestFinished, test } from 'vitest';
import { type MailServerBehaviour, reply, startMailServer } from '../../../testing/mail-server.ts';
import { type DkimKey, dnsNameOf, dnsRecordOf } from '../dkim/read-keys.ts';
import type { OutgoingEmail } from '../message.ts';
import { createSmtpProvider } from './smtp-provider.ts';

const key: DkimKey = {
  selector: '2026a',
  domain: 'acme.example',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
};

const message = (given: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  channel: 'email',
  messageId: 'm1',
  from: { email: 'news@mail.acme.example', name: 'Acmé, Inc.' },
  to: 'ada@home.example',
  replyTo: 'help@acme.example',
  subject: 'Grüße  an\tAda',
  html: '<p>Hi  Ada </p>',
  text: '.Hi Ada\n\n..\nfrom  here \n\n',
  unsubscribe: `https://herald.example/u/${'t'.repeat(300)}.mac`,
  dkim: key,
  ...given,
});

async function setUp(behaviour: MailServerBehaviour = {}, timeout = 5_000) {
  const server = await startMailServer(behaviour);
  const provider = createSmtpProvider({ url: server.url, timeout });
  onTestFinished(async () => {
    await provider.close();
    await server.close();
  });
  return { server, provider };
}

/** What the receiver's verifier says, with our record in its DNS. */
async function verified(raw: string) {
  const { results } = await dkimVerify(raw, {
    async resolver(name: string, type: string) {
      if (name === dnsNameOf(key) && type === 'TXT') return [[dnsRecordOf(key)]];
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    },
  });
  return results;
}

test('a verifier accepts the signature, which is aligned and covers what mailbox providers require', async () => {
  const { server, provider } = await setUp();
  expect(await provider.send(message())).toMatchObject({ kind: 'sent' });
  const [result, ...more] = await verified(server.received[0]?.raw ?? '');
  expect(more).toEqual([]);
  expect(result).toMatchObject({
    status: { result: 'pass', aligned: 'acme.example' },
    signingDomain: 'acme.example',
    selector: '2026a',
  });
  const signed = result?.signingHeaders?.keys.toLowerCase().split(/:\s*/) ?? [];
  expect(signed).toEqual(
    expect.arrayContaining([
      ...['from', 'to', 'reply-to', 'subject', 'date', 'message-id', 'content-type', 'mime-version'],
      ...['list-unsubscribe', 'list-unsubscribe-post'],
    ]),
  );
});

test('a change on the way, to the text or to where one click goes, is noticed', async () => {
  const { server, provider } = await setUp();
  await provider.send(message());
  const raw = server.received[0]?.raw ?? '';
  for (const [from, to] of [
    ['Hi Ada', 'Hi Eve'],
    ['https://herald.example/u/', 'https://herald.example/v/'],
  ] as const) {
    expect(raw).toContain(from);
    expect((await verified(raw.replace(from, to)))[0]?.status.result).not.toBe('pass');
  }
});

test('a mail of several megabytes is signed as well', async () => {
  const { server, provider } = await setUp();
  const html = `<p>${'Viel Text, ü. '.repeat(200_000)}</p>`;
  expect(await provider.send(message({ html }))).toMatchObject({ kind: 'sent' });
  expect((await verified(server.received[0]?.raw ?? ''))[0]?.status.result).toBe('pass');
});

test('a mail without a key leaves unsigned', async () => {
  const { server, provider } = await setUp();
  await provider.send(message({ dkim: undefined }));
  expect(server.received[0]?.headers.has('dkim-signature')).toBe(false);
});

test('a signed mail is known not to have left if the server did not take its content', async () => {
  const never = new Promise<undefined>(() => {});
  const slow = await setUp({ rcptTo: () => never }, 400);
  expect(await slow.provider.send(message())).toMatchObject({ kind: 'temporary' });
  const refusing = await setUp({ rcptTo: () => reply(550, '5.1.1 no such user') });
  expect(await refusing.provider.send(message())).toMatchObject({ kind: 'permanent', bounce: 'hard' });
  const lost = await setUp({ data: () => 'drop' });
  expect(await lost.provider.send(message())).toMatchObject({ kind: 'unknown' });
});
