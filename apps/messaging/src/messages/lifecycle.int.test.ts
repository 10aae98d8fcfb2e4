import { canonicalJson, span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { type Stage, type StageOptions, setStage, T0, WORKSPACE } from '../testing/stage.ts';

const WELCOME = {
  subject: 'Hi <%= it.prospect.traits.firstName %>',
  html: '<p>Plan <%= it.event.data.plan %></p>',
};
const no = (channel: string) => ({ [channel]: { subscribed: false, at: T0, eventId: 'x' } });

/** A stage on which a message would be sent. */
async function ready(options: StageOptions = {}): Promise<Stage> {
  const stage = await setStage(options);
  await stage.template('welcome', WELCOME);
  await stage.prospect();
  await stage.enrollment();
  return stage;
}

/** The live state is the fold of what was told, byte for byte. */
const expectReplayable = async (stage: Stage, id = 'm1') =>
  expect(canonicalJson(stage.replayed(id))).toBe(canonicalJson((await stage.message(id))?.state));

test('a message that is due is sent and told, with everything an operator wants to know', async () => {
  const stage = await ready();
  await stage.ask();
  const { state } = await stage.until('m1', 'sent');
  expect(state).toMatchObject({
    to: 'ada@home.example',
    templateVersion: 1,
    provider: 'fake',
    attempts: 1,
    sentAt: T0,
  });
  expect(stage.sent()).toHaveLength(1);
  expect(stage.sent()[0]).toMatchObject({
    messageId: 'm1',
    from: { name: 'Acme', email: 'news@acme.example' },
    to: 'ada@home.example',
    subject: 'Hi Ada',
    html: '<p>Plan pro</p>',
    text: 'Plan pro',
    unsubscribe: expect.stringMatching(/^https:\/\/herald\.example\/u\/[\w-]+\.[\w-]+$/),
  });
  expect(stage.told[0]).toMatchObject({
    type: 'email.sent',
    stream: 'prospect/ada',
    source: 'messaging',
    correlationId: 'cor',
    depth: 1,
  });
  await expectReplayable(stage);
});

test('the same request again, in turn or at once, sends once', async () => {
  const stage = await ready();
  await stage.addReplica();
  await Promise.all(Array.from({ length: 20 }, () => stage.ask()));
  await stage.until('m1', 'sent');
  await stage.ask();
  await stage.ask({ messageId: 'm2' });
  await stage.until('m2', 'sent');
  expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
  expect(stage.story('m1')).toEqual(['email.sent']);
});

test('one that is due later is scheduled, and sent when its time has come', async () => {
  const stage = await ready();
  await stage.ask({ dueAt: T0 + span.MINUTE });
  const { state } = await stage.until('m1', 'scheduled');
  expect(state).toMatchObject({ dueAt: T0 + span.MINUTE, reason: 'not due yet' });
  expect(stage.sent()).toHaveLength(0);
  await stage.by(span.MINUTE);
  await stage.until('m1', 'sent');
  expect(stage.story('m1')).toEqual(['email.scheduled', 'email.sent']);
  await expectReplayable(stage);
});

test('one that is due beyond the horizon rests in the store and is armed when it comes near', async () => {
  const stage = await ready();
  await stage.ask({ dueAt: T0 + span.DAY });
  await stage.until('m1', 'scheduled');
  expect((await stage.broker.depth('messaging.send')).delayed).toBe(0);
  await stage.by(span.DAY - span.MINUTE);
  await vi.waitFor(async () => expect((await stage.broker.depth('messaging.send')).delayed).toBe(1));
  await stage.by(span.MINUTE);
  await stage.until('m1', 'sent');
});

test('losing the alarm costs lateness, not the message', async () => {
  const stage = await ready();
  await stage.ask({ dueAt: T0 + span.MINUTE });
  await stage.until('m1', 'scheduled');
  expect(await stage.broker.purgeDelayed('messaging.send')).toBe(1);
  await stage.by(span.MINUTE);
  await stage.by(11 * span.SECOND);
  await stage.until('m1', 'sent');
  expect(stage.sent()).toHaveLength(1);
});

test.each<[string, (stage: Stage) => Promise<unknown>, string, string | RegExp]>([
  [
    'the enrollment was withdrawn',
    (s) => s.enrollment({ withdrawn: true, reason: 'exit rule' }),
    'withdrawn',
    'exit rule',
  ],
  [
    'the prospect unsubscribed',
    (s) => s.prospect({ subscriptions: no('email') }),
    'suppressed',
    'unsubscribed',
  ],
  ['the prospect was erased', (s) => s.prospect({ erasedAt: T0 + 1, traits: {} }), 'suppressed', 'erased'],
  ['there is no address', (s) => s.prospect({ traits: { firstName: 'Ada' } }), 'suppressed', 'no_address'],
  [
    'the address is two addresses',
    (s) => s.prospect({ traits: { email: 'a@b.example, c@d.example' } }),
    'suppressed',
    'no_address',
  ],
  [
    'the address hides a header',
    (s) => s.prospect({ traits: { email: 'a@b.example\r\nBcc: c@d.example' } }),
    'suppressed',
    'no_address',
  ],
  [
    'the address is a list',
    (s) => s.prospect({ traits: { email: ['a@b.example'] } }),
    'suppressed',
    'no_address',
  ],
  [
    'a value is missing',
    (s) => s.prospect({ traits: { email: 'ada@home.example' } }),
    'failed',
    /^template_error: subject line 1: prospect.traits.firstName has no value/,
  ],
])('not sent, and told why, when meanwhile %s', async (_what, happens, status, reason) => {
  const stage = await ready();
  await stage.ask({ dueAt: T0 + span.MINUTE });
  await stage.until('m1', 'scheduled');
  await happens(stage);
  await stage.by(span.MINUTE);
  const { state } = await stage.until('m1', status as 'failed');
  expect(state.reason).toMatch(reason);
  expect(stage.sent()).toHaveLength(0);
  await expectReplayable(stage);
});

test.each([
  ['nobody knows the prospect', { prospectId: 'nobody' }, 'suppressed', 'prospect_unknown'],
  ['there is no such enrollment', { enrollmentId: 'none' }, 'withdrawn', 'its enrollment is gone'],
  ['there is no such template', { template: 'none' }, 'failed', 'template_unknown: none'],
  ['nothing sends its channel', { channel: 'sms' as const }, 'failed', 'no_provider: nothing here sends sms'],
])('not sent, and told why, when %s', async (_what, given, status, reason) => {
  const stage = await ready();
  await stage.ask(given);
  expect((await stage.until('m1', status as 'failed')).state.reason).toBe(reason);
});

test('what is owed is sent without consent, and without a way to unsubscribe', async () => {
  const stage = await ready();
  await stage.template('receipt', {
    subject: 'Receipt',
    text: '<%= it.links.unsubscribe ?? "none" %>',
    transactional: true,
  });
  await stage.prospect({ subscriptions: no('all') });
  await stage.ask({ template: 'receipt' });
  await stage.until('m1', 'sent');
  expect(stage.sent()[0]).toMatchObject({ text: 'none' });
  expect(stage.sent()[0]).not.toHaveProperty('unsubscribe');
});

test('a template that fails fails its message and no other', async () => {
  const stage = await ready({ rendering: { timeLimit: 100 } });
  const list = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]';
  const loops = 'abcdefghijkl'
    .split('')
    .map((name) => `for (const ${name} of ${list}) {`)
    .join(' ');
  await stage.template('endless', { subject: 's', text: `<% ${loops} ${'}'.repeat(12)} %>` });
  await stage.ask({ messageId: 'bad', template: 'endless' });
  await stage.ask({ messageId: 'good' });
  await stage.until('good', 'sent');
  expect((await stage.until('bad', 'failed')).state.reason).toBe(
    'template_error: it takes longer than 100 ms',
  );
});

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

