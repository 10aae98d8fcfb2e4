import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Client,
  createClient,
  freePort,
  type LoggedEvent,
  type Message,
  startHerald,
  WORKSPACE,
  writeCredentials,
} from '@herald/harness';
import { startReceiver, startSendGrid, startTwilio } from '@herald/vendors';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

/**
 * Herald in one process, with servers that behave as SendGrid, Twilio and a receiver of webhooks, over HTTP.
 */

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const US = '+14155550100';
const PHONES = { ada: '+14155550101', bob: '+14155550102' };

const CAMPAIGN = (hook: string) => `
id: trial
enter: { on: trial.started }
steps:
  - { id: mail, email: { template: mail } }
  - { id: text, sms: { template: text } }
  - { id: phone, call: { template: script } }
  - id: pressed
    waitFor: { on: call.key_pressed, when: event.data.stepId == "phone" && event.data.key == "1", timeout: PT20S }
    then: [{ id: tell, webhook: { url: "${hook}", template: hook } }]
    else: []
`;

let stop = async (): Promise<void> => {};
let client: Client;
let sendgrid: Awaited<ReturnType<typeof startSendGrid>>;
let twilio: Awaited<ReturnType<typeof startTwilio>>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'herald-channels-'));
  const { apiKey, env } = await writeCredentials(dir);
  await writeFile(join(dir, 'secrets', `${WORKSPACE}.webhook`), SECRET, { mode: 0o600 });
  const port = await freePort();
  sendgrid = await startSendGrid({
    apiKey: 'SG.key',
    reportTo: `http://127.0.0.1:${port}/callbacks/sendgrid`,
  });
  twilio = await startTwilio({
    phones: { [PHONES.ada]: { press: ['1'] }, [PHONES.bob]: { text: 'undelivered', call: 'busy' } },
  });
  receiver = await startReceiver();
  const herald = startHerald(
    {
      ...env,
      PORT: String(port),
      ADMIN_PORT: '0',
      DATA_DIR: join(dir, 'data'),
      SENDER: 'Acme <news@acme.example>',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SENDGRID_API_KEY: 'SG.key',
      SENDGRID_URL: sendgrid.url,
      SENDGRID_WEBHOOK_KEY: sendgrid.webhookKey,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_URL: twilio.url,
      TWILIO_NUMBER: US,
      WEBHOOK_ALLOW: '127.0.0.1/32',
    },
    join(dir, 'log.jsonl'),
  );
  stop = async () => {
    expect(await herald.stop()).toBe(0);
    await Promise.all([sendgrid.close(), twilio.close(), receiver.close()]);
    await rm(dir, { recursive: true, force: true });
  };
  const { http } = await herald.ready;
  client = createClient(http, apiKey);
  await client.put('/v1/templates/mail', {
    channel: 'email',
    subject: 'Hi <%= it.prospect.traits.name %>',
    text: 'Hello',
  });
  await client.put('/v1/templates/text', { channel: 'sms', text: 'Hi <%= it.prospect.traits.name %>' });
  await client.put('/v1/templates/script', {
    channel: 'call',
    text: 'Hello <%= it.prospect.traits.name %>. [pause 1s] Press 1.',
    menu: [{ key: '1', say: 'Thank you & goodbye. [pause 2s] Really.' }],
  });
  await client.put('/v1/templates/hook', {
    channel: 'webhook',
    body: '{ "who": <%= it.prospect.traits.name %> }',
  });
  await client.put('/v1/campaigns/trial', CAMPAIGN(`${receiver.url}/hook`));
  await client.post('/v1/campaigns/trial/launch');
});
afterAll(() => stop());

const enters = (who: 'ada' | 'bob', email: string) =>
  client.post('/v1/events', [
    { type: 'prospect.updated', prospectId: who, data: { traits: { name: who, email, phone: PHONES[who] } } },
    { type: 'trial.started', prospectId: who },
  ]);
