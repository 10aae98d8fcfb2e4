import { returnedMessage, type SendReturned, workspaceTag } from '@herald/contracts';
import { expect, test, vi } from 'vitest';
import { T0, WORKSPACE } from '../testing/documents.ts';
import { ready, sent } from '../testing/ready.ts';

const returned = (given: Partial<SendReturned> = {}) =>
  returnedMessage({
    id: 'r1',
    messageId: 'm1',
    workspaceTag: workspaceTag(WORKSPACE, 'secret'),
    receivedAt: T0 + 1,
    ...given,
  });
const hard = { outcome: 'bounced', bounce: 'hard', reason: '550 5.1.1 unknown' } as const;

test('a bounce by mail is reported of its message and person, once however often it comes', async () => {
  const stage = await sent();
  await stage.broker.publish([returned({ reported: hard })]);
  await stage.broker.publish([returned({ reported: hard })]);
  await vi.waitFor(() =>
    expect(stage.recorded.filter(({ type }) => type === 'message.reported')).toHaveLength(1),
  );
  expect(stage.recorded.find(({ type }) => type === 'message.reported')).toMatchObject({
    workspace: WORKSPACE,
    stream: 'prospect/ada',
    source: 'callbacks/mail',
    data: { messageId: 'm1', provider: 'smtp', ...hard },
  });
});

test('a mail to unsubscribe ends the topic of its message, or all e-mail if it has none', async () => {
  const stage = await ready();
  await stage.call('PUT', '/v1/settings', { topics: [{ id: 'news', name: 'News' }] });
  await stage.template('monthly', { subject: 'News', text: 'News', topic: 'news' });
  await stage.ask();
  await stage.ask({ messageId: 'm2', template: 'monthly' });
  await stage.until('m1', 'sent');
  await stage.until('m2', 'sent');
  // The topic is that of the version that was sent.
  await stage.template('monthly', { subject: 'News', text: 'News' });
  await stage.broker.publish([returned(), returned({ id: 'r2', messageId: 'm2' })]);
  const decisions = () => stage.recorded.filter(({ type }) => type === 'prospect.unsubscribed');
  await vi.waitFor(() => expect(decisions()).toHaveLength(2));
  expect(decisions().map(({ data }) => data)).toEqual(
    expect.arrayContaining([
      { messageId: 'm1', channel: 'email', reason: 'mail' },
      { messageId: 'm2', channel: 'email', reason: 'mail', topic: 'news' },
    ]),
  );
});

test('mail about a message of another workspace, or of none, changes nothing', async () => {
  const stage = await sent();
  await stage.broker.publish([
    returned({ workspaceTag: workspaceTag('stranger', 'secret'), reported: hard }),
    returned({ id: 'r2', messageId: 'm9', reported: hard }),
    returned({ id: 'r3', reported: { outcome: 'deferred' } }),
  ]);
  await vi.waitFor(() =>
    expect(stage.recorded.filter(({ type }) => type === 'message.reported')).toHaveLength(1),
  );
  expect(stage.recorded.at(-1)?.data).toMatchObject({ outcome: 'deferred' });
});
