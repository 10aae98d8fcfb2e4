import type { ProviderOutcome } from '@herald/domain';
import { startSendGrid, startTwilio } from '@herald/vendors';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createSendGridProvider } from '../channels/email/sendgrid/sendgrid-provider.ts';
import { createTwilioProviders } from '../channels/phone/twilio/twilio-providers.ts';
import type { OutgoingSms } from '../channels/sms/message.ts';
import type { Provider } from '../providers/provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import type { Stage } from '../testing/stage.ts';

const ADA = { email: 'ada@home.example', firstName: 'Ada', phone: '+1 415-555-0101' };

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

test('a template of another channel is not used', async () => {
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
