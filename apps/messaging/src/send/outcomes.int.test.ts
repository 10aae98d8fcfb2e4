import { span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';

test('a temporary failure is tried again until it is sent', async () => {
  const provider = fakeProvider((turn) =>
    turn < 3 ? { kind: 'temporary', reason: '451 later' } : { kind: 'sent', providerId: 'p1' },
  );
  const stage = await ready({ provider });
  await stage.ask();
  for (const attempts of [1, 2]) {
    const { state } = await stage.until('m1', 'scheduled');
    expect(state).toMatchObject({ attempts, reason: '451 later' });
    expect(state.dueAt).toBeGreaterThan(stage.clock.now());
    await stage.at(state.dueAt);
    await vi.waitFor(() => expect(provider.sent).toHaveLength(attempts + 1));
  }
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({ attempts: 3, providerId: 'p1' });
  expect(stage.story('m1')).toEqual(['email.scheduled', 'email.scheduled', 'email.sent']);
  await expectReplayable(stage);
});

test('a temporary failure that lasts ends the message', async () => {
  const stage = await ready({ provider: fakeProvider(() => ({ kind: 'temporary', reason: '451 later' })) });
  await stage.ask();
  for (let attempts = 1; attempts < 12; attempts += 1) {
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.attempts).toBe(attempts), {
      interval: 5,
      timeout: 5_000,
    });
    await stage.at((await stage.until('m1', 'scheduled')).state.dueAt);
  }
  const { state } = await stage.until('m1', 'failed');
  expect(state).toMatchObject({ attempts: 12, reason: 'given up after 12 attempts: 451 later' });
});

test('a provider that asks for more than a day expires it', async () => {
  const provider = fakeProvider(() => ({ kind: 'temporary', reason: '451', retryAfter: 2 * span.DAY }));
  const stage = await ready({ provider });
  await stage.ask();
  expect((await stage.until('m1', 'expired')).state.reason).toBe('not sent in time: 451');
});

test.each([
  ['says no for good', { kind: 'permanent', reason: '550 no' }, 'failed', '550 no'],
  ['cannot be asked any more', { kind: 'unknown', reason: 'cut off' }, 'unknown', 'cut off'],
] as const)('a provider that %s is called once', async (_what, outcome, status, reason) => {
  const stage = await ready({ provider: fakeProvider(() => outcome) });
  await stage.ask();
  expect((await stage.until('m1', status)).state.reason).toBe(reason);
  await stage.ask();
  await stage.by(span.DAY);
  await stage.ask({ messageId: 'm2' });
  await stage.until('m2', status);
  expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
});

test('a provider that throws may have sent it', async () => {
  const provider = fakeProvider(() => {
    throw new Error('surprise for ada@home.example');
  });
  const stage = await ready({ provider });
  await stage.ask();
  expect((await stage.until('m1', 'unknown')).state.reason).toBe('the provider failed: Error');
});

test('a broker that fails while an outcome is recorded loses no outcome and causes no second send', async () => {
  let failures = 0;
  const stage = await ready({
    between: (broker) => ({
      ...broker,
      publish: async (messages) => {
        if (messages.some(({ key }) => key === 'email.sent') && failures < 2) {
          failures += 1;
          throw new Error('the broker is away');
        }
        return broker.publish(messages);
      },
    }),
  });
  await stage.ask();
  await stage.until('m1', 'sent');
  expect(failures).toBe(2);
  expect(stage.sent()).toHaveLength(1);
  expect(stage.story('m1')).toEqual(['email.sent']);
});

test('a call that outlasts its lease is unknown, and its outcome is still believed when it comes', async () => {
  const gate = Promise.withResolvers<{ kind: 'sent'; providerId: string }>();
  const stage = await ready({ provider: fakeProvider(() => gate.promise), lease: 1_000 });
  await stage.ask();
  await vi.waitFor(() => expect(stage.sent()).toHaveLength(1));
  expect((await stage.call('GET', '/v1/messages/m1')).body).toMatchObject({ status: 'sending', attempts: 0 });
  await stage.by(1_001);
  expect((await stage.until('m1', 'unknown')).state).toMatchObject({
    attempts: 1,
    to: 'ada@home.example',
    reason: expect.stringContaining('may have it'),
  });
  gate.resolve({ kind: 'sent', providerId: 'late' });
  expect((await stage.until('m1', 'sent')).state).toMatchObject({ attempts: 1, providerId: 'late' });
  expect(stage.story('m1')).toEqual(['email.unknown', 'email.sent']);
  await expectReplayable(stage);
});

test('a message of unknown outcome is held, or sent again if the installation says so', async () => {
  const cut = () =>
    fakeProvider((turn) => (turn === 1 ? { kind: 'unknown', reason: 'cut' } : { kind: 'sent' }));
  const held = await ready({ provider: cut() });
  await held.ask();
  await held.until('m1', 'unknown');
  expect(await held.messages.overdue(Number.MAX_SAFE_INTEGER)).toMatchObject({ count: 0 });

  const resending = await ready({ provider: cut(), unknown: { then: 'resend', after: span.HOUR } });
  await resending.ask();
  await resending.until('m1', 'unknown');
  await resending.by(span.HOUR + 1);
  await resending.until('m1', 'sent');
  expect(resending.story('m1')).toEqual(['email.unknown', 'email.scheduled', 'email.sent']);
});

test('metrics show outcomes, provider calls, lateness and what is unknown', async () => {
  const stage = await ready({ provider: fakeProvider(() => ({ kind: 'unknown', reason: 'cut' })) });
  await stage.ask({ dueAt: T0 - 2_000 });
  await stage.until('m1', 'unknown');
  // It is counted a moment after it is recorded.
  await vi.waitFor(async () => {
    const text = await stage.metrics.registry.metrics();
    expect(text).toContain('herald_messages_total{channel="email",outcome="unknown"} 1');
    expect(text).toMatch(
      /herald_provider_call_duration_seconds_count\{channel="email",provider="fake",outcome="unknown"\} 1/,
    );
    expect(text).toContain('herald_lateness_seconds_sum{kind="send"} 2');
    expect(text).toContain('herald_messages_unknown 1');
  });
});
