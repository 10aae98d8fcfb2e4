import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, describe as group, test } from 'vitest';
import { readCampaign } from './campaign-file.ts';
import { describe, InputError } from './faults.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herald-campaign-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function campaign(...lines: string[]) {
  const file = join(dir, 'campaign.yaml');
  await writeFile(file, lines.join('\n'));
  return readCampaign(file);
}

const mail = (id: string) => ({ id, channel: 'email' });

group('a campaign file', () => {
  test('names its templates, its waits and its times of day, in all branches', async () => {
    const read = await campaign(
      'id: a',
      'steps:',
      '  - { id: one, email: { template: first } }',
      '  - id: two',
      '    waitFor: { on: x.y, timeout: P2D }',
      '    then: [{ id: three, email: { template: second } }]',
      '    else:',
      '      - id: four',
      '        choose: [{ when: "true", steps: [{ id: five, wait: PT1H }] }, { otherwise: [{ id: six, ' +
        'sms: { template: third } }] }]',
      '  - { id: seven, wait: { until: { at: "09:00", zone: Europe/Paris } } }',
    );
    expect(read.name).toBe('a');
    expect(read.stepIds).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven']);
    expect(read.templates).toEqual([mail('first'), mail('second'), { id: 'third', channel: 'sms' }]);
    expect(read.waits).toEqual(['P2D', 'PT1H', 'P1D']);
    expect(read.morning).toEqual([{ stepId: 'seven', at: '09:00', zone: 'Europe/Paris' }]);
  });

  test('a fault that the server places gets its line and column', async () => {
    const read = await campaign('id: a', 'steps: []');
    const fault = read.locate({ path: '/steps/1/wait', message: 'line 5, column 11: "soon" is no duration' });
    expect(describe(fault)).toMatch(/campaign\.yaml:5:11: \/steps\/1\/wait "soon" is no duration$/);
  });

  test('a fault without a place keeps its path', async () => {
    const read = await campaign('id: a', 'steps: []');
    expect(describe(read.locate({ path: '/id', message: 'is taken' }))).toMatch(
      /campaign\.yaml: \/id is taken$/,
    );
  });

  test('what is no YAML is refused with its place', async () => {
    const error: unknown = await campaign('id: a', 'steps: [').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    const [fault] = error instanceof InputError ? error.faults : [];
    expect(fault && describe(fault)).toMatch(/campaign\.yaml:2:\d+: /);
  });

  test('what has no id is refused', async () => {
    await expect(campaign('steps: []')).rejects.toThrow('it needs an id');
  });
});
