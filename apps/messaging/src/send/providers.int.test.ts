import type { ProviderOutcome } from '@herald/domain';
import { span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { type FakeProvider, fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, optedOut, ready } from '../testing/ready.ts';

const named = (name: string, provider: FakeProvider): FakeProvider => ({ ...provider, name });
const sequence = (...outcomes: ProviderOutcome[]) =>
  fakeProvider((turn) => outcomes[turn - 1] ?? { kind: 'sent' });
const down: ProviderOutcome = { kind: 'temporary', about: 'provider', reason: '503' };

test('a message that the first provider certainly did not take goes to the second at once, and that is recorded', async () => {
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
])('a message that the first provider %s never goes to the second', async (_what, outcome, status) => {
  const [first, second] = [named('first', sequence(outcome)), named('second', fakeProvider())];
  const stage = await ready({ providers: { email: [first, second] } });
  await stage.ask();
  await stage.until('m1', status);
  expect([first.sent.length, second.sent.length]).toEqual([1, 0]);
});

test('after all providers failed it rests, and then all are tried again', async () => {
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

test('a provider that refuses the credentials is stopped, everybody can see it, and a trial resumes it', async () => {
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

test('a message withdrawn or unsubscribed from while a provider is shut does not wait for it to open', async () => {
  const stage = await ready({ provider: sequence({ kind: 'credentials', reason: '401' }) });
  await stage.ask({ messageId: 'm1' });
  await stage.until('m1', 'scheduled');
  await stage.prospect({ subscriptions: optedOut('email') });
  await stage.ask({ messageId: 'm2' });
  expect((await stage.until('m2', 'suppressed')).state.reason).toContain('unsubscribed');
});