const statuses = async (who: string): Promise<Record<string, string>> => {
  const messages = await client.all<Message>(`/v1/messages?prospectId=${who}`);
  return Object.fromEntries(messages.map(({ stepId, status }) => [stepId, status]));
};
const types = async (who: string): Promise<string[]> =>
  (await client.all<LoggedEvent>(`/v1/events?prospectId=${who}`)).map(({ type }) => type);

test('a person gets a mail, a text and a call, presses a key, and somebody’s server gets a webhook', async () => {
  await enters('ada', 'ada@home.example');
  await vi.waitFor(
    async () =>
      expect(await statuses('ada')).toMatchObject({ mail: 'delivered', text: 'delivered', tell: 'sent' }),
    { timeout: 30_000, interval: 200 },
  );
  expect(sendgrid.mails.map(({ to }) => to)).toEqual(['ada@home.example']);
  expect(twilio.texts).toMatchObject([{ from: US, to: PHONES.ada, body: 'Hi ada' }]);
  // The webhook leaves when the key is pressed; the call goes on after that.
  await vi.waitFor(() =>
    expect(twilio.calls).toMatchObject([
      {
        pressed: ['1'],
        heard: ['Hello ada.', '(1 s)', 'Press 1.', 'Thank you & goodbye.', '(2 s)', 'Really.'],
      },
    ]),
  );
  const [request] = receiver.requests;
  const headers = request?.headers as Record<string, string>;
  expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toEqual({ who: 'ada' });
  await vi.waitFor(async () =>
    expect(await types('ada')).toEqual(
      expect.arrayContaining([
        'call.answered',
        'call.key_pressed',
        'call.completed',
        'sms.delivered',
        'webhook.sent',
      ]),
    ),
  );
  expect(twilio.callbacks.map(({ status }) => status)).toEqual(
    twilio.callbacks.map(() => expect.toBeOneOf([200, 204])),
  );
});

test('a mail that bounces, a text that does not arrive and a busy line are reported as such', async () => {
  await enters('bob', 'bounce@home.example');
  await vi.waitFor(
    async () => {
      expect(await statuses('bob')).toMatchObject({ mail: 'bounced' });
      expect(await types('bob')).toEqual(
        expect.arrayContaining(['email.bounced', 'sms.failed', 'call.busy']),
      );
    },
    { timeout: 30_000, interval: 200 },
  );
  expect(receiver.requests).toHaveLength(1);
});

test('vendors that answer 429 for a while lose nothing and get nothing twice', async () => {
  const before = { mails: sendgrid.mails.length, texts: twilio.texts.length };
  const tooMuch = {
    status: 429,
    headers: { 'retry-after': '1' },
    body: { errors: [{ message: 'too many requests' }] },
  };
  sendgrid.answerNext(tooMuch, tooMuch);
  twilio.answerNext(tooMuch, tooMuch);
  const people = Array.from({ length: 12 }, (_, index) => `person-${index}`);
  await client.post(
    '/v1/events',
    people.flatMap((who, index) => [
      {
        type: 'prospect.updated',
        prospectId: who,
        data: { traits: { name: who, email: `${who}@home.example`, phone: `+141555502${10 + index}` } },
      },
      { type: 'trial.started', prospectId: who },
    ]),
  );
  await vi.waitFor(
    async () => {
      for (const who of people)
        expect(await statuses(who)).toEqual({ mail: 'delivered', text: 'delivered', phone: 'completed' });
    },
    { timeout: 60_000, interval: 500 },
  );
  expect(
    sendgrid.mails
      .slice(before.mails)
      .map(({ to }) => to)
      .toSorted(),
  ).toEqual(people.map((who) => `${who}@home.example`).toSorted());
  expect(new Set(twilio.texts.slice(before.texts).map(({ to }) => to)).size).toBe(people.length);
  expect(twilio.texts.length - before.texts).toBe(people.length);
});
