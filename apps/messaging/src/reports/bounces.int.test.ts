import { describe, expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready, sent } from '../testing/ready.ts';

const bounced = (messageId: string, bounce: string) => ({
  messageId,
  outcome: 'bounced',
  bounce,
  reason: '550 no such user',
});

describe('a bounce', () => {
  const consequences = (stage: Awaited<ReturnType<typeof sent>>) =>
    stage.recorded
      .filter(({ type }) => type.startsWith('prospect.'))
      .map(({ type, data }) => ({ type, ...data }));

  test('that is hard suppresses the address, recorded once however often it is reported', async () => {
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

  test('is about the address in the workspace, whoever has it, until somebody lifts the suppression', async () => {
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

  test('that is an opt-out at the provider unsubscribes the person', async () => {
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

  test('of somebody erased meanwhile records nothing about the person', async () => {
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
    ['unsubscribes by default', {}, ['prospect.unsubscribed']],
    ['suppresses where it is set so', { onComplaint: 'suppress' }, ['prospect.suppressed']],
    ['has no effect where it is set so', { onComplaint: 'ignore' }, []],
  ])('%s', async (_what, settings, expected) => {
    const stage = await sent();
    await stage.call('PUT', '/v1/settings', settings);
    await stage.reported('r1', { messageId: 'm1', outcome: 'complained' });
    await stage.until('m1', 'complained');
    const recorded = stage.recorded.filter(({ type }) => type.startsWith('prospect.'));
    expect(recorded.map(({ type }) => type)).toEqual(expected);
    for (const { data } of recorded) expect(data).toMatchObject({ channel: 'email', reason: 'complaint' });
  });
});
