import { collections } from '@herald/contracts';
import { span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { T0, WORKSPACE } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { campaign, limited, withSettings } from '../testing/limits-stage.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import type { Stage } from '../testing/stage.ts';

describe('a rate', () => {
  const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`);
  /**
   * Asks for them one after the other, each due a little after the one before it, and waits until each is
   * sent or waits.
   */
  const ask = async (stage: Stage, count: number, given = {}): Promise<void> => {
    for (const [n, messageId] of ids(count).entries()) {
      await stage.ask({ messageId, dueAt: T0 - span.HOUR + n, ...given });
      await vi.waitFor(async () =>
        expect((await stage.message(messageId))?.state.version ?? 0).toBeGreaterThan(0),
      );
    }
  };

  test('sends so many in so much time, in the order of their due times, and shows why the others wait', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 2, per: 'PT1M' }] });
    await ask(stage, 6);
    await stage.until('m0', 'sent');
    const { state } = await stage.until('m3', 'scheduled');
    expect(state.reason).toBe('provider_rate: 2 per PT1M');
    expect(state.dueAt).toBe(T0 + 3 * 30 * span.SECOND);
    expect((await stage.call('GET', '/v1/messages/m3')).body).toMatchObject({
      status: 'scheduled',
      waitlist: 'rate:email',
      dueAt: '2026-03-02T08:01:30.000Z',
    });
    expect(stage.sent()).toHaveLength(1);
    for (let sent = 2; sent <= 6; sent += 1) {
      await stage.by(30 * span.SECOND - 1);
      expect(stage.sent()).toHaveLength(sent - 1);
      await stage.by(1);
      await vi.waitFor(() => expect(stage.sent()).toHaveLength(sent));
    }
    expect(stage.sent().map(({ messageId }) => messageId)).toEqual(ids(6));
    expect(stage.story('m3')).toEqual(['email.scheduled', 'email.sent']);
    await stage.until('m5', 'sent');
    await expectReplayable(stage, 'm5');
    expect(await limited(stage, 'limit="provider_rate",effect="deferred"')).toBe(5);
  });

  test('is one for all replicas', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 4, per: 'PT1S' }] });
    await stage.addReplica();
    await stage.addReplica();
    await Promise.all(ids(30).map((messageId) => stage.ask({ messageId })));
    await vi.waitFor(async () => {
      const { items } = await stage.messages.find({ index: 'byTime', equals: [WORKSPACE], limit: 100 });
      expect(items.filter(({ hold }) => hold !== undefined).length + stage.sent().length).toBe(30);
    });
    // Each of the three may hold a grant of one call.
    const atOnce = stage.sent().length;
    expect(atOnce).toBe(1);
    for (let second = 1; second <= 4; second += 1) {
      for (let quarter = 0; quarter < 4; quarter += 1) {
        const before = stage.sent().length;
        await stage.by(250);
        await vi.waitFor(() => expect(stage.sent().length).toBeGreaterThan(before));
      }
      expect(stage.sent().length).toBeLessThanOrEqual(atOnce + 4 * second);
    }
  });

  test('of a provider and one of a campaign apply together; a message does not wait twice for the same one', async () => {
    const stage = await withSettings({
      rates: [{ channel: 'email', provider: 'fake', count: 2, per: 'PT1M' }],
    });
    await campaign(stage, { rate: { count: 2, per: 'PT1M' } });
    await ask(stage, 4);
    expect((await stage.until('m1', 'scheduled')).state.reason).toBe('campaign_rate: 2 per PT1M');
    for (let n = 0; n < 12 && stage.sent().length < 4; n += 1) {
      const before = stage.sent().length;
      await stage.by(30 * span.SECOND);
      // A half minute may let nothing through.
      await vi.waitFor(() => expect(stage.sent().length).toBeGreaterThan(before), 1_000).catch(() => {});
      expect(stage.sent().length).toBeLessThanOrEqual(2 + n);
    }
    expect(stage.sent().map(({ messageId }) => messageId)).toEqual(ids(4));
  });

  test('of one provider does not limit messages of another', async () => {
    const provider = fakeProvider();
    const stage = await withSettings(
      { rates: [{ channel: 'email', provider: 'other', count: 1, per: 'P1D' }] },
      { provider, providers: { email: [provider, { ...fakeProvider(), name: 'other' }] } },
    );
    await ask(stage, 3);
    await vi.waitFor(() => expect(stage.sent()).toHaveLength(3));
  });

  test('a waiting message can still be withdrawn, and takes no place from the others', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await stage.enrollment({ enrollmentId: 'e2' });
    await ask(stage, 3);
    await stage.ask({ messageId: 'last', enrollmentId: 'e2' });
    await stage.until('last', 'scheduled');
    await stage.withdraw('e1');
    await stage.until('m1', 'withdrawn');
    await stage.until('m2', 'withdrawn');
    await stage.by(span.MINUTE);
    await stage.until('last', 'sent');
    expect(stage.sent()).toHaveLength(2);
  });

  test('transactional messages go first', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await stage.template('receipt', { subject: 'Paid', text: 'Thanks', transactional: true });
    await ask(stage, 3);
    await stage.ask({ messageId: 'receipt', template: 'receipt' });
    await stage.until('receipt', 'scheduled');
    await stage.by(span.MINUTE);
    await stage.until('receipt', 'sent');
    expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['m0', 'receipt']);
  });

  test('that is removed releases everybody', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await ask(stage, 4);
    await stage.call('PUT', '/v1/settings', {});
    await stage.by(span.MINUTE);
    await vi.waitFor(() => expect(stage.sent()).toHaveLength(4));
  });

  test('a message that a crash left without a wake-up is released all the same', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await ask(stage, 2);
    await stage.until('m1', 'scheduled');
    const waitlists = stage.store.collection(collections.waitlists);
    await vi.waitFor(async () => {
      const list = await waitlists.get(WORKSPACE, 'rate:email');
      if (list === undefined) throw new Error('nobody waits');
      const doc = { ...list, sweepAt: null, version: list.version + 1 };
      expect(await waitlists.write([{ doc, ifVersion: list.version }])).toEqual([true]);
    });
    await stage.by(2 * span.MINUTE);
    expect(stage.sent()).toHaveLength(1);
    await stage.by(10 * span.MINUTE);
    await stage.until('m1', 'sent');
  });

  test('waiting messages survive the process', async () => {
    const stage = await withSettings(
      { rates: [{ channel: 'email', count: 1, per: 'PT1M' }] },
      { keep: true },
    );
    await ask(stage, 3);
    await stage.until('m2', 'scheduled');
    await stage.close();
    const next = await ready({ dir: stage.dir, startAt: T0 + span.MINUTE });
    await next.until('m1', 'sent');
    await next.by(span.MINUTE);
    await next.until('m2', 'sent');
    expect(next.sent().map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
  });
});
