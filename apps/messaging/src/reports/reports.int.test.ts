import { span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready, sent } from '../testing/ready.ts';

const delivered = { messageId: 'm1', outcome: 'delivered', provider: 'sendgrid' };
const opened = { messageId: 'm1', outcome: 'opened', provider: 'sendgrid' };

/** A message reported as delivered while its provider is still being called; `call` ends that. */
async function deliveredDuringCall() {
  const call = Promise.withResolvers<void>();
  const provider = fakeProvider(async () => {
    await call.promise;
    return { kind: 'sent', providerId: 'p1' };
  });
  const stage = await ready({ provider });
  await stage.ask();
  await vi.waitFor(() => expect(provider.sent).toHaveLength(1));
  await stage.reported('r1', delivered);
  await vi.waitFor(async () => expect((await stage.message('m1'))?.state.status).toBe('delivered'));
  return { stage, call };
}

describe('a report', () => {
  test('is recorded with all that is known of the message, so that campaigns can wait for it by step', async () => {
    const stage = await sent();
    await stage.reported('r1', delivered);
    await stage.until('m1', 'delivered');
    await stage.reported('r2', opened);
    await stage.until('m1', 'opened');
    expect(stage.story('m1')).toEqual(['email.sent', 'email.delivered', 'email.opened']);
    expect(stage.recorded.at(-1)).toMatchObject({
      stream: 'prospect/ada',
      causationId: 'r2',
      data: { stepId: 'hello', enrollmentId: 'e1', campaignId: 'onboarding', to: 'ada@home.example' },
    });
    await expectReplayable(stage);
  });

  test('delivered fifty times at once, to two replicas, is recorded once', async () => {
    const stage = await sent();
    await stage.addReplica();
    await Promise.all(Array.from({ length: 50 }, () => stage.reported('r1', opened)));
    await stage.until('m1', 'opened');
    await stage.reported('r2', { ...opened, outcome: 'clicked' });
    await stage.until('m1', 'clicked');
    await vi.waitFor(async () =>
      expect(await stage.broker.depth('messaging.applied')).toMatchObject({ ready: 0, inFlight: 0 }),
    );
    expect(stage.story('m1')).toEqual(['email.sent', 'email.opened', 'email.clicked']);
    await expectReplayable(stage);
  });

  test('that comes during the call is kept, and the record of the call adds to it', async () => {
    const { stage, call } = await deliveredDuringCall();
    expect((await stage.message('m1'))?.state).toMatchObject({
      to: 'ada@home.example',
      provider: 'fake',
      attempts: 1,
    });
    call.resolve();
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.providerId).toBe('p1'));
    const { state } = await stage.until('m1', 'delivered');
    expect(state).toMatchObject({ sentAt: T0, attempts: 1 });
    expect(stage.story('m1')).toEqual(['email.delivered', 'email.sent']);
    await expectReplayable(stage);
  });

  test.each([
    ['a temporary failure', { kind: 'temporary', reason: '421' }],
    ['a cut connection', { kind: 'unknown', reason: 'cut off' }],
  ] as const)('that comes before %s is recorded stands: it is not sent again', async (_what, outcome) => {
    const call = Promise.withResolvers<void>();
    const provider = fakeProvider(async () => {
      await call.promise;
      return outcome;
    });
    const stage = await ready({ provider });
    await stage.ask();
    await vi.waitFor(() => expect(provider.sent).toHaveLength(1));
    await stage.reported('r1', delivered);
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.status).toBe('delivered'));
    call.resolve();
    await stage.ask({ messageId: 'm2' });
    await stage.until('m2', outcome.kind === 'unknown' ? 'unknown' : 'scheduled');
    expect((await stage.until('m1', 'delivered')).state).toMatchObject({ reported: true });
    await stage.by(span.DAY);
    await vi.waitFor(() => expect(provider.sent.length).toBeGreaterThanOrEqual(2));
    expect(provider.sent.filter(({ messageId }) => messageId === 'm1')).toHaveLength(1);
    await expectReplayable(stage);
  });

  test('and an erasure during the call: the record brings no address back', async () => {
    const { stage, call } = await deliveredDuringCall();
    await stage.erased('ada');
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.to).toBeUndefined());
    call.resolve();
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.providerId).toBe('p1'));
    expect(JSON.stringify(await stage.message('m1'))).not.toContain('home.example');
  });

  test('of a message that this prospect never had becomes a dead letter and changes nothing', async () => {
    const stage = await sent();
    await stage.reported('r1', delivered, 'bob');
    await stage.reported('r2', { ...delivered, messageId: 'none' });
    await vi.waitFor(async () => expect((await stage.broker.depth('messaging.applied')).dead).toBe(2));
    expect((await stage.until('m1', 'sent')).state.status).toBe('sent');
  });

  test('by a scanner is not recorded', async () => {
    const stage = await sent();
    await stage.reported('r1', { ...opened, outcome: 'clicked', scanner: 'came too soon' });
    await stage.reported('r2', delivered);
    await stage.until('m1', 'delivered');
    expect(stage.story('m1')).toEqual(['email.sent', 'email.delivered']);
  });
});

describe('a message of unknown outcome', () => {
  const provider = () =>
    fakeProvider((turn) => (turn === 1 ? { kind: 'unknown', reason: 'cut off' } : { kind: 'sent' }));

  test('is resolved by a report', async () => {
    const stage = await ready({ provider: provider(), unknown: { then: 'resend', after: span.HOUR } });
    await stage.ask();
    await stage.until('m1', 'unknown');
    await stage.reported('r1', delivered);
    await stage.until('m1', 'delivered');
    await stage.by(2 * span.HOUR);
    await stage.ask({ messageId: 'm2' });
    await stage.until('m2', 'sent');
    expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
    await expectReplayable(stage);
  });

  test('is resolved by an operator, whom a report later corrects', async () => {
    const stage = await ready({ provider: provider() });
    await stage.ask();
    await stage.until('m1', 'unknown');
    const resolved = await stage.call('POST', '/v1/messages/m1/resolve', {
      outcome: 'failed',
      reason: 'no trace of it',
    });
    expect(resolved.body).toMatchObject({ status: 'failed', reason: 'no trace of it' });
    await stage.until('m1', 'failed');
    await stage.reported('r1', opened);
    expect((await stage.until('m1', 'opened')).state).not.toHaveProperty('reason');
    expect(
      (await stage.call('POST', '/v1/messages/m1/resolve', { outcome: 'sent', reason: 'x' })).status,
    ).toBe(409);
    await expectReplayable(stage);
  });

  test('is resolved by the policy when no report comes in time', async () => {
    const stage = await ready({ provider: provider(), unknown: { then: 'resend', after: span.HOUR } });
    await stage.ask();
    await stage.until('m1', 'unknown');
    await stage.by(span.HOUR);
    expect((await stage.until('m1', 'sent')).state.attempts).toBe(2);
  });
});