test('a temporary failure that lasts is given up', async () => {
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
  expect((await stage.until('m1', 'unknown')).state.reason).toBe('surprise for (address)');
});

test('withdrawing ends every message of the enrollment that has not left, and only those', async () => {
  const stage = await ready();
  await stage.enrollment({ enrollmentId: 'e2' });
  await stage.ask({ messageId: 'left' });
  await stage.ask({ messageId: 'later', dueAt: T0 + span.HOUR });
  await stage.ask({ messageId: 'other', dueAt: T0 + span.HOUR, enrollmentId: 'e2' });
  await stage.until('left', 'sent');
  await stage.until('later', 'scheduled');
  await stage.until('other', 'scheduled');
  await stage.withdraw('e1', 'goal reached');
  expect((await stage.until('later', 'withdrawn')).state.reason).toBe('goal reached');
  await stage.by(span.HOUR);
  await stage.until('other', 'sent');
  expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['left', 'other']);
  expect((await stage.message('left'))?.state.status).toBe('sent');
  await expectReplayable(stage, 'later');
});

test('a request that comes after its withdrawal is not sent', async () => {
  const stage = await ready();
  await stage.enrollment({ withdrawn: true, reason: 'exit', status: 'exited' });
  await stage.withdraw('e1');
  await stage.ask();
  await stage.until('m1', 'withdrawn');
  expect(stage.sent()).toHaveLength(0);
});

