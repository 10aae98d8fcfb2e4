import { dueMessage } from '@herald/contracts';
import { describe, expect, test, vi } from 'vitest';
import { DAY, setStage, T0, WORKSPACE } from '../testing/stage.ts';

const onboarding = `
id: onboarding
enter: { on: trial.started, when: prospect.traits.plan != "enterprise" }
exit: [{ on: subscription.started }]
steps:
  - id: welcome
    email: { template: welcome }
  - id: settle
    wait: P2D
  - id: activated
    waitFor: { on: project.created, timeout: P3D }
    then: [{ id: done, email: { template: done } }]
    else: [{ id: nudge, email: { template: nudge } }]
`;

describe('an enrollment', () => {
  test('goes from event to message to wait to message, each requested once', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    expect(stage.stepsThatSent()).toEqual(['welcome']);
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);

    stage.at(T0 + 2 * DAY + 20_000);
    await vi.waitFor(async () =>
      expect(await stage.statusOf('ada')).toEqual(['onboarding active at activated']),
    );
    await stage.quiet();
    stage.at(T0 + 5 * DAY + 20_000);
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding completed']));
    await stage.quiet();
    expect(stage.stepsThatSent()).toEqual(['welcome', 'nudge']);
    const types = [...new Map(stage.recorded.map(({ id, type }) => [id, type])).values()];
    expect(types.filter((type) => type.startsWith('enrollment.'))).toEqual([
      'enrollment.entered',
      'enrollment.requested',
      'enrollment.waiting',
      'enrollment.resumed',
      'enrollment.waiting',
      'enrollment.resumed',
      'enrollment.requested',
      'enrollment.completed',
    ]);
  });

  test('requests a message of each channel, and says where a webhook goes', async () => {
    const stage = await setStage();
    await stage.launch(
      'all',
      `id: all
enter: { on: trial.started }
steps:
  - { id: text, sms: { template: a } }
  - { id: phone, call: { template: b } }
  - { id: crm, webhook: { template: c, url: "https://crm.example/hook" } }
`,
    );
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    expect(stage.requests().map(({ channel, template, url }) => [channel, template, url])).toEqual([
      ['sms', 'a', undefined],
      ['call', 'b', undefined],
      ['webhook', 'c', 'https://crm.example/hook'],
    ]);
  });

  test('that is delivered again and again, to two replicas at once, changes nothing', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.replica();
    const event = await stage.logged('trial.started', 'ada');
    await stage.announce(...Array.from({ length: 20 }, () => event));
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);
    expect(new Set(stage.requests().map(({ messageId }) => messageId)).size).toBe(1);
    // saved and launched; entered, requested, waiting
    expect(new Set(stage.recorded.map(({ id }) => id)).size).toBe(2 + 3);
  });

  test('enters by the first of the events of one request, whichever is announced first', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    const one = { request: 'r' };
    const first = await stage.logged('trial.started', 'ada', { plan: 'first' }, one);
    const second = await stage.logged('trial.started', 'ada', { plan: 'second' }, { ...one, position: 1 });
    await stage.announce(second);
    await stage.quiet();
    await stage.announce(first);
    await stage.quiet();
    expect(stage.requests().map(({ event }) => event.data)).toEqual([{ plan: 'first' }]);
  });

  test('goes on by the first event of a request that fits, whichever is announced first', async () => {
    const stage = await setStage();
    await stage.launch(
      'waits',
      '{ id: waits, enter: { on: a.b }, ' +
        'steps: [{ id: w, waitFor: { on: c.d } }, { id: x, waitFor: { on: e.f } }] }',
    );
    await stage.happens('a.b', 'ada');
    await stage.quiet();
    const first = await stage.logged('c.d', 'ada', {}, { request: 'r' });
    const second = await stage.logged('c.d', 'ada', {}, { request: 'r', position: 1 });
    await stage.announce(second, first);
    await stage.quiet();
    const { items } = await stage.enrollments.find({
      index: 'byProspect',
      equals: [WORKSPACE, 'ada'],
      limit: 1,
    });
    expect(items[0]?.state.steps.w?.event?.id).toBe(first.id);
  });

  test('takes an event that was in the log before it began to wait', async () => {
    const stage = await setStage();
    await stage.launch(
      'early',
      '{ id: early, enter: { on: a.b }, steps: [{ id: w, waitFor: { on: c.d, timeout: P1D } }] }',
    );
    await stage.logged('c.d', 'ada', {}, { occurredAt: T0 + 1_000 });
    await stage.happens('a.b', 'ada');
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['early completed']));
  });

  test('leaves by an exit rule whose event came first but occurred later', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('subscription.started', 'ada', {}, { occurredAt: T0 + 60_000 });
    await stage.happens('trial.started', 'ada', {}, { occurredAt: T0 });
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding exited']));
    await vi.waitFor(() => expect(stage.asked.map(({ kind }) => kind)).toContain('withdraw'));
  });

  test('leaves at once inside a wait, and what has not left is withdrawn', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.happens('subscription.started', 'ada', {}, { occurredAt: T0 + 1 });
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding exited']));
    await stage.quiet();
    expect(stage.asked.at(-1)).toMatchObject({ kind: 'withdraw', reason: 'exited: subscription.started' });
  });

  test('prefers an event from before the due time to the time-out, if it is in the log', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.stop(); // both happen while the service is stopped
    await stage.logged('project.created', 'ada', {}, { occurredAt: T0 + 3 * DAY });
    stage.at(T0 + 6 * DAY);
    await stage.start();
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding completed']));
    await stage.quiet();
    expect(stage.stepsThatSent()).toEqual(['welcome', 'done']);
  });

  test('waits on when the broker has lost every delayed delivery', async () => {
    const stage = await setStage();
    await stage.launch('soon', '{ id: soon, enter: { on: a.b }, steps: [{ id: w, wait: PT10M }] }');
    await stage.happens('a.b', 'ada');
    await stage.quiet();
    expect(await stage.broker.purgeDelayed('campaign-runner.due')).toBe(1);
    stage.at(T0 + 11 * 60_000);
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['soon completed']), {
      timeout: 5_000,
    });
  });

  test('ignores an alarm that is stale, early or for no enrollment', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    const [doc] = (
      await stage.enrollments.find({ index: 'byProspect', equals: [WORKSPACE, 'ada'], limit: 1 })
    ).items;
    const id = doc?.id ?? '';
    await stage.announce(
      dueMessage({ workspace: WORKSPACE, id, version: 1 }, 0),
      dueMessage({ workspace: WORKSPACE, id, version: 99 }, 0),
      dueMessage({ workspace: WORKSPACE, id: 'nobody', version: 1 }, 0),
      dueMessage({ workspace: 'stranger', id, version: 1 }, 0),
    );
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);
  });

  test('is held while its campaign is paused and then misses nothing', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.call('POST', '/v1/campaigns/onboarding/pause');
    await stage.happens('trial.started', 'bob');
    await stage.quiet();
    stage.at(T0 + 2 * DAY + 20_000);
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);
    expect(await stage.statusOf('bob')).toEqual([]);
    await stage.call('POST', '/v1/campaigns/onboarding/resume');
    stage.at(T0 + 2 * DAY + 60_000); // the sweep looks again after a while
    await vi.waitFor(async () =>
      expect(await stage.statusOf('ada')).toEqual(['onboarding active at activated']),
    );
  });

  test('ends with its campaign when that is archived', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    for (const who of ['ada', 'bob', 'cid']) await stage.happens('trial.started', who);
    await stage.quiet();
    await stage.call('POST', '/v1/campaigns/onboarding/archive');
    await vi.waitFor(async () => expect(await stage.statusOf('cid')).toEqual(['onboarding exited']));
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding exited']));
    await stage.happens('trial.started', 'dan');
    await stage.quiet();
    expect(await stage.statusOf('dan')).toEqual([]);
  });

  test('stays on the version it entered when a new one is launched', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.launch('onboarding', onboarding.replace('P2D', 'P9D'));
    await stage.happens('trial.started', 'bob');
    await stage.quiet();
    stage.at(T0 + 2 * DAY + 20_000);
    await vi.waitFor(async () =>
      expect(await stage.statusOf('ada')).toEqual(['onboarding active at activated']),
    );
    expect(await stage.statusOf('bob')).toEqual(['onboarding active at settle']);
  });

  test('of an erased prospect ends, and nothing of the person is left in it', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada', { email: 'ada@example.com' });
    await stage.quiet();
    await stage.happens('prospect.erased', 'ada');
    await vi.waitFor(async () => expect(await stage.statusOf('ada')).toEqual(['onboarding exited']));
    await stage.quiet();
    const page = await stage.enrollments.find({ index: 'byProspect', equals: [WORKSPACE, 'ada'], limit: 1 });
    expect(JSON.stringify(page.items)).not.toContain('ada@example.com');
  });

  test('of a prospect who came back stays when the earlier erasure is delivered again', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    const erased = await stage.happens('prospect.erased', 'ada');
    await stage.happens('trial.started', 'ada', {}, { occurredAt: T0 + 1 });
    await stage.quiet();
    await stage.announce(erased);
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);
  });

  test('is refused, with the reason in the log, when its event came too late', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada', {}, { occurredAt: T0 - 3 * DAY });
    await vi.waitFor(() => expect(stage.recordedTypes()).toContain('enrollment.refused'));
    expect(await stage.statusOf('ada')).toEqual([]);
  });

  test('survives a full outbox: what a crash left unpublished is published on start', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    await stage.stop();
    const [doc] = (
      await stage.enrollments.find({ index: 'byProspect', equals: [WORKSPACE, 'ada'], limit: 1 })
    ).items;
    if (doc === undefined) throw new Error('no enrollment');
    const lost = dueMessage({ workspace: WORKSPACE, id: 'marker', version: 1 }, 0);
    await stage.enrollments.write([{ doc: { ...doc, outbox: [lost], sweepAt: T0 }, ifVersion: doc.version }]);
    await stage.start();
    await vi.waitFor(async () => {
      const again = await stage.enrollments.get(WORKSPACE, doc.id);
      expect(again?.outbox).toEqual([]);
    });
  });

  test('never sees another workspace’s events', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.happens('trial.started', 'ada', {}, { workspace: 'stranger' });
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual([]);
  });

  test('body that breaks its contract becomes a dead letter, and the next one is handled', async () => {
    const stage = await setStage();
    await stage.launch('onboarding', onboarding);
    await stage.announce({
      exchange: 'applied',
      key: 'trial.started',
      id: 'poison',
      body: { nonsense: true },
    });
    await stage.happens('trial.started', 'ada');
    await stage.quiet();
    expect(await stage.statusOf('ada')).toEqual(['onboarding active at settle']);
    const { items } = await stage.broker.deadLetters('campaign-runner.applied', { limit: 10 });
    expect(items.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
      'poison: applied: must have required properties workspace, id, stream, seq, type, occurredAt, ' +
        'receivedAt, data, depth, correlationId',
    ]);
  });
});
