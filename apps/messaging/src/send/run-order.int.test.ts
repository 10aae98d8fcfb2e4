import { collections, type SendRequest } from '@herald/contracts';
import { type ProviderOutcome, span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import type { OutgoingSms } from '../channels/sms/message.ts';
import type { Provider } from '../providers/provider.ts';
import { T0, WORKSPACE } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import type { Stage, StageOptions } from '../testing/stage.ts';

/** In the order in which providers were called: mails and texts alike. */
async function town(
  answer: (turn: number) => ProviderOutcome | Promise<ProviderOutcome> = () => ({ kind: 'sent' }),
  options: StageOptions = {},
) {
  const left: string[] = [];
  const provider = fakeProvider((turn, message) => {
    left.push(message.messageId);
    return answer(turn);
  });
  const phone: Provider<OutgoingSms> = {
    ...{ channel: 'sms', name: 'phone', timeout: 500, connections: 8 },
    async send(message) {
      left.push(message.messageId);
      return { kind: 'sent' };
    },
    async close() {},
  };
  const stage = await ready({ provider, providers: { sms: [phone] }, ...options });
  await stage.template('text', { channel: 'sms', text: 'Hello' });
  await stage.prospect({
    traits: { email: 'ada@home.example', firstName: 'Ada', phone: '+14155550101' },
  });
  return { ...stage, left };
}

const TEXT: Partial<SendRequest> = {
  messageId: 'm2',
  channel: 'sms',
  template: 'text',
  stepId: 'text',
  after: 'm1',
};
const senders = { sms: { from: '+14155550100' } };

/** Waits until the message stands behind another. */
const behind = (stage: Stage, id: string) =>
  vi.waitFor(
    async () => {
      const doc = await stage.message(id);
      if (doc?.hold?.waitlist.startsWith('after:') !== true) throw new Error(`${id} is not held`);
      return doc;
    },
    { interval: 5 },
  );

test('a text requested after a mail waits while the mail is tried again, and leaves right after it', async () => {
  const stage = await town((turn) =>
    turn === 1 ? { kind: 'temporary', reason: '451 later' } : { kind: 'sent' },
  );
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.ask();
  const { state: first } = await stage.until('m1', 'scheduled');
  await stage.ask(TEXT);
  const { state } = await stage.until('m2', 'scheduled');
  expect(state).toMatchObject({
    reason: 'run_order: email welcome of step hello leaves first',
    dueAt: first.dueAt,
  });
  expect((await stage.call('GET', '/v1/messages/m2')).body).toMatchObject({ waitlist: 'after:m1' });
  await stage.at(first.dueAt);
  await stage.until('m1', 'sent');
  await stage.until('m2', 'sent');
  expect(stage.left).toEqual(['m1', 'm1', 'm2']);
  await expectReplayable(stage, 'm2');
});

test('a message that comes before the one it follows waits for it, without an event', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.ask(TEXT);
  await behind(stage, 'm2');
  expect(stage.left).toEqual([]);
  await stage.ask();
  await stage.until('m2', 'sent');
  expect(stage.left).toEqual(['m1', 'm2']);
  expect(stage.story('m2')).toEqual(['sms.sent']);
});

test('a message that waits records why as soon as the one in front is put off', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', {
    senders,
    quietHours: [{ channel: 'email', from: '07:00', to: '12:00' }],
  });
  await stage.ask(TEXT);
  await behind(stage, 'm2');
  await stage.ask();
  const { state: first } = await stage.until('m1', 'scheduled');
  const { state } = await stage.until('m2', 'scheduled');
  expect(state).toMatchObject({ reason: expect.stringMatching(/^run_order: /), dueAt: first.dueAt });
  await stage.at(first.dueAt);
  await stage.until('m2', 'sent');
  expect(stage.left).toEqual(['m1', 'm2']);
});

test.each<[string, ProviderOutcome, 'failed' | 'bounced' | 'unknown']>([
  ['has failed', { kind: 'permanent', reason: 'no' }, 'failed'],
  ['has bounced', { kind: 'permanent', reason: 'no', bounce: 'soft' }, 'bounced'],
  ['may have left', { kind: 'unknown', reason: 'cut off' }, 'unknown'],
])('the next one leaves when the one in front %s', async (_what, outcome, status) => {
  const stage = await town(() => outcome);
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.ask(TEXT);
  await behind(stage, 'm2');
  await stage.ask();
  await stage.until('m1', status);
  await stage.until('m2', 'sent');
});

