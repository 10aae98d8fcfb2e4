import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createAllowedAddresses } from '@herald/outbound';
import { startSendGrid } from '@herald/vendors';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { type MailServerBehaviour, reply, startMailServer } from '../testing/mail-server.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import type { Stage, StageOptions } from '../testing/stage.ts';
import type { AccountOptions } from './kind.ts';

const LOOPBACK: AccountOptions = {
  timeout: 2_000,
  mailServers: createAllowedAddresses(['127.0.0.0/8']),
  hasOwnNetworks: true,
};

const stageFor = (options: Partial<StageOptions> = {}): Promise<Stage> => {
  const keys = randomBytes(32).toString('base64');
  const secrets = {
    installation: (name: string) => (name === 'encryption-key' ? keys : undefined),
  };
  return ready({ provider: fakeProvider(), accounts: LOOPBACK, secrets, ...options });
};

/** A mail server of this machine, and the account that sends by it. */
async function mailAccount(behaviour: MailServerBehaviour = {}) {
  const server = await startMailServer(behaviour);
  onTestFinished(server.close);
  const account = {
    provider: 'smtp',
    host: '127.0.0.1',
    port: Number(new URL(server.url).port),
    tls: 'none',
  };
  return { server, account };
}

const from = (email: string) => ({ email: { from: { email } } });

async function set(stage: Stage, patch: object): Promise<void> {
  const { status, body } = await stage.call('PATCH', '/v1/settings', patch);
  if (status > 201) throw new Error(JSON.stringify(body));
}

const writeSecret = (stage: Stage, name: string, value: string) =>
  stage.call('PUT', `/v1/settings/secrets/${name}`, { value });

const faultsOf = async (stage: Stage, content: object) => {
  const { status, body } = await stage.call('PUT', '/v1/settings', content);
  const faults = (body.errors ?? []).map((fault: { path: string; message: string }) => [
    fault.path,
    fault.message,
  ]);
  return { status, faults: Object.fromEntries(faults) as Record<string, string>, text: JSON.stringify(body) };
};

test('mail leaves by the workspace’s own account, with its secret, and nothing shows that', async () => {
  const logins: string[] = [];
  const { server, account } = await mailAccount({
    auth: (_turn, _session, { username, password }) => void logins.push(`${username} ${password}`),
  });
  const stage = await stageFor();
  await writeSecret(stage, 'office', 'pa55 w0rd');
  const office = { ...account, username: 'acme', password: 'secret://office' };
  await set(stage, { accounts: { office }, senders: from('news@acme.example') });
  await stage.ask();
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ provider: 'office', attempts: 1 });
  expect(server.received.map((mail) => mail.from)).toEqual(['news@acme.example']);
  expect(logins).toEqual(['acme pa55 w0rd']);
  expect(stage.provider.sent).toEqual([]);
  expect(await stage.providersOf('email')).toEqual([{ provider: 'office', kind: 'smtp', state: 'open' }]);
  const shown = await Promise.all([
    stage.call('GET', '/v1/settings'),
    stage.call('GET', '/v1/messages/m1'),
    stage.message('m1'),
  ]);
  expect(JSON.stringify([shown, stage.recorded])).not.toMatch(/pa55|cGE1NS/);
  await expectReplayable(stage);
});

test('a wrong password stops its own account and no other; the right one opens it at once', async () => {
  const { server, account } = await mailAccount({
    auth: (_turn, _session, { password }) =>
      password === 'right' ? undefined : reply(535, `5.7.8 bad password ${password}`),
  });
  const stage = await stageFor();
  await writeSecret(stage, 'office', 'wrong-one');
  const office = { ...account, username: 'acme', password: 'secret://office' };
  await set(stage, { accounts: { office }, senders: from('news@acme.example') });
  await stage.ask();
  const { state } = await stage.until('m1', 'scheduled');
  const [view] = await stage.providersOf('email');
  expect(view).toMatchObject({ provider: 'office', state: 'stopped', lastFailure: { code: '535 5.7.8' } });
  expect(JSON.stringify([view, state, stage.recorded])).not.toContain('wrong-one');
  const metrics = () => stage.metrics.registry.metrics();
  expect(await metrics()).toContain('herald_accounts_shut{channel="email",provider="smtp"} 1');
  expect(await metrics()).toContain('herald_provider_shut{channel="email",provider="fake"} 0');
  const { providers: others } = await stage.channel('email', 'globex');
  expect(others).toEqual([{ provider: 'fake', state: 'open' }]);

  await writeSecret(stage, 'office', 'right');
  expect(await stage.providersOf('email')).toEqual([{ provider: 'office', kind: 'smtp', state: 'open' }]);
  expect(await metrics()).toContain('herald_accounts_shut{channel="email",provider="smtp"} 0');
  await stage.at(state.dueAt);
  await stage.until('m1', 'sent');
  expect(server.received).toHaveLength(1);
});

