import { expect, test } from 'vitest';
import { campaignOf, enter } from '../testing/given.ts';

test('each step that sends asks for a message of its channel; a webhook says where it goes', () => {
  const run = enter(
    campaignOf(`
id: all
enter: { on: trial.started }
steps:
  - { id: mail, email: { template: a } }
  - { id: text, sms: { template: b } }
  - { id: phone, call: { template: c } }
  - { id: crm, webhook: { template: d, url: "https://crm.example/hook" } }
`),
  );
  expect(run.told).toEqual([
    'entered',
    'requested mail',
    'requested text',
    'requested phone',
    'requested crm',
    'completed',
  ]);
  const asked = run.events.flatMap(({ type, data }) => (type === 'enrollment.requested' ? [data] : []));
  expect(asked).toMatchObject([
    { channel: 'email', template: 'a' },
    { channel: 'sms', template: 'b' },
    { channel: 'call', template: 'c' },
    { channel: 'webhook', template: 'd', url: 'https://crm.example/hook' },
  ]);
  expect(asked.map((data) => 'url' in data)).toEqual([false, false, false, true]);
  expect(new Set(asked.map(({ messageId }) => messageId)).size).toBe(4);
  expect(run.replayed()).toEqual(run.state);
});
