import type { ProviderOutcome } from '@herald/domain';
import { span } from '@herald/domain';
import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver, startSendGrid, startTwilio } from '@herald/vendors';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSendGridProvider } from '../channels/email/sendgrid/sendgrid-provider.ts';
import { createTwilioProviders } from '../channels/phone/twilio/twilio-providers.ts';
import type { OutgoingSms } from '../channels/sms/message.ts';
import { createWebhookProvider } from '../channels/webhook/webhook-provider.ts';
import type { Provider } from '../providers/provider.ts';
import { type FakeProvider, fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, optedOut, ready } from '../testing/ready.ts';
import { type Stage, type StageOptions, T0 } from '../testing/stage.ts';

const ADA = { email: 'ada@home.example', firstName: 'Ada', phone: '+1 415-555-0101' };
const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

const named = (name: string, provider: FakeProvider): FakeProvider => ({ ...provider, name });
const sequence = (...outcomes: ProviderOutcome[]) =>
  fakeProvider((turn) => outcomes[turn - 1] ?? { kind: 'sent' });
const down: ProviderOutcome = { kind: 'temporary', about: 'provider', reason: '503' };

async function put(stage: Stage, id: string, template: object): Promise<void> {
  const saved = await stage.call('PUT', `/v1/templates/${id}`, template);
  expect(saved).toMatchObject({ status: 201 });
}

test('a text is sent to the person’s phone, by the workspace’s number', async () => {
  const vendor = await startTwilio();
  onTestFinished(() => vendor.close());
  const { sms } = createTwilioProviders({ ...vendor, callbacks: 'https://herald.example' });
  const stage = await ready({ providers: { sms: [sms] } });
  await stage.call('PUT', '/v1/settings', { senders: { sms: { from: '+14155550100' } } });
  await put(stage, 'hi', {
    channel: 'sms',
    text: 'Hi <%= it.prospect.traits.firstName %>! Stop: <%= it.links.unsubscribe %>',
  });
  await stage.prospect({ traits: ADA });
  await stage.ask({ channel: 'sms', template: 'hi' });
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ to: '+14155550101', provider: 'twilio', providerId: vendor.texts[0]?.sid });
  expect(vendor.texts).toMatchObject([
    {
      from: '+14155550100',
      to: '+14155550101',
      body: expect.stringMatching(/^Hi Ada! Stop: https:\/\/herald\.example\/u\/[\w.-]+$/),
      statusCallback: expect.stringMatching(/^https:\/\/herald\.example\/callbacks\/twilio\/[\w-]+\.[\w-]+$/),
    },
  ]);
  expect(stage.story('m1')).toEqual(['sms.sent']);
  await expectReplayable(stage);
});

test('a call says what its template says, with pauses and a menu', async () => {
  const vendor = await startTwilio();
  onTestFinished(() => vendor.close());
  const { call } = createTwilioProviders({
    ...vendor,
    number: '+14155550100',
    callbacks: 'https://herald.example',
  });
  const stage = await ready({ providers: { call: [call] } });
  await put(stage, 'script', {
    channel: 'call',
    text: 'Hello <%= it.prospect.traits.firstName %>.\n[pause 2s]\nPress 1 to talk.',
    language: 'en-GB',
    menu: [{ key: '1', say: 'We call you, <%= it.prospect.traits.firstName %>.' }],
  });
  await stage.prospect({ traits: ADA });
  await stage.ask({ channel: 'call', template: 'script' });
  await stage.until('m1', 'sent');
  await vendor.settled();
  expect(vendor.calls[0]?.heard).toEqual(['Hello Ada.', '(2 s)', 'Press 1 to talk.']);
  expect(vendor.calls[0]?.twiml).toContain('say1=We+call+you%2C+Ada.');
  expect(stage.story('m1')).toEqual(['call.sent']);
});

async function withWebhooks(options: StageOptions = {}, timeout = 1_000) {
  const receiver = await startReceiver();
  const webhook = createWebhookProvider({
    allowed: createAllowedAddresses(['127.0.0.1/32']),
    timeout,
  });
  onTestFinished(() => receiver.close());
  const secrets = { read: (_workspace: string, name: string) => (name === 'webhook' ? SECRET : undefined) };
  const stage = await ready({ providers: { webhook: [webhook] }, secrets, ...options });
  await put(stage, 'crm', {
    channel: 'webhook',
    body:
      '{ "who": <%= it.prospect.id %>, "name": <%= it.prospect.traits.name ?? null %>, "event": <%= ' +
      'it.event.data %> }',
    headers: { 'X-Step': '<%= it.message.stepId %>' },
  });
  const ask = (more: object = {}) =>
    stage.ask({ channel: 'webhook', template: 'crm', url: `${receiver.url}/hook?key=hidden`, ...more });
  return { stage, receiver, ask };
}

