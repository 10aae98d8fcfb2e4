import { collections } from '@herald/contracts';
import { describe, expect, test } from 'vitest';
import { DAY, setStage, T0, WORKSPACE } from '../testing/stage.ts';

describe('an enrollment outside of the hours of its messages', () => {
  // T0 is a Monday, 08:00.
  const windowed = (then = '') => `
id: windowed
enter: { on: trial.started }
exit: [{ on: subscription.started }]
window: { from: "12:00", to: "12:01", zone: UTC }
steps:
  - { id: mail, email: { template: mail }${then} }
  - { id: rest, wait: P1D }
`;
  const NOON = T0 + DAY / 6;

  test('waits at the step that sends, and counts on from when the message may leave', async () => {
    const stage = await setStage();
    await stage.launch('windowed', windowed());
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['windowed active at mail']);
    expect(stage.requests()).toEqual([]);
    stage.at(NOON + 45_000);
    await expect.poll(() => stage.statusOf('ada')).toEqual(['windowed active at rest']);
    await stage.quiet();
    const [request] = stage.requests();
    expect(request?.dueAt).toBeGreaterThanOrEqual(NOON);
    expect(request?.dueAt).toBeLessThan(NOON + 30_000);
    const equals = [WORKSPACE, 'ada'];
    const { items } = await stage.enrollments.find({ index: 'byProspect', equals, limit: 1 });
    expect(items[0]?.state.wait).toMatchObject({
      since: request?.dueAt,
      dueAt: (request?.dueAt ?? 0) + DAY,
    });
  });

  test('leaves at once by an exit rule, and has requested nothing', async () => {
    const stage = await setStage();
    await stage.launch('windowed', windowed());
    await stage.happens('trial.started', 'ada');
    await stage.happens('subscription.started', 'ada', {}, { occurredAt: T0 + 1 });
    await expect.poll(() => stage.statusOf('ada')).toEqual(['windowed exited']);
    await stage.quiet();
    expect(stage.requests()).toEqual([]);
  });

  test('requests at once and goes on with dontWait', async () => {
    const stage = await setStage();
    await stage.launch('windowed', windowed(', then: dontWait'));
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['windowed active at rest']);
    expect(stage.stepsThatSent()).toEqual(['mail']);
  });

  test('a campaign that is paused over the window sends in the next one', async () => {
    const stage = await setStage();
    await stage.launch('windowed', windowed());
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.call('POST', '/v1/campaigns/windowed/pause');
    let now = NOON + 3_600_000;
    stage.at(now);
    await stage.call('POST', '/v1/campaigns/windowed/resume');
    const dueAt = async () => {
      // A sweep that still found the campaign paused looks again in a while.
      now += 10_000;
      stage.at(now);
      const { body } = await stage.call('GET', '/v1/enrollments?prospectId=ada');
      return Date.parse(body.items[0].dueAt);
    };
    await expect.poll(dueAt).toBeGreaterThanOrEqual(NOON + DAY);
    expect(stage.requests()).toEqual([]);
  });

  test('keeps the quiet hours of the workspace, except for transactional messages', async () => {
    const stage = await setStage();
    await stage.store.collection(collections.settings).write([
      {
        doc: {
          workspace: WORKSPACE,
          id: 'settings',
          version: 1,
          spread: 'PT0S',
          quietHours: [{ from: '20:00', to: '09:00' }],
        },
        ifVersion: null,
      },
    ]);
    const plain = (id: string) =>
      `{ id: ${id}, enter: { on: ${id}.began }, steps: [{ id: mail, email: { template: ${id} } }] }`;
    await stage.launch('news', plain('news'));
    await stage.launch('receipt', plain('receipt'));
    await stage.store.collection(collections.templateVersions).write([
      {
        doc: {
          workspace: WORKSPACE,
          id: 'receipt@1',
          version: 1,
          templateId: 'receipt',
          n: 1,
          savedAt: T0,
          channel: 'email',
          transactional: true,
        },
        ifVersion: null,
      },
    ]);
    await stage.happens('news.began', 'ada');
    await stage.happens('receipt.began', 'ada');
    await stage.quiet();
    expect((await stage.statusOf('ada')).sort()).toEqual(['news active at mail', 'receipt completed']);
    stage.at(T0 + 3_600_000 + 20_000);
    await expect
      .poll(async () => (await stage.statusOf('ada')).sort())
      .toEqual(['news completed', 'receipt completed']);
  });
});
