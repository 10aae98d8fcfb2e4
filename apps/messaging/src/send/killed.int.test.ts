import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { SendRequest } from '@herald/contracts';
import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver, startSendGrid } from '@herald/vendors';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSendGridProvider } from '../channels/email/sendgrid/sendgrid-provider.ts';
import { createWebhookProvider } from '../channels/webhook/webhook-provider.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { startMailServer } from '../testing/mail-server.ts';
import { newDir, setStage } from '../testing/stage.ts';

const CHILD = fileURLToPath(new URL('../testing/crash-child.ts', import.meta.url));

/** Leaves a directory in which a message waits to be sent. */
async function leaveARequest(dir: string, more: Partial<SendRequest> = {}): Promise<void> {
  const now = Date.now();
  const stage = await setStage({ dir, keep: true, startAt: now });
  await stage.template('welcome', { subject: 'Hi', text: 'Hi' });
  await stage.template('hook', { channel: 'webhook', body: '{}' });
  await stage.prospect();
  await stage.enrollment();
  await stage.stop();
  await stage.broker.publish([stage.requestOf({ dueAt: now, requestedAt: now, ...more })]);
  await stage.close();
}

test('killed between the claim and the outcome, a message is unknown and never sent again', async () => {
  const reached = Promise.withResolvers<void>();
  // The server has the whole message, and has not answered.
  const server = await startMailServer({
    data: () => {
      reached.resolve();
      return new Promise<undefined>(() => {});
    },
  });
  const dir = await newDir();
  await leaveARequest(dir);
  const child = spawn(process.execPath, [CHILD, dir, server.url], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await server.close();
  });
  await Promise.race([
    reached.promise,
    once(child, 'exit').then(() => Promise.reject(new Error('the child ended by itself'))),
  ]);
  child.kill('SIGKILL');
  await once(child, 'exit');

  const provider = fakeProvider();
  const stage = await setStage({ dir, provider, startAt: Date.now(), lease: 1_500 });
  expect((await stage.message('m1'))?.lease).toBeDefined();
  // The request is still unacknowledged: it comes again, and again means nothing.
  await vi.waitFor(async () => expect((await stage.broker.depth('messaging.send')).ready).toBe(0), 20_000);
  expect(stage.sent()).toHaveLength(0);
  await stage.by(2_600);
  const { state } = await stage.until('m1', 'unknown');
  expect(state.reason).toContain('may have it');
  expect(stage.sent()).toHaveLength(0);
  expect(server.ended()).toBe(1);

  expect(
    (await stage.call('POST', '/v1/messages/m1/resolve', { outcome: 'sent', reason: 'seen in the inbox' }))
      .status,
  ).toBe(200);
  expect((await stage.until('m1', 'sent')).state.reason).toBe('seen in the inbox');
});

/** Starts a process that sends what waits in the directory, and kills it once `hasReached`. */
async function killDuring(
  dir: string,
  provider: string,
  url: string,
  hasReached: () => boolean,
): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dir, url, provider], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await vi.waitFor(() => expect(hasReached()).toBe(true), { interval: 10 });
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('killed after SendGrid got the mail and before it answered, the mail is unknown and not sent again', async () => {
  const vendor = await startSendGrid();
  onTestFinished(() => vendor.close());
  const dir = await newDir();
  await leaveARequest(dir);
  vendor.answerNext('hang');
  await killDuring(dir, 'sendgrid', vendor.url, () => vendor.calls.length === 1);

  const provider = createSendGridProvider({ apiKey: 'SG.key', url: vendor.url, timeout: 400 });
  const stage = await setStage({ dir, providers: { email: [provider] }, startAt: Date.now(), lease: 2_500 });
  await stage.by(2_600);
  expect((await stage.until('m1', 'unknown')).state).toMatchObject({ provider: 'sendgrid', attempts: 1 });
  await stage.ask({ messageId: 'm2' });
  await stage.until('m2', 'sent');
  expect(vendor.calls).toHaveLength(2);
  expect(vendor.mails).toHaveLength(1);
});

test('killed while a receiver had the webhook, it is sent again with the same id', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const dir = await newDir();
  await leaveARequest(dir, { channel: 'webhook', template: 'hook', url: `${receiver.url}/hook` });
  receiver.answerNext('hang');
  await killDuring(dir, 'webhook', '', () => receiver.requests.length === 1);

  const allowed = createAllowedAddresses(['127.0.0.1/32']);
  const provider = createWebhookProvider({ allowed, timeout: 400 });
  const secrets = { read: () => Buffer.from('a secret of twenty-four b').toString('base64') };
  const stage = await setStage({
    ...{ dir, secrets, providers: { webhook: [provider] }, startAt: Date.now(), lease: 2_500 },
  });
  await stage.by(2_600);
  await stage.until('m1', 'unknown');
  await stage.by(6_000);
  await stage.until('m1', 'sent');
  expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['m1', 'm1']);
});