test('a webhook goes where the campaign says, signed, whatever the person subscribes to', async () => {
  const { stage, receiver, ask } = await withWebhooks();
  await stage.prospect({ subscriptions: optedOut('all'), traits: { name: 'Ada "the" \\ first' } });
  await ask();
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ to: receiver.url, provider: 'http' });
  const [request] = receiver.requests;
  expect(request?.headers).toMatchObject({ 'x-step': 'hello', 'webhook-id': 'm1' });
  expect(new Webhook(SECRET).verify(request?.body ?? '', request?.headers as Record<string, string>)).toEqual(
    {
      who: 'ada',
      name: 'Ada "the" \\ first',
      event: { plan: 'pro' },
    },
  );
  await expectReplayable(stage);
});

test('a webhook that fails is tried by the schedule of Standard Webhooks, with the same id', async () => {
  const { stage, receiver, ask } = await withWebhooks();
  receiver.answerNext({ status: 400 }, { status: 404 }, { status: 503, headers: { 'retry-after': '7200' } });
  await ask();
  const rests: number[] = [];
  for (let tries = 1; tries <= 3; tries += 1) {
    await vi.waitFor(() => expect(receiver.requests).toHaveLength(tries));
    const { state } = await stage.until('m1', 'scheduled');
    rests.push(state.dueAt - stage.clock.now());
    await stage.at(state.dueAt);
  }
  await stage.until('m1', 'sent');
  const [first = 0, second = 0, third = 0] = rests;
  expect(first / span.SECOND).toBeGreaterThanOrEqual(3.75);
  expect(first / span.SECOND).toBeLessThanOrEqual(6.25);
  expect(second / span.MINUTE).toBeGreaterThanOrEqual(3.75);
  expect(second / span.MINUTE).toBeLessThanOrEqual(6.25);
  expect(third).toBe(2 * span.HOUR);
  expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['m1', 'm1', 'm1', 'm1']);
});

test('a receiver that wants no more is asked no more', async () => {
  const { stage, receiver, ask } = await withWebhooks();
  receiver.answerNext({ status: 410 });
  await ask();
  expect((await stage.until('m1', 'failed')).state.reason).toContain('wants no more');
  expect(receiver.requests).toHaveLength(1);
});

test('a receiver that fails again and again is left alone for a while, and others of the same workspace are not', async () => {
  const { stage, receiver, ask } = await withWebhooks({ gates: { failures: 2 } });
  const other = await startReceiver();
  onTestFinished(() => other.close());
  receiver.answerAlways({ status: 500 });
  for (const messageId of ['a1', 'a2']) {
    await ask({ messageId });
    await stage.until(messageId, 'scheduled');
  }
  await ask({ messageId: 'a3' });
  const { state } = await stage.until('a3', 'scheduled');
  expect(state).toMatchObject({
    attempts: 0,
    reason: 'http is given nothing now: the receiver answered 500',
  });
  expect(receiver.requests).toHaveLength(2);
  await ask({ messageId: 'b1', url: other.url });
  await stage.until('b1', 'sent');
});

test('a webhook without a secret is not sent, and says what is missing', async () => {
  const { stage, ask } = await withWebhooks({ secrets: { read: () => undefined } });
  await ask();
  expect((await stage.until('m1', 'failed')).state.reason).toBe(
    'no_sender: the workspace has no secret webhook, which signs its webhooks; put it into the file ' +
      'acme.webhook in SECRETS_DIR',
  );
});

test.each([
  ['sms', 'no phone', {}],
  ['sms', 'a national number', { phone: '0301 234567' }],
  ['call', 'two numbers', { phone: '+14155550101, +14155550102' }],
  ['call', 'words', { phone: 'call me' }],
])('no %s to somebody who has %s', async (channel, _what, traits) => {
  const send = vi.fn(async (): Promise<ProviderOutcome> => ({ kind: 'sent' }));
  const common = { name: 'f', timeout: 100, connections: 1, send, async close() {} };
  const stage = await ready({
    providers: { sms: [{ ...common, channel: 'sms' }], call: [{ ...common, channel: 'call' }] },
  });
  await put(stage, 't', { channel, text: 'x' });
  await stage.prospect({ traits });
  await stage.ask({ channel: channel as 'sms', template: 't' });
  expect((await stage.until('m1', 'suppressed')).state.reason).toBe('no_address');
  expect(send).not.toHaveBeenCalled();
});