test('a stream has senders and providers of its own, in order, and a template or its topic names it', async () => {
  const first = await mailAccount({ mailFrom: () => reply(451, '4.3.0 later') });
  const second = await mailAccount();
  const stage = await stageFor();
  const marketing = { senders: from('offers@acme.example'), providers: { email: ['bulk', 'spare'] } };
  await set(stage, {
    accounts: { bulk: first.account, spare: second.account },
    senders: from('hello@acme.example'),
    providers: { email: ['fake'] },
    streams: { marketing },
    topics: [{ id: 'offers', name: 'Offers', stream: 'marketing' }],
  });
  const said = { subject: 's', text: 't' };
  await stage.template('offer', { ...said, topic: 'offers' });
  await stage.template('sale', { ...said, stream: 'marketing' });
  await stage.template('receipt', { ...said, transactional: true });
  for (const template of ['offer', 'sale', 'receipt']) {
    await stage.ask({ messageId: template, template });
    await stage.until(template, 'sent');
  }
  expect(second.server.received.map((mail) => mail.from)).toEqual([
    'offers@acme.example',
    'offers@acme.example',
  ]);
  expect(stage.provider.sent.map((mail) => mail.from.email)).toEqual(['hello@acme.example']);
  expect((await stage.message('sale'))?.state).toMatchObject({ provider: 'spare', attempts: 2 });
  expect(await stage.metrics.registry.metrics()).toContain(
    'herald_account_failovers_total{channel="email",provider="smtp"} 2',
  );
  const { streams } = await stage.channel('email');
  expect(streams).toMatchObject([
    { stream: 'marketing', sender: { from: 'offers@acme.example' }, providers: [{ provider: 'bulk' }, {}] },
  ]);
});

test('messages that wait for an account that is removed leave by what is left, or fail with the reason', async () => {
  const { account } = await mailAccount({ mailFrom: () => reply(451, '4.3.0 later') });
  const stage = await stageFor();
  await set(stage, {
    accounts: { bulk: account },
    senders: from('news@acme.example'),
    streams: { marketing: { providers: { email: ['bulk'] } } },
  });
  await stage.template('sale', { subject: 's', text: 't', stream: 'marketing' });
  await stage.ask({ messageId: 'plain' });
  await stage.ask({ messageId: 'sale', template: 'sale' });
  const waits = [await stage.until('plain', 'scheduled'), await stage.until('sale', 'scheduled')];
  const { body } = await stage.call('PATCH', '/v1/settings', { accounts: null, streams: null });
  expect(body.warnings).toEqual([expect.stringContaining('streams.marketing is gone')]);
  await stage.at(Math.max(...waits.map(({ state }) => state.dueAt)));
  expect((await stage.until('plain', 'sent')).state.provider).toBe('fake');
  expect((await stage.until('sale', 'failed')).state.reason).toBe(
    'no_stream: the settings have no stream marketing',
  );
});

test('settings refuse accounts that cannot be right, each fault with its place', async () => {
  const stage = await stageFor({
    accounts: { ...LOOPBACK, mailServers: createAllowedAddresses([]), hasOwnNetworks: false },
  });
  const shape = await faultsOf(stage, {
    accounts: {
      grid: { provider: 'sendgrid', apiKey: 'SG.pasted-by-mistake' },
      'No Name': { provider: 'smtp' },
    },
  });
  expect(shape.status).toBe(400);
  expect(Object.keys(shape.faults)).toContain('/accounts/grid/apiKey');
  expect(shape.text).not.toContain('pasted-by-mistake');

  const { status, faults } = await faultsOf(stage, {
    accounts: {
      smtp: { provider: 'smtp', host: 'mail.acme.example' },
      inside: { provider: 'smtp', host: '169.254.169.254', port: 80, tls: 'none', username: 'a' },
      empty: { provider: 'sendgrid', host: 'mail.acme.example', webhookKey: 'no key' },
      phones: {
        provider: 'twilio',
        accountSid: `AC${'0'.repeat(32)}`,
        authToken: 'secret://t',
        number: '12',
      },
    },
    providers: { sms: ['phones'], call: ['gone'] },
    streams: { marketing: { providers: { email: ['phones'] } } },
    topics: [{ id: 'news', name: 'News', stream: 'gone' }],
  });
  expect(status).toBe(422);
  expect(faults).toMatchObject({
    '/accounts/smtp': expect.stringContaining('another name'),
    '/accounts/inside/host': expect.stringContaining('not public'),
    '/accounts/inside/port': 'must be one of 25, 465, 587, 2525',
    '/accounts/inside/tls': expect.stringContaining('encrypted'),
    '/accounts/inside/password': expect.stringContaining('user and password'),
    '/accounts/empty/apiKey': 'must be given',
    '/accounts/empty/host': 'is not for sendgrid, which has apiKey, region, webhookKey',
    '/accounts/phones/number': expect.stringContaining('such as +14155550100'),
    '/providers/call/0': 'must be one that is set up here: phones',
    '/providers/email': expect.stringContaining('several accounts send email'),
    '/streams/marketing/providers/email/0': expect.stringContaining('must be one that is set up here'),
    '/topics/0/stream': 'must be a stream of the settings: marketing',
  });
  const missing = await faultsOf(stage, {
    accounts: { grid: { provider: 'sendgrid', apiKey: 'secret://not-there' } },
  });
  expect(missing.faults).toEqual({
    '/accounts/grid/apiKey': 'must name a secret that is there: PUT /v1/settings/secrets/not-there first',
  });
});