test('the next one leaves when the one in front is suppressed', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', {
    senders,
    caps: [{ channel: 'email', count: 1, per: 'P1D' }],
  });
  await stage.ask({ messageId: 'm0' });
  await stage.until('m0', 'sent');
  await stage.ask(TEXT);
  await stage.ask();
  await stage.until('m1', 'suppressed');
  await stage.until('m2', 'sent');
});

test('a whole run behind a cap leaves in order, and other runs do not wait', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', {
    senders,
    caps: [{ channel: 'email', count: 1, per: 'PT1H', then: 'delay' }],
  });
  await stage.ask({ messageId: 'm0' });
  await stage.until('m0', 'sent');
  const chain = ['m1', 'm2', 'm3', 'm4'];
  for (const [n, messageId] of chain.entries())
    await stage.ask({ ...(n % 2 === 1 ? TEXT : {}), messageId, ...(n > 0 && { after: chain[n - 1] ?? '' }) });
  await stage.until('m2', 'scheduled');
  await stage.ask({ ...TEXT, messageId: 'other', enrollmentId: 'e1', after: 'm0' });
  await stage.until('other', 'sent');
  await stage.by(span.HOUR);
  await stage.until('m2', 'sent');
  await stage.until('m3', 'scheduled');
  await stage.by(span.HOUR);
  await stage.until('m4', 'sent');
  expect(stage.left).toEqual(['m0', 'other', ...chain]);
});

test('a withdrawal also ends messages that wait behind another', async () => {
  const stage = await town(() => ({ kind: 'temporary', reason: '451' }));
  await stage.ask();
  await stage.until('m1', 'scheduled');
  await stage.ask(TEXT);
  await stage.until('m2', 'scheduled');
  await stage.withdraw('e1');
  await stage.until('m1', 'withdrawn');
  await stage.until('m2', 'withdrawn');
});

test('a message forgotten behind another continues with the next sweep', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.ask(TEXT);
  const held = await behind(stage, 'm2');
  // The message in front has ended, and the process that ended it was cut off before it published that.
  const { after: _none, ...request } = held.request ?? expect.unreachable();
  await stage.store.collection(collections.messages).write([
    {
      doc: {
        ...{ workspace: WORKSPACE, id: 'm1', version: 1, cause: held.cause, outbox: [], request },
        state: { ...held.state, messageId: 'm1', status: 'sent', version: 1 },
      },
      ifVersion: null,
    },
  ]);
  await stage.at(held.sweepAt ?? T0);
  await stage.until('m2', 'sent');
});

test('a message whose predecessor never comes does not wait for ever', async () => {
  const stage = await town();
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.ask(TEXT);
  await behind(stage, 'm2');
  await stage.by(2 * span.HOUR);
  await stage.until('m2', 'sent');
});

test('with two replicas a hundred runs keep their order while one provider falters', async () => {
  const stage = await town((turn) =>
    turn % 3 === 0 ? { kind: 'temporary', reason: '451' } : { kind: 'sent' },
  );
  await stage.call('PUT', '/v1/settings', { senders });
  await stage.addReplica();
  const runs = Array.from({ length: 100 }, (_, n) => n);
  await stage.broker.publish(
    runs.flatMap((n) => [
      stage.requestOf({ ...TEXT, messageId: `b${n}`, after: `a${n}` }),
      stage.requestOf({ messageId: `a${n}` }),
    ]),
  );
  await vi.waitFor(
    async () => {
      await stage.by(span.MINUTE);
      const all = await Promise.all(runs.map((n) => stage.message(`b${n}`)));
      expect(all.filter((doc) => doc?.state.status === 'sent')).toHaveLength(100);
    },
    { timeout: 60_000, interval: 100 },
  );
  for (const n of runs) {
    expect(stage.left.lastIndexOf(`a${n}`)).toBeLessThan(stage.left.indexOf(`b${n}`));
    expect(stage.left.filter((id) => id === `b${n}`)).toHaveLength(1);
  }
}, 90_000);