test('a template of another channel is no template', async () => {
  const sms: Provider<OutgoingSms> = {
    ...{ channel: 'sms', name: 'f', timeout: 100, connections: 1 },
    send: async () => ({ kind: 'sent' }),
    async close() {},
  };
  const stage = await ready({ providers: { sms: [sms] } });
  await stage.prospect({ traits: ADA });
  await stage.ask({ channel: 'sms', template: 'welcome' });
  expect((await stage.until('m1', 'failed')).state.reason).toBe('template_unknown: welcome');
});

test('what the first provider certainly did not take goes to the second, at once and visibly', async () => {
  const first = named('first', sequence(down));
  const second = named('second', fakeProvider());
  const stage = await ready({ providers: { email: [first, second] } });
  await stage.ask();
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ provider: 'second', attempts: 2 });
  expect([first.sent.length, second.sent.length]).toEqual([1, 1]);
  expect(stage.recorded.map(({ type, data }) => `${type} ${data.provider} ${data.reason ?? ''}`)).toEqual([
    'email.scheduled first first: 503; goes to second',
    'email.sent second ',
  ]);
  expect(await stage.metrics.registry.metrics()).toContain(
    'herald_provider_failovers_total{channel="email",provider="first"} 1',
  );
  await expectReplayable(stage);
});

test.each<[string, ProviderOutcome, 'unknown' | 'failed']>([
  ['may have taken', { kind: 'unknown', reason: 'no answer' }, 'unknown'],
  ['refuses for good', { kind: 'permanent', reason: '550' }, 'failed'],
])('what the first provider %s never goes to the second', async (_what, outcome, status) => {
  const [first, second] = [named('first', sequence(outcome)), named('second', fakeProvider())];
  const stage = await ready({ providers: { email: [first, second] } });
  await stage.ask();
  await stage.until('m1', status);
  expect([first.sent.length, second.sent.length]).toEqual([1, 0]);
});

test('when no provider took it, it rests, and then all are tried again', async () => {
  const [first, second] = [named('first', sequence(down)), named('second', sequence(down))];
  const stage = await ready({ providers: { email: [first, second] } });
  await stage.ask();
  await vi.waitFor(() => expect(second.sent).toHaveLength(1));
  const { state } = await stage.until('m1', 'scheduled');
  expect(state.dueAt).toBeGreaterThan(T0 + 5 * span.SECOND);
  await stage.at(state.dueAt);
  expect((await stage.until('m1', 'sent')).state).toMatchObject({ provider: 'first', attempts: 3 });
});

test('a workspace chooses its providers and their order', async () => {
  const [first, second] = [named('first', fakeProvider()), named('second', fakeProvider())];
  const stage = await ready({ providers: { email: [first, second] } });
  await stage.call('PUT', '/v1/settings', { providers: { email: ['second'] } });
  await stage.ask();
  expect((await stage.until('m1', 'sent')).state.provider).toBe('second');
  expect(await stage.providersOf('email')).toEqual([{ provider: 'second', state: 'open' }]);
});

test('a provider that throttles slows its whole channel, in order, until it takes messages again', async () => {
  const provider = sequence({ kind: 'throttled', reason: '429: too many', retryAfter: 30_000 });
  const stage = await ready({ provider });
  await stage.ask({ messageId: 'm1' });
  await stage.until('m1', 'scheduled');
  for (const messageId of ['m2', 'm3', 'm4']) {
    await stage.ask({ messageId });
    await stage.until(messageId, 'scheduled');
  }
  expect(provider.sent).toHaveLength(1);
  const dues = await Promise.all(
    ['m1', 'm2', 'm3', 'm4'].map(async (id) => (await stage.message(id))?.state.dueAt),
  );
  expect(dues.map((due) => (due ?? 0) - T0)).toEqual([30_000, 30_020, 30_040, 30_060]);
  const at = new Date(T0).toISOString();
  expect(await stage.providersOf('email')).toEqual([
    {
      ...{ provider: 'fake', state: 'throttled', reason: '429' },
      until: new Date(T0 + 30_000).toISOString(),
      lastFailure: { at, outcome: 'throttled', code: '429', reason: '429: too many' },
    },
  ]);
  for (const [index, due] of dues.entries()) {
    await stage.at(due ?? 0);
    await stage.until(`m${index + 1}`, 'sent');
  }
  expect(provider.sent.map(({ messageId }) => messageId)).toEqual(['m1', 'm1', 'm2', 'm3', 'm4']);
  expect((await stage.message('m1'))?.tries).toMatchObject({ count: 1 });
  await expectReplayable(stage);
});

