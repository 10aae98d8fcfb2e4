import { describe, expect, test, vi } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { ready } from '../testing/ready.ts';

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

  test('with STOP unsubscribes everybody who got a text at that number', async () => {
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

  test('with START subscribes them again; any other is only kept, with the person of the latest message', async () => {
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

  test('from a number that no message of the workspace went to is not kept', async () => {
    const stage = await texted();
    await stage.inbound({ id: 'SM4', from: '+14155559999', keyword: 'stop' });
    await stage.inbound({ id: 'SM5', workspace: 'globex', keyword: 'stop' });
    await vi.waitFor(async () =>
      expect(await stage.broker.depth('messaging.send')).toMatchObject({ ready: 0, inFlight: 0 }),
    );
    expect(stage.recorded).toEqual([]);
  });
});
