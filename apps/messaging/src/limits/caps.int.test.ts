import { collections } from '@herald/contracts';
import { span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { T0, WORKSPACE } from '../testing/documents.ts';
import { fakeProvider } from '../testing/fake-provider.ts';
import { limited, withSettings } from '../testing/limits-stage.ts';

describe('a cap', () => {
  const caps = [{ channel: 'email', count: 2, per: 'P7D' }];

  test('suppresses messages over the cap, and names the cap', async () => {
    const stage = await withSettings({ caps });
    for (const messageId of ['m1', 'm2']) {
      await stage.ask({ messageId });
      await stage.until(messageId, 'sent');
    }
    await stage.ask({ messageId: 'm3' });
    expect((await stage.until('m3', 'suppressed')).state.reason).toBe('frequency_cap: 2 email per P7D');
    expect(await limited(stage, 'limit="frequency_cap",effect="suppressed"')).toBe(1);
    await stage.by(7 * span.DAY);
    await stage.ask({ messageId: 'm4' });
    await stage.until('m4', 'sent');
  });

  test('is kept to exactly when many want its last place, on several replicas', async () => {
    const stage = await withSettings({ caps: [{ count: 3, per: 'P1D' }] });
    await stage.addReplica();
    const ids = Array.from({ length: 12 }, (_, n) => `m${n}`);
    await Promise.all(ids.map((messageId) => stage.ask({ messageId })));
    await vi.waitFor(async () => {
      const { items } = await stage.messages.find({ index: 'byTime', equals: [WORKSPACE], limit: 100 });
      expect(items.filter(({ state }) => state.status === 'suppressed')).toHaveLength(9);
      expect(items.filter(({ state }) => state.status === 'sent')).toHaveLength(3);
    });
    expect(stage.sent()).toHaveLength(3);
  });

  test('counts each person alone', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] });
    await stage.prospect({ prospectId: 'bob', traits: { email: 'bob@home.example', firstName: 'Bob' } });
    await stage.ask();
    await stage.ask({ messageId: 'm2', prospectId: 'bob' });
    await stage.until('m1', 'sent');
    await stage.until('m2', 'sent');
  });

  test('that delays sets the time at which there is room again', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D', then: 'delay' }] });
    await stage.ask();
    await stage.until('m1', 'sent');
    await stage.by(span.HOUR);
    await stage.ask({ messageId: 'm2' });
    expect((await stage.until('m2', 'scheduled')).state).toMatchObject({
      dueAt: T0 + span.DAY,
      reason: 'frequency_cap: 1 messages per P1D',
    });
    await stage.at(T0 + span.DAY);
    await stage.until('m2', 'sent');
  });

  test('counts a message once, however often it is tried, and gives its place back if it never leaves', async () => {
    let refuse: 'temporary' | 'permanent' = 'temporary';
    const provider = fakeProvider((_turn, { messageId }) =>
      messageId === 'm1' ? { kind: refuse, reason: 'no' } : { kind: 'sent' },
    );
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] }, { provider });
    await stage.ask();
    await stage.until('m1', 'scheduled');
    await stage.ask({ messageId: 'm2' });
    await stage.until('m2', 'suppressed');
    refuse = 'permanent';
    await stage.by(span.MINUTE);
    await stage.until('m1', 'failed');
    await stage.ask({ messageId: 'm3' });
    await stage.until('m3', 'sent');
  });

  test('forgets an erased person', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] });
    const counted = stage.store.collection(collections.counted);
    await stage.ask();
    await stage.until('m1', 'sent');
    expect((await counted.get(WORKSPACE, 'ada'))?.sends).toHaveLength(1);
    await stage.erased('ada');
    await vi.waitFor(async () => expect(await counted.get(WORKSPACE, 'ada')).toBeUndefined());
  });

  test('neither limits nor counts transactional messages', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] });
    await stage.template('receipt', { subject: 'Paid', text: 'Thanks', transactional: true });
    await stage.ask({ template: 'receipt' });
    await stage.until('m1', 'sent');
    await stage.ask({ messageId: 'm2' });
    await stage.until('m2', 'sent');
    await stage.ask({ messageId: 'm3', template: 'receipt' });
    await stage.until('m3', 'sent');
  });
});
