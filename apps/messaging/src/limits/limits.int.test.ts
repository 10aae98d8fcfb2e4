import { setTimeout as pause } from 'node:timers/promises';
import { collections } from '@herald/contracts';
import { type CampaignDefinition, span } from '@herald/domain';
import { describe, expect, test, vi } from 'vitest';
import { fakeProvider } from '../testing/fake-provider.ts';
import { expectReplayable, ready } from '../testing/ready.ts';
import { type Stage, type StageOptions, T0, WORKSPACE } from '../testing/stage.ts';

// T0 is a Monday, 08:00 in UTC: 03:00 in New York, 09:00 in Berlin.
const EVENING = Date.parse('2026-03-02T20:30:00Z');

async function withSettings(settings: object, options: StageOptions = {}): Promise<Stage> {
  const stage = await ready(options);
  const saved = await stage.call('PUT', '/v1/settings', settings);
  expect(saved).toMatchObject({ status: 201 });
  return stage;
}

async function campaign(stage: Stage, limits: Pick<CampaignDefinition, 'window' | 'rate'>): Promise<void> {
  const definition = { id: 'onboarding', enter: { on: 'a.b' }, steps: [], ...limits };
  await stage.store.collection(collections.campaignVersions).write([
    {
      doc: {
        ...{ workspace: WORKSPACE, id: 'onboarding@1', version: 1, campaignId: 'onboarding', n: 1 },
        ...{ definition, text: '', savedAt: T0 },
      },
      ifVersion: null,
    },
  ]);
  await stage.store.collection(collections.campaigns).write([
    {
      doc: {
        ...{ workspace: WORKSPACE, id: 'onboarding', version: 1, status: 'active', name: 'x', latest: 1 },
        ...{ launched: 1, changedAt: T0, outbox: [] },
      },
      ifVersion: null,
    },
  ]);
}