test('a name that leads to an internal address is not called, and the message says so', async () => {
  const { server, account } = await mailAccount();
  const stage = await stageFor({
    accounts: { ...LOOPBACK, mailServers: createAllowedAddresses(['10.1.0.0/16']), hasOwnNetworks: true },
  });
  await set(stage, {
    accounts: { office: { ...account, host: 'localhost' } },
    senders: from('a@acme.example'),
  });
  await stage.ask();
  const { state } = await stage.until('m1', 'scheduled');
  expect(state.reason).toContain('it leads to an address that is not public');
  expect(server.ended()).toBe(0);
  expect(await stage.providersOf('email')).toMatchObject([{ provider: 'office', state: 'stopped' }]);
});

test('an account never sends as the installation', async () => {
  const { server, account } = await mailAccount();
  const stage = await stageFor();
  await set(stage, { accounts: { office: account } });
  expect((await stage.channel('email')).problem).toContain('no_sender');
  await stage.ask();
  expect((await stage.until('m1', 'failed')).state.reason).toContain('no_sender');
  expect(server.ended()).toBe(0);
});

test('an account is tried with a message to an address of one’s own', async () => {
  const sendgrid = await startSendGrid({ apiKey: 'SG.right' });
  onTestFinished(() => sendgrid.close());
  const stage = await stageFor({ accounts: { ...LOOPBACK, sendgridUrl: sendgrid.url } });
  await writeSecret(stage, 'grid', 'SG.wrong-key');
  await set(stage, {
    accounts: { grid: { provider: 'sendgrid', apiKey: 'secret://grid' } },
    senders: from('news@acme.example'),
  });
  const tryIt = (body: object, token?: string) =>
    stage.call('POST', '/v1/settings/accounts/grid/test', body, token);
  const refused = await tryIt({ to: 'me@acme.example' });
  expect(refused).toMatchObject({ status: 502, body: { code: 'provider_credentials' } });
  expect(JSON.stringify(refused)).not.toContain('SG.wrong-key');
  await writeSecret(stage, 'grid', 'SG.right');
  expect(await tryIt({ to: 'me@acme.example' })).toMatchObject({ status: 200, body: { outcome: 'sent' } });
  expect(sendgrid.mails).toHaveLength(1);
  expect((await tryIt({ to: 'me@acme.example', channel: 'sms' })).body.errors[0].path).toBe('/channel');
  expect((await tryIt({ to: 'nowhere' })).body.errors[0].path).toBe('/to');
  expect((await tryIt({ to: 'me@acme.example' }, 'globex')).status).toBe(404);
  stage.scopes.current = ['settings:read'];
  expect((await tryIt({ to: 'me@acme.example' })).status).toBe(403);
});

test('another replica takes a changed account without a restart', async () => {
  const [before, after] = [await mailAccount(), await mailAccount()];
  const stage = await stageFor();
  await stage.addReplica();
  await set(stage, { accounts: { office: before.account }, senders: from('news@acme.example') });
  await stage.ask({ messageId: 'm1' });
  await stage.until('m1', 'sent');
  await set(stage, { accounts: { office: after.account } });
  // Either replica may take each of them.
  const ids = ['m2', 'm3', 'm4', 'm5', 'm6', 'm7'];
  for (const messageId of ids) {
    await stage.ask({ messageId });
    await stage.until(messageId, 'sent');
  }
  await vi.waitFor(() => expect(after.server.received.length).toBeGreaterThanOrEqual(ids.length - 1));
  expect(before.server.received.length + after.server.received.length).toBe(ids.length + 1);
});

test('the examples of docs/channels.md are accepted as they are', async () => {
  const page = await readFile(new URL('../../../../docs/channels.md', import.meta.url), 'utf8');
  const [, section = ''] = /\n## Accounts of a workspace\n(.*?)\n## /s.exec(page) ?? [];
  const examples = [...section.matchAll(/```json\n(PUT|PATCH) (\S+)\n(.*?)```/gs)];
  expect(examples).toHaveLength(3);
  const stage = await stageFor();
  for (const [, method, path = '', body = ''] of examples) {
    const answer = await stage.call(method === 'PUT' ? 'PUT' : 'PATCH', path, JSON.parse(body));
    expect(answer).toMatchObject({ status: 201 });
  }
  expect((await stage.channel('email')).providers.map((each: { kind: string }) => each.kind)).toEqual([
    'smtp',
    'sendgrid',
  ]);
});
