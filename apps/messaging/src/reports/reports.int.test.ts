import { verifyUnsubscribe } from '@herald/contracts';
import { span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import { T0 } from '../testing/stage.ts';

const delivered = { messageId: 'm1', outcome: 'delivered', provider: 'sendgrid' };
const opened = { messageId: 'm1', outcome: 'opened', provider: 'sendgrid' };
const bounced = (messageId: string, bounce: string) => ({
  messageId,
  outcome: 'bounced',
  bounce,
  reason: '550 no such user',
});

/** A message that was sent. */
async function sent(options: Parameters<typeof ready>[0] = {}) {
  const stage = await ready(options);
  await stage.ask();
  await stage.until('m1', 'sent');
  return stage;
}

describe('a report', () => {
  test('is told with all that is known of the message, so that campaigns can wait for it by step', async () => {
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

  test('delivered fifty times at once, to two replicas, is told once', async () => {
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

  test('that comes while the provider is still being called is kept, and the record of the call adds to it', async () => {
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

  test('while the provider is being called, and an erasure before it answers: the record brings no address back', async () => {
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

  test('by a scanner is not told', async () => {
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

  test('is resolved by the policy when nothing has come within its time', async () => {
    const stage = await ready({ provider: provider(), unknown: { then: 'resend', after: span.HOUR } });
    await stage.ask();
    await stage.until('m1', 'unknown');
    await stage.by(span.HOUR);
    expect((await stage.until('m1', 'sent')).state.attempts).toBe(2);
  });
});

describe('a bounce', () => {
  const consequences = (stage: Awaited<ReturnType<typeof sent>>) =>
    stage.recorded
      .filter(({ type }) => type.startsWith('prospect.'))
      .map(({ type, data }) => ({ type, ...data }));

  test('that is hard suppresses the address, told once however often it is reported', async () => {
    const stage = await sent();
    await Promise.all(Array.from({ length: 5 }, () => stage.reported('r1', bounced('m1', 'hard'))));
    await stage.until('m1', 'bounced');
    expect(consequences(stage)).toEqual([
      {
        type: 'prospect.suppressed',
        channel: 'email',
        reason: 'hard_bounce',
        messageId: 'm1',
        address: 'ada@home.example',
      },
    ]);
    expect(stage.recorded.at(-1)).toMatchObject({
      causationId: stage.recorded.at(-2)?.id,
      source: 'messaging',
    });
    await stage.prospect({
      suppressions: {
        email: { suppressed: true, address: 'ada@home.example', at: T0, eventId: 'x', reason: 'hard_bounce' },
      },
    });
    await stage.ask({ messageId: 'm2' });
    expect((await stage.until('m2', 'suppressed')).state.reason).toBe('hard_bounce');
    await stage.prospect({
      traits: { email: 'ada@new.example', firstName: 'Ada' },
      suppressions: { email: { suppressed: true, address: 'ada@home.example', at: T0, eventId: 'x' } },
    });
    await stage.ask({ messageId: 'm3' });
    await stage.until('m3', 'sent');
  });

  test('is of the address in the workspace, whoever else has it, but for what another lifts', async () => {
    const stage = await ready();
    const suppression = (suppressed: boolean) => ({
      email: { suppressed, address: 'ada@home.example', at: T0, eventId: 'x', reason: 'hard_bounce' },
    });
    await stage.prospect({ prospectId: 'former', suppressions: suppression(true) });
    await stage.ask();
    expect((await stage.until('m1', 'suppressed')).state.reason).toBe('hard_bounce');
    await stage.prospect({ prospectId: 'former', suppressions: suppression(false) });
    await stage.ask({ messageId: 'm2' });
    await stage.until('m2', 'sent');
  });

  test('at once, from the provider’s own answer, is the same', async () => {
    const stage = await ready({
      provider: fakeProvider(() => ({ kind: 'permanent', reason: '550 5.1.1 no such user', bounce: 'hard' })),
    });
    await stage.ask();
    expect((await stage.until('m1', 'bounced')).state).toMatchObject({
      bounce: 'hard',
      reason: '550 5.1.1 no such user',
    });
    expect(consequences(stage)).toMatchObject([{ type: 'prospect.suppressed', reason: 'hard_bounce' }]);
    await expectReplayable(stage);
  });

  test('that is an opt-out told to the provider unsubscribes the person', async () => {
    const stage = await ready({
      provider: fakeProvider(() => ({ kind: 'permanent', reason: '400, 21610: opted out', optedOut: true })),
    });
    await stage.ask();
    await stage.until('m1', 'failed');
    expect(consequences(stage)).toMatchObject([
      { type: 'prospect.unsubscribed', reason: 'told to the provider', messageId: 'm1' },
    ]);
    await expectReplayable(stage);
  });

  test('that is soft suppresses only as the last of so many in a row', async () => {
    const stage = await ready();
    await stage.call('PUT', '/v1/settings', { onBounce: { softAfter: 3 } });
    const send = async (n: number, outcome: string) => {
      await stage.ask({ messageId: `m${n}`, requestedAt: T0 + n });
      await stage.until(`m${n}`, 'sent');
      await stage.reported(`r${n}`, {
        messageId: `m${n}`,
        outcome,
        ...(outcome === 'bounced' ? { bounce: 'soft' } : {}),
      });
      await stage.until(`m${n}`, outcome as 'bounced');
    };
    for (const [index, outcome] of ['bounced', 'bounced', 'delivered', 'bounced', 'bounced'].entries())
      await send(index + 1, outcome);
    expect(consequences(stage)).toEqual([]);
    await send(6, 'bounced');
    expect(consequences(stage)).toMatchObject([
      { type: 'prospect.suppressed', reason: 'soft_bounces', messageId: 'm6' },
    ]);
  });

  test.each([
    [
      'unsubscribes',
      { onBounce: { hard: 'unsubscribe' } },
      [{ type: 'prospect.unsubscribed', reason: 'hard_bounce' }],
    ],
    ['has no effect', { onBounce: { hard: 'ignore' } }, []],
  ])('%s where the workspace has set it so', async (_what, settings, expected) => {
    const stage = await sent();
    expect((await stage.call('PUT', '/v1/settings', settings)).status).toBe(201);
    await stage.reported('r1', bounced('m1', 'hard'));
    await stage.until('m1', 'bounced');
    expect(consequences(stage)).toMatchObject(expected);
  });

  test('of somebody erased meanwhile says nothing of whoever they are now', async () => {
    const stage = await sent();
    await stage.erased('ada');
    await vi.waitFor(async () => expect((await stage.message('m1'))?.state.to).toBeUndefined());
    await stage.reported('r1', bounced('m1', 'hard'));
    await stage.until('m1', 'bounced');
    expect(consequences(stage)).toEqual([]);
    expect(JSON.stringify(await stage.message('m1'))).not.toContain('home.example');
  });
});

describe('a complaint', () => {
  test.each([
    ['unsubscribes unless told', {}, ['prospect.unsubscribed']],
    ['suppresses where it is set so', { onComplaint: 'suppress' }, ['prospect.suppressed']],
    ['has no effect where it is set so', { onComplaint: 'ignore' }, []],
  ])('%s', async (_what, settings, expected) => {
    const stage = await sent();
    await stage.call('PUT', '/v1/settings', settings);
    await stage.reported('r1', { messageId: 'm1', outcome: 'complained' });
    await stage.until('m1', 'complained');
    const told = stage.recorded.filter(({ type }) => type.startsWith('prospect.'));
    expect(told.map(({ type }) => type)).toEqual(expected);
    for (const { data } of told) expect(data).toMatchObject({ channel: 'email', reason: 'complaint' });
  });
});

describe('an incoming text', () => {
  const phone = '+14155550101';

  /** Messages to the same phone, of two people, the latest of Bob. */
  async function texted(to = phone) {
    const stage = await ready();
    for (const [index, prospectId] of ['ada', 'bob'].entries()) {
      const {
        event,
        enrollment,
        kind: _kind,
        ...asked
      } = stage.requestBody({ messageId: `t${index}`, prospectId, channel: 'sms', requestedAt: T0 + index });
      const { workspace, messageId, cause, dueAt, ...identity } = asked;
      await stage.messages.write([
        {
          ifVersion: null,
          doc: {
            ...{ workspace, id: messageId, version: 1, outbox: [], cause, request: { event, enrollment } },
            state: {
              ...identity,
              messageId,
              dueAt,
              status: 'sent',
              version: 1,
              attempts: 1,
              changedAt: T0,
              to,
            },
          },
        },
      ]);
    }
    return stage;
  }
  const ofProspects = (stage: Awaited<ReturnType<typeof texted>>) =>
    stage.recorded.map(({ type, stream, data }) => `${type} ${stream} ${data.reason ?? data.text}`);

  test('with STOP unsubscribes everybody who got one at that number from texts', async () => {
    const stage = await texted();
    const stop = { text: 'STOP', keyword: 'stop' } as const;
    await Promise.all([stage.inbound(stop), stage.inbound(stop)]);
    await vi.waitFor(() => expect(stage.recorded).toHaveLength(3));
    expect(ofProspects(stage)).toEqual([
      'sms.received prospect/bob STOP',
      'prospect.unsubscribed prospect/bob STOP',
      'prospect.unsubscribed prospect/ada STOP',
    ]);
    expect(stage.recorded[1]?.data.channel).toBe('sms');
  });

  test.each([
    ['+541123456789', '+5491123456789'],
    ['+5491123456789', '+541123456789'],
  ])('to %s is answered from %s: in Argentina one phone has both', async (to, from) => {
    const stage = await texted(to);
    await stage.inbound({ from, text: 'STOP', keyword: 'stop' });
    await vi.waitFor(() => expect(stage.recorded).toHaveLength(3));
    expect(ofProspects(stage).slice(1)).toEqual([
      'prospect.unsubscribed prospect/bob STOP',
      'prospect.unsubscribed prospect/ada STOP',
    ]);
  });

  test('with START subscribes them again; any other is only kept, with whom the latest was for', async () => {
    const stage = await texted();
    await stage.inbound({ id: 'SM2', text: 'start', keyword: 'start' });
    await vi.waitFor(() => expect(stage.recorded).toHaveLength(3));
    expect(stage.recorded.map(({ type }) => type).slice(1)).toEqual([
      'prospect.subscribed',
      'prospect.subscribed',
    ]);
    await stage.inbound({ id: 'SM3', text: 'thank you' });
    await vi.waitFor(() => expect(ofProspects(stage)).toContain('sms.received prospect/bob thank you'));
    expect(stage.recorded).toHaveLength(4);
  });

  test('from a number that no message went to is kept with nobody, nor is one of another workspace', async () => {
    const stage = await texted();
    await stage.inbound({ id: 'SM4', from: '+14155559999', keyword: 'stop' });
    await stage.inbound({ id: 'SM5', workspace: 'globex', keyword: 'stop' });
    await vi.waitFor(async () =>
      expect(await stage.broker.depth('messaging.send')).toMatchObject({ ready: 0, inFlight: 0 }),
    );
    expect(stage.recorded).toEqual([]);
  });
});

describe('a topic', () => {
  test('of the template that the prospect opted out of, or never asked for, keeps the message back', async () => {
    const stage = await ready();
    await stage.template('newsletter', { subject: 's', text: 't', topic: 'news' });
    await stage.template('digest', { subject: 's', text: 't', topic: 'digest' });
    await stage.call('PUT', '/v1/settings', { topics: [{ id: 'digest', name: 'Digest', optIn: true }] });
    await stage.prospect({ subscriptions: { 'email:news': { subscribed: false, at: T0, eventId: 'x' } } });
    const outcome = async (messageId: string, template: string, status: 'sent' | 'suppressed') => {
      await stage.ask({ messageId, template });
      return (await stage.until(messageId, status)).state.reason;
    };
    expect(await outcome('m1', 'newsletter', 'suppressed')).toBe('unsubscribed');
    expect(await outcome('m2', 'digest', 'suppressed')).toBe('not_subscribed');
    expect(await outcome('m3', 'welcome', 'sent')).toBeUndefined();
    await stage.prospect({ subscriptions: { 'email:digest': { subscribed: true, at: T0, eventId: 'x' } } });
    expect(await outcome('m4', 'digest', 'sent')).toBeUndefined();
    expect(await outcome('m5', 'newsletter', 'sent')).toBeUndefined();
    const links = stage
      .sent()
      .map((mail) => verifyUnsubscribe(mail.unsubscribe?.split('/u/')[1] ?? '', 'secret'));
    expect(links.map((claim) => claim?.topic)).toEqual([undefined, 'digest', 'news']);
  });

  test('twice in the settings is refused with its place', async () => {
    const stage = await ready();
    const topics = [
      { id: 'news', name: 'News' },
      { id: 'news', name: 'Again' },
    ];
    const { status, body } = await stage.call('PUT', '/v1/settings', { topics });
    expect([status, body.errors]).toEqual([422, [{ path: '/topics/1/id', message: 'news is there twice' }]]);
  });
});
