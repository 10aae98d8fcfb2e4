import { span } from '@herald/domain';
import { describe, expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { campaign, EVENING, limited, withSettings } from '../testing/limits-stage.ts';
import { expectReplayable, ready } from '../testing/ready.ts';

describe('quiet hours', () => {
  const quietHours = [{ from: '21:00', to: '08:00' }];

  test('put a message off until the morning where the reader is, and say why', async () => {
    const stage = await withSettings(
      { quietHours, spread: 'PT0S', zone: 'Europe/Berlin' },
      { startAt: EVENING },
    );
    await stage.ask({ dueAt: EVENING, requestedAt: EVENING });
    const { state } = await stage.until('m1', 'scheduled');
    expect(state).toMatchObject({
      reason: 'quiet_hours: 21:00–08:00 Europe/Berlin',
      dueAt: Date.parse('2026-03-03T07:00:00Z'),
    });
    expect(stage.sent()).toHaveLength(0);
    expect(await limited(stage, 'limit="quiet_hours",effect="deferred"')).toBe(1);
    await expectReplayable(stage);
    await stage.at(state.dueAt);
    await stage.until('m1', 'sent');
    expect(stage.story('m1')).toEqual(['email.scheduled', 'email.sent']);
  });

  test('are those of the prospect’s own zone', async () => {
    const stage = await withSettings({ quietHours, zone: 'Europe/Berlin' }, { startAt: EVENING });
    await stage.prospect({
      traits: { email: 'ada@home.example', firstName: 'Ada', timezone: 'America/New_York' },
    });
    await stage.ask({ dueAt: EVENING, requestedAt: EVENING });
    await stage.until('m1', 'sent');
  });

  test('do not hold transactional messages, nor other channels if they name one', async () => {
    const stage = await withSettings(
      { quietHours: [{ ...quietHours[0], channel: 'sms' }] },
      { startAt: T0 - span.HOUR },
    );
    const early = { dueAt: T0 - span.HOUR, requestedAt: T0 - span.HOUR };
    await stage.ask(early);
    await stage.until('m1', 'sent');
    await stage.call('PUT', '/v1/settings', { quietHours: [{ from: '00:00', to: '24:00' }] });
    await stage.template('receipt', { subject: 'Paid', text: 'Thanks', transactional: true });
    await stage.ask({ ...early, messageId: 'm2', template: 'receipt' });
    await stage.until('m2', 'sent');
    await stage.ask({ ...early, messageId: 'm3' });
    expect((await stage.until('m3', 'suppressed')).state.reason).toMatch(/^send_window: /);
  });

  test('spread the messages that waited, each always to the same moment', async () => {
    const stage = await withSettings({ quietHours, spread: 'PT20M' }, { startAt: EVENING + span.HOUR });
    const ids = Array.from({ length: 30 }, (_, n) => `m${n}`);
    await Promise.all(ids.map((messageId) => stage.ask({ messageId, dueAt: EVENING })));
    const opens = Date.parse('2026-03-03T08:00:00Z');
    const due = await Promise.all(ids.map(async (id) => (await stage.until(id, 'scheduled')).state.dueAt));
    for (const each of due) {
      expect(each).toBeGreaterThanOrEqual(opens);
      expect(each).toBeLessThan(opens + 20 * span.MINUTE);
    }
    expect(new Set(due.map((each) => Math.floor((each - opens) / (4 * span.MINUTE)))).size).toBe(5);
  });
});

describe('a campaign’s window', () => {
  test('holds its messages, also transactional ones, until it opens', async () => {
    const stage = await ready();
    await campaign(stage, { window: { days: ['tue'], from: '09:00', to: '18:00', zone: 'Europe/Berlin' } });
    await stage.ask();
    const { state } = await stage.until('m1', 'scheduled');
    expect(state.reason).toBe('send_window: tue 09:00–18:00 Europe/Berlin');
    expect(state.dueAt).toBeGreaterThanOrEqual(Date.parse('2026-03-03T08:00:00Z'));
    expect(state.dueAt).toBeLessThan(Date.parse('2026-03-03T08:10:00Z'));
    await stage.at(state.dueAt);
    await stage.until('m1', 'sent');
  });

  test('that opens only for a moment is not missed because of spreading', async () => {
    const stage = await ready();
    await campaign(stage, { window: { from: '10:00', to: '10:02' } });
    await stage.ask();
    const { state } = await stage.until('m1', 'scheduled');
    await stage.at(state.dueAt + 30 * span.SECOND);
    await stage.until('m1', 'sent');
  });

  test.each([
    ['2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'],
    ['2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'],
  ])('that opens at 02:30 sends exactly once on the day the clocks change (%s)', async (before, opens) => {
    const stage = await ready({ startAt: Date.parse(before), defaultZone: 'Europe/Berlin' });
    await campaign(stage, { window: { from: '02:30', to: '06:00' } });
    await stage.call('PUT', '/v1/settings', { spread: 'PT0S' });
    await stage.ask({ dueAt: Date.parse(before) });
    expect((await stage.until('m1', 'scheduled')).state.dueAt).toBe(Date.parse(opens));
    for (const minutes of [-1, 0, 30, 60, 90, 120]) await stage.at(Date.parse(opens) + minutes * span.MINUTE);
    await stage.until('m1', 'sent');
    expect(stage.sent()).toHaveLength(1);
  });
});
