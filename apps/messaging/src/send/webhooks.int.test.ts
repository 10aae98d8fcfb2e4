import { span } from '@herald/domain';
import { createAllowedAddresses } from '@herald/outbound';
import { startReceiver } from '@herald/vendors';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createWebhookProvider } from '../channels/webhook/webhook-provider.ts';
import { expectReplayable, optedOut, ready } from '../testing/ready.ts';
import type { Stage, StageOptions } from '../testing/stage.ts';

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

async function put(stage: Stage, id: string, template: object): Promise<void> {
  const saved = await stage.call('PUT', `/v1/templates/${id}`, template);
  expect(saved).toMatchObject({ status: 201 });
}

async function withWebhooks(options: StageOptions = {}) {
  const receiver = await startReceiver();
  const webhook = createWebhookProvider({
    allowed: createAllowedAddresses(['127.0.0.1/32']),
    timeout: 10_000,
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

test('a webhook goes where the campaign says, signed, whatever the person is subscribed to', async () => {
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

test('a receiver that answers 410 is not called again', async () => {
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
    'no_sender: the workspace has no secret webhook, which signs its webhooks; ' +
      'PUT /v1/settings/secrets/webhook, or mount the file acme.webhook in SECRETS_DIR',
  );
});

test('a slow receiver takes no more than its share, and the others do not wait for it', async () => {
  const { stage, receiver, ask } = await withWebhooks({ gates: { atOnce: 2 } });
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