test('erasing takes a person out of their messages and withdraws what has not left', async () => {
  const stage = await ready();
  await stage.prospect({ prospectId: 'bob', traits: { email: 'bob@home.example', firstName: 'Bob' } });
  await stage.ask({ messageId: 'left' });
  await stage.ask({ messageId: 'later', dueAt: T0 + span.HOUR });
  await stage.ask({ messageId: 'bobs', prospectId: 'bob' });
  await Promise.all([
    stage.until('left', 'sent'),
    stage.until('later', 'scheduled'),
    stage.until('bobs', 'sent'),
  ]);
  await stage.prospect({ erasedAt: T0 + 1, traits: {} });
  await stage.erased('ada');
  expect((await stage.until('later', 'withdrawn')).state.reason).toBe('erased');
  const left = await vi.waitFor(async () => {
    const doc = await stage.message('left');
    expect(doc?.request).toBeUndefined();
    return doc;
  });
  expect(left?.state.status).toBe('sent');
  const stored = JSON.stringify([left, await stage.message('later')]);
  expect(stored).not.toContain('ada@home.example');
  expect(stored).not.toContain('"plan"');
  expect((await stage.message('bobs'))?.state.to).toBe('bob@home.example');
});

test('erasing somebody whose message is just leaving waits for its outcome', async () => {
  const gate = Promise.withResolvers<{ kind: 'sent' }>();
  const stage = await ready({ provider: fakeProvider(() => gate.promise), lease: 1_000 });
  await stage.ask();
  await vi.waitFor(() => expect(stage.sent()).toHaveLength(1));
  await stage.erased('ada');
  await vi.waitFor(async () => expect((await stage.broker.depth('messaging.applied')).delayed).toBe(1));
  gate.resolve({ kind: 'sent' });
  await stage.until('m1', 'sent');
  await stage.by(10 * span.SECOND);
  await vi.waitFor(async () => expect((await stage.message('m1'))?.state.to).toBeUndefined(), {
    timeout: 5_000,
  });
});

test('a broker that fails while an outcome is recorded costs neither the outcome nor a second send', async () => {
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

test('what is unknown is held, or sent again where the installation says so', async () => {
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

test('a message of one workspace is nothing to another', async () => {
  const stage = await ready();
  await stage.ask();
  await stage.until('m1', 'sent');
  await stage.ask({ workspace: 'other' });
  await vi.waitFor(async () =>
    expect((await stage.messages.get('other', 'm1'))?.state.status).toBe('withdrawn'),
  );
  expect((await stage.message('m1'))?.state.status).toBe('sent');
  expect((await stage.call('GET', '/v1/messages/m1', undefined, 'third')).status).toBe(404);
  expect(stage.sent()).toHaveLength(1);
});

test('a poisonous message becomes a dead letter and harms no other', async () => {
  const stage = await ready();
  await stage.broker.publish([
    { exchange: 'send', key: 'request', id: 'x', body: { kind: 'request', workspace: WORKSPACE } },
  ]);
  await stage.ask();
  await stage.until('m1', 'sent');
  expect((await stage.broker.depth('messaging.send')).dead).toBe(1);
});

test('metrics tell outcomes, provider calls, lateness and what is unknown', async () => {
  const stage = await ready({ provider: fakeProvider(() => ({ kind: 'unknown', reason: 'cut' })) });
  await stage.ask({ dueAt: T0 - 2_000 });
  await stage.until('m1', 'unknown');
  const text = await stage.metrics.registry.metrics();
  expect(text).toContain('herald_messages_total{channel="email",outcome="unknown"} 1');
  expect(text).toMatch(
    /herald_provider_call_duration_seconds_count\{channel="email",provider="fake",outcome="unknown"\} 1/,
  );
  expect(text).toContain('herald_lateness_seconds_sum{kind="send"} 2');
  expect(text).toContain('herald_messages_unknown 1');
});
