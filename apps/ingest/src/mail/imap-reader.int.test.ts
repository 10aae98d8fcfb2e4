import { createLog } from '@herald/log';
import { type MailHost, startMailHost } from '@herald/mail-server';
import { createMetrics } from '@herald/metrics';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ingestMetrics } from '../metrics.ts';
import { deliveryStatusMail, plainMail } from '../testing/returned-mails.ts';
import { deliver } from '../testing/smtp-client.ts';
import { createImapReader } from './imap-reader.ts';
import type { Received } from './receive-mail.ts';

const log = createLog({ service: 'test', level: 'silent' });
const PATIENCE = { timeout: 20_000, interval: 50 };

const host = await startMailHost({
  relay: { domain: 'mail.acme.example', port: 9 },
  mailbox: { domain: 'box.acme.example', local: 'bounces' },
});
const why = 'unavailable' in host ? host.unavailable : undefined;

if (why !== undefined)
  test(`a mailbox is read from Dovecot: ${why}`, ({ skip }) => {
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(why);
    skip(why);
  });

describe.skipIf(why !== undefined)('the reader of a mailbox', () => {
  const { smtpUrl, imapUrl, stop } = host as MailHost;
  afterAll(() => stop());

  const send = (n: number, mail = deliveryStatusMail({ messageId: `<${n}@mx.example>` })) =>
    deliver(Number(new URL(smtpUrl).port), `bounces+b${n}@box.acme.example`, mail);

  /** A reader, and the ids of the mails that it has handed on. */
  function read(answer: (id: string) => Received | Promise<Received> = () => 'recorded') {
    const ids: string[] = [];
    const metrics = createMetrics({ version: 'test' }).declare(ingestMetrics);
    const reader = createImapReader({
      url: imapUrl,
      rest: 50,
      log,
      metrics,
      async receive(raw) {
        const [, id = ''] = /^Message-ID: <(\d+)@/im.exec(raw.toString()) ?? [];
        const received = await answer(id);
        ids.push(id);
        return received;
      },
    });
    reader.start();
    onTestFinished(() => reader.stop());
    const readable = async () => (await metrics.mailboxReadable.get()).values[0]?.value;
    return { ids, reader, readable };
  }

  test('reads what is there and what arrives, each mail once, also after a restart', async () => {
    await send(1);
    const first = read();
    await vi.waitFor(() => expect(first.ids).toEqual(['1']), PATIENCE);
    await send(2);
    await vi.waitFor(() => expect(first.ids).toEqual(['1', '2']), PATIENCE);
    expect(await first.readable()).toBe(1);
    await first.reader.stop();
    await send(3);
    const second = read();
    await vi.waitFor(() => expect(second.ids).toEqual(['3']), PATIENCE);
  });

  test('keeps a mail that could not be stored, and reads it again', async () => {
    let away = true;
    await send(4);
    const { ids, readable } = read(() => {
      if (away) throw new Error('the broker is away');
      return 'recorded';
    });
    await vi.waitFor(async () => expect(await readable()).toBe(0), PATIENCE);
    expect(ids).toEqual([]);
    away = false;
    await vi.waitFor(() => expect(ids).toEqual(['4']), PATIENCE);
    await vi.waitFor(async () => expect(await readable()).toBe(1), PATIENCE);
  });

  test('goes on after a mail that means nothing, and does not read it twice', async () => {
    await send(5, plainMail({ From: 'ada@home.example', 'Message-ID': '<5@home.example>' }, 'Hi'));
    await send(6);
    const { ids } = read((id) => (id === '5' ? 'unknown' : 'recorded'));
    await vi.waitFor(() => expect(ids).toEqual(['5', '6']), PATIENCE);
    await send(7);
    await vi.waitFor(() => expect(ids).toEqual(['5', '6', '7']), PATIENCE);
  });
});
