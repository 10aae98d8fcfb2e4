import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { campaignOf, enter } from '../../testing/given.ts';
import { STEP_KINDS } from './index.ts';

test('each step that sends requests a message of its channel; a webhook says where it goes', () => {
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
  expect(run.recorded).toEqual([
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

test('the guide to campaigns describes each kind of step', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../../../../docs/campaigns.md'), 'utf8');
  const [, section = ''] = guide.split(/^## Steps$/m);
  const [table = ''] = section.split(/^## /m);
  const described = table
    .split('\n')
    .map((row) => row.split('|')[1] ?? '')
    .flatMap((step) => [...step.matchAll(/`(\w+): /g)].map(([, name]) => name))
    .filter((name) => name !== 'then' && name !== 'else');
  expect(new Set(described)).toEqual(new Set(Object.keys(STEP_KINDS)));
});
