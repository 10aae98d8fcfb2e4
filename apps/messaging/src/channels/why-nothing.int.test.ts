import { createLog } from '@herald/log';
import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver } from '@herald/vendors';
import { expect, onTestFinished, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { closedPort, reply, startMailServer } from '../testing/mail-server.ts';
import { startNameServer } from '../testing/name-server.ts';
import { ready } from '../testing/ready.ts';
import type { StageOptions } from '../testing/stage.ts';
import { createSmtpProvider } from './email/smtp/smtp-provider.ts';
import { createWebhookProvider } from './webhook/webhook-provider.ts';

type Line = Record<string, unknown> & { readonly msg: string };

/** A stage whose log can be read. */
async function logged(options: StageOptions = {}) {
  const texts: string[] = [];
  const log = createLog({
    service: 'test',
    level: 'info',
    destination: { write: (text: string) => void texts.push(text) },
  });
  const stage = await ready({ log, ...options });
  const lines = (): Line[] => texts.map((text) => JSON.parse(text));
  return { stage, texts, lines, about: (id: string) => lines().filter(({ messageId }) => messageId === id) };
}

async function smtp(behaviour: Parameters<typeof startMailServer>[0] = {}) {
  const server = await startMailServer(behaviour);
  onTestFinished(() => server.close());
  return { server, provider: createSmtpProvider({ url: server.url, timeout: 10_000 }) };
}

const at = new Date(T0).toISOString();

test('a message that has left is one line of the log, which names nobody', async () => {
  const { provider } = await smtp();
  const { stage, about, texts } = await logged({ providers: { email: [provider] } });
  await stage.ask();
  await stage.until('m1', 'sent');
  await vi.waitFor(() =>
    expect(about('m1')).toEqual([
      expect.objectContaining({
        level: 'info',
        workspace: 'acme',
        messageId: 'm1',
        channel: 'email',
        template: 'welcome',
        provider: 'smtp',
        outcome: 'sent',
        msg: 'a message has left',
      }),
    ]),
  );
  expect(texts.join('')).not.toMatch(/home\.example|Ada/);
});

test('the temporary refusal of a mail server is in the log, the list of messages and /v1/channels, without the address', async () => {
  const { provider } = await smtp({
    rcptTo: (turn) =>
      turn === 1 ? reply(451, '4.3.0 <ada@home.example> ada (+44 7946 000999): try later') : undefined,
  });
  const { stage, about, lines, texts } = await logged({ providers: { email: [provider] } });
  await stage.ask();
  const { state } = await stage.until('m1', 'scheduled');
  const said = expect.stringContaining('451 4.3.0');
  await vi.waitFor(() =>
    expect(about('m1')).toMatchObject([
      { level: 'warn', outcome: 'scheduled', provider: 'smtp', reason: said, attempts: 1 },
    ]),
  );
  expect(lines()).toContainEqual(
    expect.objectContaining({ level: 'warn', provider: 'smtp', code: '451 4.3.0', reason: said }),
  );
  const lastFailure = { at, outcome: 'temporary', code: '451 4.3.0', reason: said };
  expect(await stage.providersOf('email')).toEqual([{ provider: 'smtp', state: 'open', lastFailure }]);
  expect((await stage.call('GET', '/v1/messages/m1')).body).toMatchObject({ reason: said });
  expect((await stage.call('GET', '/v1/messages')).body.items).toMatchObject([{ reason: said }]);
  await stage.at(state.dueAt);
  await stage.until('m1', 'sent');
  expect(await stage.providersOf('email')).toEqual([{ provider: 'smtp', state: 'open', lastFailure }]);
  const seen = texts.join('') + JSON.stringify((await stage.call('GET', '/v1/channels')).body);
  expect(seen).not.toMatch(/\bada\b|home\.example|7946/i);
});

test('a mail server that is down is named only in the log, and the cause everywhere', async () => {
  const port = await closedPort();
  const provider = createSmtpProvider({ url: `smtp://127.0.0.1:${port}`, timeout: 10_000 });
  const { stage, about, lines } = await logged({ providers: { email: [provider] } });
  await stage.ask();
  const { state } = await stage.until('m1', 'scheduled');
  expect(state.reason).toContain('ECONNREFUSED');
  await vi.waitFor(() =>
    expect(about('m1')).toMatchObject([{ level: 'warn', reason: expect.stringContaining('ECONNREFUSED') }]),
  );
  expect(lines()).toContainEqual(
    expect.objectContaining({
      code: 'ECONNREFUSED',
      reason: expect.stringContaining(`127.0.0.1:${port}`),
      msg: 'a provider did not take a message',
    }),
  );
  expect(await stage.providersOf('email')).toMatchObject([
    { provider: 'smtp', state: 'open', lastFailure: { code: 'ECONNREFUSED', outcome: 'temporary' } },
  ]);
  const shown = JSON.stringify([
    (await stage.call('GET', '/v1/channels')).body,
    (await stage.call('GET', '/v1/messages/m1')).body,
  ]);
  expect(shown).not.toContain(String(port));
});

test('another workspace sees that a provider failed and its code, but not its text', async () => {
  const provider = fakeProvider(() => ({
    kind: 'temporary',
    about: 'provider',
    reason: '451 4.3.0 your offer Secret Sale',
  }));
  const { stage } = await logged({ provider, gates: { failures: 1 } });
  await stage.ask();
  await stage.until('m1', 'scheduled');
  const own = (await stage.providersOf('email'))[0];
  expect(own.lastFailure.reason).toContain('Secret Sale');
  const { providers } = await stage.channel('email', 'stranger');
  expect(providers).toMatchObject([
    {
      state: 'failing',
      reason: '451 4.3.0',
      lastFailure: { at, outcome: 'temporary', code: '451 4.3.0' },
    },
  ]);
  expect(JSON.stringify(providers)).not.toContain('Secret');
});

test('/v1/channels shows what the domain of the workspace’s own sender lacks in DNS, for mail by SMTP', async () => {
  const { provider } = await smtp();
  const dnsServers = [await startNameServer({ 'own.example': 'v=spf1 -all' })];
  const { stage } = await logged({ providers: { email: [provider] }, dnsServers });
  expect((await stage.channel('email')).sender).not.toHaveProperty('missingRecords');
  const senders = { email: { from: { email: 'news@own.example' } } };
  expect((await stage.call('PATCH', '/v1/settings', { senders })).status).toBe(201);
  const expected = {
    from: 'news@own.example',
    setBy: 'settings',
    missingRecords: [
      expect.stringMatching(/^DKIM: Herald has no key/),
      'DMARC: there is no record v=DMARC1 at _dmarc.own.example',
    ],
  };
  await expect.poll(async () => (await stage.channel('email')).sender).toEqual(expected);
  expect((await stage.channel('email', 'stranger')).sender).not.toHaveProperty('missingRecords');
});

test('a workspace without a sender is reported at start and for each message, with how to set one', async () => {
  const { stage, about, lines } = await logged({ sender: undefined });
  expect(lines()).toContainEqual(
    expect.objectContaining({ level: 'warn', msg: expect.stringMatching(/^no_sender: SENDER is not set/) }),
  );
  for (const messageId of ['m1', 'm2']) {
    await stage.ask({ messageId });
    await stage.until(messageId, 'failed');
    await vi.waitFor(() =>
      expect(about(messageId)).toMatchObject([
        {
          level: 'warn',
          outcome: 'failed',
          reason: expect.stringMatching(/^no_sender: .*PATCH \/v1\/settings/),
        },
      ]),
    );
  }
  const warnings = () =>
    lines().filter(
      ({ msg, workspace }) => workspace === 'acme' && msg.startsWith('no_sender: nothing leaves'),
    );
  expect(warnings()).toMatchObject([{ level: 'warn', channel: 'email' }]);
  await stage.by(60_000);
  await stage.ask({ messageId: 'm3' });
  await stage.until('m3', 'failed');
  await vi.waitFor(() => expect(warnings()).toMatchObject([{}, { count: 2 }]));
  const missing = expect.stringContaining('PATCH /v1/settings');
  expect(await stage.channel('email')).toMatchObject({
    problem: expect.stringMatching(/^no_sender: /),
    sender: { missing },
    providers: [{ provider: 'fake', state: 'open' }],
  });
  await stage.call('PATCH', '/v1/settings', { senders: { email: { from: { email: 'news@acme.example' } } } });
  await vi.waitFor(async () =>
    expect((await stage.channel('email')).sender).toEqual({ from: 'news@acme.example', setBy: 'settings' }),
  );
  expect(await stage.channel('email')).not.toHaveProperty('problem');
});

test('a service that starts names the workspaces whose templates cannot leave', async () => {
  const { stage, lines } = await logged({ sender: undefined });
  await stage.template('text', { channel: 'sms', text: 'Hi' });
  await stage.addReplica();
  const named = lines().filter(({ msg }) => msg.startsWith('a workspace has templates'));
  const found = named.map(({ level, workspace, channel, reason }) => [
    ...[level, workspace, channel],
    String(reason).slice(0, 9),
  ]);
  expect(found.toSorted()).toEqual([
    ['warn', 'acme', 'email', 'no_sender'],
    ['warn', 'acme', 'sms', 'no_provid'],
  ]);
});

test('a channel that nothing sends is listed, and reported at start and with each message', async () => {
  const { stage, about, lines } = await logged();
  expect(lines()).toContainEqual(
    expect.objectContaining({ level: 'warn', channels: ['sms', 'call', 'webhook'] }),
  );
  await stage.ask({ channel: 'sms' });
  await stage.until('m1', 'failed');
  await vi.waitFor(() =>
    expect(about('m1')).toMatchObject([{ outcome: 'failed', reason: 'no_provider: nothing here sends sms' }]),
  );
  expect(lines()).toContainEqual(
    expect.objectContaining({ channel: 'sms', msg: expect.stringMatching(/^no_provider: nothing leaves/) }),
  );
  expect(await stage.channel('sms')).toMatchObject({
    problem: expect.stringMatching(/^no_provider: .*TWILIO_ACCOUNT_SID/),
    providers: [],
  });
});

test('a flood with one failure is logged once a minute, with a count', async () => {
  const provider = fakeProvider(() => ({ kind: 'temporary', reason: '451 4.3.0 later' }));
  const { stage, lines } = await logged({ provider });
  const tried = () => lines().filter(({ msg }) => msg.startsWith('a message did not leave'));
  for (const messageId of ['m1', 'm2', 'm3']) {
    await stage.ask({ messageId });
    await stage.until(messageId, 'scheduled');
  }
  await vi.waitFor(() => expect(tried()).toMatchObject([{ messageId: 'm1' }]));
  await stage.by(60_000);
  await vi.waitFor(() => expect(tried()).toHaveLength(2));
  expect(tried()[1]).toMatchObject({ count: 3 });
});

test('a receiver of webhooks that fails is shown to its own workspace with the cause, and to no other', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  receiver.answerAlways({ status: 503 });
  const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
  const { stage, lines } = await logged({
    gates: { failures: 1 },
    secrets: { read: (workspace) => (workspace === 'acme' ? secret : undefined) },
    providers: {
      webhook: [createWebhookProvider({ allowed: createAllowedAddresses(['127.0.0.0/8']) })],
    },
  });
  await stage.call('PUT', '/v1/templates/hook', { channel: 'webhook', body: '{}' });
  await stage.ask({ channel: 'webhook', template: 'hook', url: `${receiver.url}/private-key` });
  await stage.until('m1', 'scheduled');
  const { origin } = new URL(receiver.url);
  expect(await stage.channel('webhook')).toMatchObject({
    sender: { from: 'secret webhook' },
    providers: [
      {
        provider: 'http',
        state: 'open',
        lastFailure: { code: '503', receiver: origin, reason: 'the receiver answered 503' },
        receivers: [{ receiver: origin, state: 'failing', reason: 'the receiver answered 503' }],
      },
    ],
  });
  expect(await stage.channel('webhook', 'stranger')).toMatchObject({
    problem: expect.stringMatching(/^no_sender: .*stranger\.webhook/),
    providers: [{ provider: 'http', state: 'open', receivers: [] }],
  });
  expect(JSON.stringify(await stage.channel('webhook', 'stranger'))).not.toContain(origin);
  expect(lines()).toContainEqual(
    expect.objectContaining({ workspace: 'acme', receiver: origin, code: '503' }),
  );
  expect(JSON.stringify(lines())).not.toContain('private-key');
});
