import { span } from '@herald/domain';
import { expect, test, vi } from 'vitest';
import { T0, WORKSPACE } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';

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

test('an erasure removes the person from their messages and withdraws what has not left', async () => {
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

test('an erasure while a message is leaving waits for its outcome', async () => {
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

test('an erasure that is delivered again leaves somebody alone who has come back since', async () => {
  const stage = await ready();
  await stage.by(span.HOUR);
  const back = { prospectId: 'ada', requestedAt: T0 + span.HOUR };
  await stage.ask({ ...back, messageId: 'new' });
  await stage.ask({ ...back, messageId: 'next', dueAt: T0 + 2 * span.HOUR });
  await Promise.all([stage.until('new', 'sent'), stage.until('next', 'scheduled')]);
  await stage.erased('ada', T0 + 1);
  await vi.waitFor(async () =>
    expect(await stage.broker.depth('messaging.applied')).toMatchObject({ ready: 0, inFlight: 0 }),
  );
  expect((await stage.message('new'))?.state.to).toBe('ada@home.example');
  expect((await stage.message('next'))?.state.status).toBe('scheduled');
});

test('when it stops it makes no more calls, and messages that waited for a connection leave once after the restart', async () => {
  const gate = Promise.withResolvers<{ kind: 'sent' }>();
  const provider = { ...fakeProvider(() => gate.promise), connections: 1 };
  const stage = await ready({ provider });
  await stage.ask({ messageId: 'first' });
  await vi.waitFor(() => expect(stage.sent()).toHaveLength(1));
  await stage.ask({ messageId: 'second' });
  await vi.waitFor(async () =>
    expect(await stage.broker.depth('messaging.send')).toMatchObject({ ready: 0, inFlight: 2 }),
  );
  const stopped = stage.stop();
  gate.resolve({ kind: 'sent' });
  await stopped;
  expect(stage.sent()).toHaveLength(1);
  expect((await stage.message('first'))?.state.status).toBe('sent');
  expect(await stage.message('second')).toBeUndefined();
  expect(await stage.broker.depth('messaging.send')).toMatchObject({ dead: 0, delayed: 1 });
});

test('a message of one workspace is unknown to another', async () => {
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

test('a poison delivery becomes a dead letter and harms no other', async () => {
  const stage = await ready();
  await stage.broker.publish([
    { exchange: 'send', key: 'request', id: 'x', body: { kind: 'request', workspace: WORKSPACE } },
  ]);
  await stage.ask();
  await stage.until('m1', 'sent');
  expect((await stage.broker.depth('messaging.send')).dead).toBe(1);
});