test('a provider that refuses our credentials is stopped, everybody can see it, and a trial resumes it', async () => {
  const provider = sequence({ kind: 'credentials', reason: '401: revoked' });
  const stage = await ready({ provider });
  await stage.ask({ messageId: 'm1' });
  await stage.until('m1', 'scheduled');
  await stage.ask({ messageId: 'm2' });
  const { state } = await stage.until('m2', 'scheduled');
  expect(state).toMatchObject({ attempts: 0, reason: 'fake is given nothing now: 401' });
  expect(provider.sent).toHaveLength(1);
  expect(await stage.providersOf('email')).toMatchObject([
    { provider: 'fake', state: 'stopped', reason: '401' },
  ]);
  const shut = 'herald_provider_shut{channel="email",provider="fake"}';
  expect(await stage.metrics.registry.metrics()).toContain(`${shut} 1`);
  await stage.at((await stage.message('m1'))?.state.dueAt ?? 0);
  await stage.until('m1', 'sent');
  await stage.at(Math.max(stage.clock.now(), (await stage.message('m2'))?.state.dueAt ?? 0));
  await stage.until('m2', 'sent');
  expect(await stage.metrics.registry.metrics()).toContain(`${shut} 0`);
});

test('a provider that fails again and again is left alone, and its messages go to the second at once', async () => {
  const first = named(
    'first',
    fakeProvider(() => down),
  );
  const second = named('second', fakeProvider());
  const stage = await ready({ providers: { email: [first, second] }, gates: { failures: 2 } });
  for (const messageId of ['m1', 'm2', 'm3', 'm4']) {
    await stage.ask({ messageId });
    await stage.until(messageId, 'sent');
  }
  expect(first.sent.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
  expect(second.sent).toHaveLength(4);
  expect(stage.story('m3')).toEqual(['email.sent']);
});

test('what was withdrawn or unsubscribed from while a provider was shut does not wait for it to open', async () => {
  const stage = await ready({ provider: sequence({ kind: 'credentials', reason: '401' }) });
  await stage.ask({ messageId: 'm1' });
  await stage.until('m1', 'scheduled');
  await stage.prospect({ subscriptions: optedOut('email') });
  await stage.ask({ messageId: 'm2' });
  expect((await stage.until('m2', 'suppressed')).state.reason).toContain('unsubscribed');
});

test('a mail goes by SendGrid with a reference that nobody can read a person from', async () => {
  const vendor = await startSendGrid();
  onTestFinished(() => vendor.close());
  const provider = createSendGridProvider({ apiKey: 'SG.key', url: vendor.url });
  const stage = await ready({ providers: { email: [provider] } });
  await stage.ask();
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ provider: 'sendgrid', providerId: vendor.mails[0]?.id });
  const { custom_args: args, headers } = vendor.mails[0]?.mail ?? {};
  expect(args).toEqual({ herald: expect.stringMatching(/^[\w-]+\.[\w-]+$/) });
  expect(JSON.stringify(args)).not.toContain('home.example');
  expect(headers).toMatchObject({ 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
});

test('a receiver that is slow takes no more than its share, and the others do not wait for it', async () => {
  const { stage, receiver, ask } = await withWebhooks({ gates: { atOnce: 2 } }, 5_000);
  const other = await startReceiver();
  onTestFinished(() => other.close());
  receiver.answerAlways('hang');
  for (const messageId of ['s1', 's2']) await ask({ messageId });
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(2));
  await ask({ messageId: 's3' });
  expect((await stage.until('s3', 'scheduled')).state).toMatchObject({
    attempts: 0,
    reason: 'http is given nothing now: 2 calls are under way',
  });
  await ask({ messageId: 'o1', url: other.url });
  await stage.until('o1', 'sent');
  expect(receiver.requests).toHaveLength(2);
});
