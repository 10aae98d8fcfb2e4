import { span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { expectReplayable, optedOut, ready } from '../testing/ready.ts';
import type { Stage } from '../testing/stage.ts';

test('a message that is due is sent and recorded, with everything an operator wants to know', async () => {
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
  expect(stage.recorded[0]).toMatchObject({
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
    (s) => s.prospect({ subscriptions: optedOut('email') }),
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
])('not sent, with a reason, when meanwhile %s', async (_what, happens, status, reason) => {
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
])('not sent, with a reason, when %s', async (_what, given, status, reason) => {
  const stage = await ready();
  await stage.ask(given);
  expect((await stage.until('m1', status as 'failed')).state.reason).toBe(reason);
});

test('a transactional message is sent without consent, and without a link to unsubscribe', async () => {
  const stage = await ready();
  await stage.template('receipt', {
    subject: 'Receipt',
    text: '<%= it.links.unsubscribe ?? "none" %>',
    transactional: true,
  });
  await stage.prospect({ subscriptions: optedOut('all') });
  await stage.ask({ template: 'receipt' });
  await stage.until('m1', 'sent');
  expect(stage.sent()[0]).toMatchObject({ text: 'none' });
  expect(stage.sent()[0]).not.toHaveProperty('unsubscribe');
});

test('a template that fails affects its message and no other', async () => {
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