const limited = async (stage: Stage, labels: string): Promise<number> => {
  const text = await stage.metrics.registry.getSingleMetricAsString('herald_messages_limited_total');
  return Number(
    text
      .split('\n')
      .find((line) => line.includes(labels))
      ?.split(' ')[1] ?? 0,
  );
};

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

  test('let through what is owed, and other channels where they name one', async () => {
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

  test('spread what waited for their end, each message always to the same moment', async () => {
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
  test('holds its messages, also what is owed, until it opens', async () => {
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

  test('that opens for a moment only is not missed for being spread', async () => {
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

describe('a cap', () => {
  const caps = [{ channel: 'email', count: 2, per: 'P7D' }];

  test('suppresses what is too much, and says which it was', async () => {
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

  test('is another’s for another person', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] });
    await stage.prospect({ prospectId: 'bob', traits: { email: 'bob@home.example', firstName: 'Bob' } });
    await stage.ask();
    await stage.ask({ messageId: 'm2', prospectId: 'bob' });
    await stage.until('m1', 'sent');
    await stage.until('m2', 'sent');
  });

  test('that delays gives the time at which there is room again', async () => {
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

  test('counts a message once, however often it is tried, and gives the place back when it does not leave after all', async () => {
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

  test('forgets a person who is erased', async () => {
    const stage = await withSettings({ caps: [{ count: 1, per: 'P1D' }] });
    const counted = stage.store.collection(collections.counted);
    await stage.ask();
    await stage.until('m1', 'sent');
    expect((await counted.get(WORKSPACE, 'ada'))?.sends).toHaveLength(1);
    await stage.erased('ada');
    await vi.waitFor(async () => expect(await counted.get(WORKSPACE, 'ada')).toBeUndefined());
  });

  test('neither asks nor counts what is owed', async () => {
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

  test('lets so many through in so much time, in the order of their due times, and says why the others wait', async () => {
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

  test('of a provider, and of a campaign, both hold; a message that has waited for one does not wait for it again', async () => {
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

  test('of one provider is nothing to another’s messages', async () => {
    const provider = fakeProvider();
    const stage = await withSettings(
      { rates: [{ channel: 'email', provider: 'other', count: 1, per: 'P1D' }] },
      { provider, providers: { email: [provider, { ...fakeProvider(), name: 'other' }] } },
    );
    await ask(stage, 3);
    await vi.waitFor(() => expect(stage.sent()).toHaveLength(3));
  });

  test('what waits can still be withdrawn, and then costs the others nothing', async () => {
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

  test('what is owed goes first', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await stage.template('receipt', { subject: 'Paid', text: 'Thanks', transactional: true });
    await ask(stage, 3);
    await stage.ask({ messageId: 'receipt', template: 'receipt' });
    await stage.until('receipt', 'scheduled');
    await stage.by(span.MINUTE);
    await stage.until('receipt', 'sent');
    expect(stage.sent().map(({ messageId }) => messageId)).toEqual(['m0', 'receipt']);
  });

  test('that is taken away lets everybody through', async () => {
    const stage = await withSettings({ rates: [{ channel: 'email', count: 1, per: 'PT1M' }] });
    await ask(stage, 4);
    await stage.call('PUT', '/v1/settings', {});
    await stage.by(span.MINUTE);
    await vi.waitFor(() => expect(stage.sent()).toHaveLength(4));
  });

  test('who was overlooked, for a crash came just after they began to wait, is let through all the same', async () => {
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

  test('those who wait outlive the process', async () => {
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

describe('the share of a workspace', () => {
  test.each([
    ['asked for at once', T0],
    ['due at once', T0 + span.MINUTE],
  ])(
    'of messages %s those that are too many wait in the store, leave once, and have nothing told of it',
    async (_what, dueAt) => {
      const provider = fakeProvider(async () => {
        await pause(5);
        return { kind: 'sent' };
      });
      const stage = await ready({ provider, prefetch: 2 });
      await stage.addReplica();
      const ids = Array.from({ length: 150 }, (_, n) => `m${n}`);
      await stage.broker.publish(ids.map((messageId) => stage.requestOf({ messageId, dueAt })));
      if (dueAt > T0) {
        await Promise.all(ids.map((id) => stage.until(id, 'scheduled')));
        await stage.at(dueAt);
      }
      await vi.waitFor(
        async () => {
          await stage.by(100);
          expect(stage.sent()).toHaveLength(150);
        },
        { interval: 100 },
      );
      await Promise.all(ids.map((id) => stage.until(id, 'sent')));
      expect(new Set(stage.sent().map(({ messageId }) => messageId)).size).toBe(150);
      expect(await limited(stage, 'limit="fair_share",effect="deferred"')).toBeGreaterThan(0);
      for (const id of ids) {
        expect(stage.story(id)).toEqual([...(dueAt > T0 ? ['email.scheduled'] : []), 'email.sent']);
        await expectReplayable(stage, id);
      }
    },
    40_000,
  );
});

test('settings tell all that is wrong at once, each with its place', async () => {
  const stage = await ready();
  const shape = await stage.call('PUT', '/v1/settings', {
    quietHours: [{ from: '9:00', to: '25:00', days: ['noday'] }],
    caps: [{ count: 0, per: 'P7D' }, { count: 1 }],
    rates: [{ count: 1, per: 'PT1S' }],
    colour: 'red',
  });
  expect(shape.status).toBe(400);
  expect(shape.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
    '/caps/0/count',
    '/caps/1/per',
    '/colour',
    '/quietHours/0/days/0',
    '/quietHours/0/from',
    '/quietHours/0/to',
    '/rates/0/channel',
  ]);
  const meaning = await stage.call('PUT', '/v1/settings', {
    zone: 'Mars/Olympus',
    quietHours: [{ from: '21:00', to: '21:00', zone: 'Mars/Olympus' }],
    windows: [{ from: '09:00', to: '18:00', zone: 'nowhere' }],
    spread: 'soon',
    caps: [{ count: 1, per: 'weekly' }],
    rates: [
      { channel: 'email', count: 1, per: 'PT0.5S' },
      { channel: 'email', count: 9, per: 'PT1S' },
      { channel: 'email', provider: 'pigeon', count: 9, per: 'PT1S' },
    ],
  });
  expect(meaning.status).toBe(422);
  expect(meaning.body.errors).toEqual(
    expect.arrayContaining([
      { path: '/zone', message: expect.stringContaining('is no IANA time zone') },
      { path: '/quietHours/0/to', message: 'is the same as from: these hours never begin' },
      { path: '/quietHours/0/zone', message: '"Mars/Olympus" is no IANA time zone such as Europe/Paris' },
      { path: '/windows/0/zone', message: '"nowhere" is no IANA time zone such as Europe/Paris' },
      { path: '/spread', message: '"soon" is not an ISO 8601 duration such as PT15M' },
      { path: '/caps/0/per', message: '"weekly" is not an ISO 8601 duration such as P7D' },
      { path: '/rates/0/per', message: 'must be from PT1S to P1D' },
      { path: '/rates/1', message: 'says again what /rates/0 says' },
      { path: '/rates/2/provider', message: 'must be one that is set up here: fake' },
    ]),
  );
});
